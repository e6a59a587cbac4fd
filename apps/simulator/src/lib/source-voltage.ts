import { TEMPERATURE_COEFFICIENT } from './cables.ts';
import { STEPS_PER_DAY, STEPS_PER_HOUR, ZONE_HOURS } from './calendar.ts';
import { LEAD_STEPS } from './load-buffer.ts';
import { randomStream, STREAM } from './random.ts';
import { airTemperature, type DayWeather } from './weather.ts';

/** The supply of the area as it changes from step to step. */
export interface Source {
  readonly volts: [number, number, number];
  advance(step: number): void;
  resistanceScale(): number;
}

/**
 * No-load voltages behind the transformer: its tap, the evening sag of the 22 kV network, a slow random part common
 * to the phases and a small one of each phase. The temperature of the conductors follows the air.
 */
export function createSource(
  area: number,
  city: { readonly seed: number; readonly weather: readonly DayWeather[] },
): Source {
  const fixed = randomStream(city.seed, STREAM.grid, area);
  const tap = fixed.uniform(232, 239);
  const sag = fixed.uniform(0.006, 0.02);
  const volts: [number, number, number] = [tap, tap, tap];
  const unbalance: [number, number, number] = [0, 0, 0];
  let common = 0;
  let scale = 1;
  let random = randomStream(city.seed, STREAM.grid, area, -1);
  return {
    volts,
    resistanceScale: () => scale,
    advance(step) {
      const sinceOrigin = step - LEAD_STEPS;
      if (sinceOrigin % STEPS_PER_DAY === 0)
        random = randomStream(city.seed, STREAM.grid, area, sinceOrigin / STEPS_PER_DAY);
      common = 0.93 * common + 0.0013 * random.normal();
      const localHour = sinceOrigin / STEPS_PER_HOUR + ZONE_HOURS;
      const day = Math.floor(localHour / 24);
      const hour = localHour - 24 * day;
      const evening =
        Math.exp(-(((hour - 19.5) / 2.5) ** 2)) + 0.4 * Math.exp(-(((hour - 11.5) / 2) ** 2));
      for (let phase = 0; phase < 3; phase += 1) {
        const own = 0.9 * (unbalance[phase] ?? 0) + 0.0004 * random.normal();
        unbalance[phase] = own;
        volts[phase] = tap * (1 + common + own - sag * evening);
      }
      const air = airTemperature(city.weather, day, hour);
      scale = 1 + TEMPERATURE_COEFFICIENT * (air + 8 - 20);
    },
  };
}
