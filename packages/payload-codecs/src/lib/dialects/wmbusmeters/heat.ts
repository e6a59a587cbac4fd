import { type FieldTable, KNOWN } from './fields.ts';

/*
 * field                                                        quantity
 * total_energy_consumption_kwh, total_heat_energy_kwh, …       heat_energy
 * total_cooling_energy_kwh, …                                  -
 * current_kwh, previous_kwh                                    - (of a year; their sum is total_kwh: WH-03)
 * target_energy_kwh, prev_N_month_kwh, energy_delta_N_kwh      - (stored, -32768 and the like for none: WH-04)
 * power_kw, volume_flow_m3h, total_volume_m3, t1_temperature_c - (the heating circuit: no active_power, water_flow, water_volume)
 * forward_energy_m3c, return_energy_m3c                        - (volume by temperature: WH-01)
 */

const NO_READING =
  /^(?:(?:current|previous|target_energy|energy_delta_\d+|total_(?:energy_)?cooling(?:_energy)?)_kwh|power_kw|(?:total_)?(?:volume_)?m3|volume_flow_m3h|(?:t[12]_temperature|flow|return|flow_temperature|return_temperature|temperature_difference)_c)$/;

export const HEAT: FieldTable = {
  slots: [
    {
      quantity: 'heat_energy',
      unit: 'kWh',
      keys: [
        'total_energy_consumption_kwh',
        'total_heat_energy_kwh',
        'total_heating_kwh',
        'heat_kwh',
        'total_kwh',
      ],
    },
  ],
  byForm: (key) => (NO_READING.test(key) ? KNOWN : undefined),
};
