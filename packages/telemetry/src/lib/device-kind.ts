import type { DeviceKind } from './fleet.ts';

const KINDS: readonly (readonly [RegExp, DeviceKind])[] = [
  [
    /^(active|reactive)_energy_|^active_power$|^(voltage|current)_|^power_factor$|^frequency$/,
    'electricity_meter',
  ],
  [/^heat_energy$/, 'heat_meter'],
  [/^water_(volume|flow)/, 'water_meter'],
  [/^(temperature|pressure|humidity|pm2_5|pm10|no2|o3|co|so2|co2|noise)$/, 'environment_sensor'],
];

/** The kind of device that measures these quantities; undefined where they do not say (a battery, a signal strength). */
export function kindOfQuantities(quantities: Iterable<string>): DeviceKind | undefined {
  const names = [...quantities];
  return KINDS.find(([pattern]) => names.some((name) => pattern.test(name)))?.[1];
}
