import type { Candidate, PlanSettings } from '../src/index.ts';
import { DEFAULT_SETTINGS } from '../src/index.ts';

/** Numbers in [0, 1) from a seed (mulberry32). */
export function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b_79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

export const DEPOT = { lat: 20.95, lon: 107.08 };

export const settings = (more: Partial<PlanSettings> = {}): PlanSettings => ({
  ...DEFAULT_SETTINGS,
  period: '2026-12',
  asOf: '2026-11-29',
  ...more,
});

interface FleetOptions {
  readonly devices: number;
  readonly seed: number;
  /** Devices of one area, and of one street. */
  readonly perGroup?: number;
  readonly perStreet?: number;
  /** Share of devices with coordinates. */
  readonly located?: number;
  /** Degrees around the depot over which areas are spread. */
  readonly spread?: number;
}

/** A fleet as utilities have them: areas with streets, lots, a few devices drifted, validity that ends month by month. */
export function madeFleet(options: FleetOptions): Candidate[] {
  const { devices, seed, perGroup = 60, perStreet = 12, located = 0.8, spread = 0.15 } = options;
  const next = random(seed);
  const groups = Math.ceil(devices / perGroup);
  const centres = Array.from({ length: groups }, () => ({
    lat: DEPOT.lat + (next() - 0.5) * spread,
    lon: DEPOT.lon + (next() - 0.5) * spread,
  }));
  return Array.from({ length: devices }, (_, i): Candidate => {
    const group = Math.floor(i / perGroup);
    const street = Math.floor((i % perGroup) / perStreet);
    const centre = centres[group] ?? DEPOT;
    const drifted = next() < 0.06;
    const estimated = next() < 0.85;
    const limit = 0.02;
    const error = drifted
      ? (next() < 0.5 ? -1 : 1) * (0.01 + 0.05 * next())
      : 0.004 * (next() - 0.5);
    const standardError = 0.002 + 0.01 * next();
    const water = next() < 0.25;
    const due = Math.floor(next() * 72) - 2;
    const place =
      next() < located
        ? {
            lat: centre.lat + 0.001 * street + 0.0002 * next(),
            lon: centre.lon + 0.001 * next(),
          }
        : {};
    return {
      deviceId: `d${String(i).padStart(7, '0')}`,
      kind: water ? 'water_meter' : 'electricity_meter',
      groupId: `g${group}`,
      address: `Số ${1 + (i % perStreet)} Phố ${street}, Phường ${group}`,
      ...place,
      recommendation: drifted && estimated ? 'reverify' : 'none',
      ...(estimated
        ? {
            error,
            standardError,
            limit,
            probabilityOver: drifted ? 0.3 + 0.7 * next() : 0.1 * next() ** 3,
            probabilityDrifted: drifted ? 0.9 : 0.02,
          }
        : {}),
      ...(next() < 0.9 ? { annualAmount: water ? 60 + 200 * next() : 800 + 4000 * next() } : {}),
      legal:
        next() < 0.2
          ? { state: 'unknown' }
          : {
              state: 'dated',
              dueOn: `${2026 + Math.floor((10 + due) / 12)}-${String(((((10 + due) % 12) + 12) % 12) + 1).padStart(2, '0')}-15`,
            },
      lot: `lot${Math.floor(next() * Math.max(2, devices / 300))}`,
    };
  });
}
