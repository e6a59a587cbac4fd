import { Gauge, type Registry } from 'prom-client';
import type { FleetIndexes } from './fleet-indexes.ts';

/** Rows, memory and time of loading of the fleets in memory; no names of tenants, which a scraper need not know. */
export function reportFleets(metrics: Registry, fleets: FleetIndexes): void {
  const gauge = (name: string, help: string, value: () => number): void => {
    const made: Gauge = new Gauge({
      name,
      help,
      registers: [metrics],
      collect: () => made.set(value()),
    });
  };
  const sum = (of: 'rows' | 'bytes'): number =>
    fleets.loaded.reduce((total, fleet) => total + fleet[of], 0);
  gauge('verimeter_fleet_index_fleets', 'Fleets in memory', () => fleets.loaded.length);
  gauge('verimeter_fleet_index_rows', 'Rows of the fleets in memory', () => sum('rows'));
  gauge('verimeter_fleet_index_bytes', 'Memory of the fleets', () => sum('bytes'));
  gauge(
    'verimeter_fleet_index_load_seconds',
    'Time that reading the slowest of the fleets into memory took',
    () => Math.max(0, ...fleets.loaded.map(({ loadSeconds }) => loadSeconds)),
  );
}
