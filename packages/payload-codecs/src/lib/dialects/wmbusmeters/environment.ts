import type { FieldTable, Slot } from './fields.ts';

/*
 * field                                                        quantity
 * current_temperature_c, temperature_c                         temperature
 * current_relative_humidity_rh, relative_humidity_rh, …        humidity; below 1 in doubt (WR-01)
 * co2_ppm                                                      co2
 * pressure_bar of media "pressure"                             water_pressure
 * average_…, minimum_…_1h_…, …_24h_…                           - (over a window)
 * battery_v, battery "BATTERY_330"                             - (volts)
 * …_date of smoke detectors                                    - (2000-01-01 is never: WR-02)
 */

const SLOTS: readonly Slot[] = [
  { quantity: 'temperature', unit: 'Cel', keys: ['current_temperature_c', 'temperature_c'] },
  {
    quantity: 'humidity',
    unit: '%',
    keys: ['current_relative_humidity_rh', 'relative_humidity_rh', 'humidity_rh'],
    doubtBelow: 1, // a fraction of 1, or a fault of scaling
  },
  { quantity: 'co2', unit: 'ppm', keys: ['co2_ppm'] },
  { quantity: 'battery', unit: '%', keys: ['battery_pct'] },
];

export const ENVIRONMENT: FieldTable = { slots: SLOTS };

export const PRESSURE: FieldTable = {
  slots: [...SLOTS, { quantity: 'water_pressure', unit: 'bar', keys: ['pressure_bar'] }],
};
