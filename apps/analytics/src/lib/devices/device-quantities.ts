import type { PerPhase } from '@verimeter/drift';
import type { FleetRecords } from '../fleet-records.ts';

export const VOLTAGES = ['voltage_l1', 'voltage_l2', 'voltage_l3'] as const;
const CURRENTS = ['current_l1', 'current_l2', 'current_l3'] as const;
/** What power and currents are compared with; without one of these only voltages and directions are looked at. */
const LONG = new Set<string>([...CURRENTS, 'current_n', 'active_power']);

/** Quantities that a meter's channels are compared in. */
export const DEVICE_QUANTITIES: readonly string[] = [
  'active_energy_import',
  'active_energy_export',
  'active_power',
  'power_factor',
  ...VOLTAGES,
  ...CURRENTS,
  'current_n',
];

const DAY_US = 86_400e6;
/** Scatter from day to day is told from four weeks; what a voltage or a direction contradicts is told from some days. */
const LONG_US = 28 * DAY_US;
const SHORT_US = 8 * DAY_US;

/** How far back a meter's channels are compared; undefined: it sends none of them. */
export function windowOf(fleet: FleetRecords, deviceId: string): number | undefined {
  const channels = fleet.channels.get(deviceId);
  if (channels === undefined) return undefined;
  const own = DEVICE_QUANTITIES.filter((quantity) => channels.has(quantity));
  if (own.some((quantity) => LONG.has(quantity))) return LONG_US;
  return own.length > 0 ? SHORT_US : undefined;
}

export function perPhase(
  series: (quantity: string) => Float64Array | undefined,
  kind: 'voltage' | 'current',
): PerPhase {
  const [first, second, third] = kind === 'voltage' ? VOLTAGES : CURRENTS;
  return [series(first), series(second), series(third)];
}
