import type { Telegram } from './telegram.ts';

/*
 * field                                                        quantity
 * total_energy_consumption_kwh, total_heat_energy_kwh, …       heat_energy
 * total_cooling_energy_kwh, …                                  -
 * current_kwh, previous_kwh                                    - (of a year; their sum is total_kwh: WH-03)
 * target_energy_kwh, prev_N_month_kwh, energy_delta_N_kwh      - (stored; WH-04)
 * power_kw, volume_flow_m3h, total_volume_m3, t1_temperature_c - (the heating circuit: no active_power, water_flow, water_volume)
 * forward_energy_m3c, return_energy_m3c                        - (volume by temperature: WH-01)
 */

const HEAT = [
  'total_energy_consumption_kwh',
  'total_heat_energy_kwh',
  'total_heating_kwh',
  'heat_kwh',
  'total_kwh',
];
const OTHER_FIELDS = [
  'current_kwh',
  'previous_kwh',
  'target_energy_kwh',
  'power_kw',
  'volume_flow_m3h',
  'total_m3',
  'total_volume_m3',
  'volume_m3',
  't1_temperature_c',
  't2_temperature_c',
  'flow_c',
  'return_c',
  'flow_temperature_c',
  'return_temperature_c',
  'temperature_difference_c',
  'forward_energy_m3c',
  'return_energy_m3c',
];
const WATCHED = /^(?:energy_delta_\d+_kwh|total_(?:energy_)?cooling(?:_energy)?_kwh)$/;

export function readHeat(telegram: Telegram): void {
  telegram.point('heat_energy', 'kWh', ...HEAT);
  telegram.know(...OTHER_FIELDS);
  for (const key of Object.keys(telegram.payload)) if (WATCHED.test(key)) telegram.know(key);
}
