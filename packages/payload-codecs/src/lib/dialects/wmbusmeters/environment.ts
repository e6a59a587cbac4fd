import { FLAG } from '@verimeter/telemetry';
import type { Telegram } from './telegram.ts';

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

const HUMIDITY = ['current_relative_humidity_rh', 'relative_humidity_rh', 'humidity_rh'];
/** WR-01: below, a fraction of 1 or a fault of scaling; %. */
const LEAST_HUMIDITY = 1;
const WINDOW = /_(?:\d+h|\d+_hours?)_/;

export function readEnvironment(telegram: Telegram): void {
  telegram.point('temperature', 'Cel', 'current_temperature_c', 'temperature_c');
  const humidity = HUMIDITY.map((key) => telegram.number(key)).find((value) => value !== undefined);
  const flags = humidity !== undefined && humidity < LEAST_HUMIDITY ? FLAG.suspect : 0;
  telegram.flaggedPoint(flags, 'humidity', '%', HUMIDITY);
  telegram.point('co2', 'ppm', 'co2_ppm');
  telegram.point('battery', '%', 'battery_pct');
  telegram.know('battery');
  for (const key of Object.keys(telegram.payload)) if (WINDOW.test(key)) telegram.know(key);
}

export function readPressure(telegram: Telegram): void {
  readEnvironment(telegram);
  telegram.point('water_pressure', 'bar', 'pressure_bar');
}
