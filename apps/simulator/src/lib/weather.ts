import { yearFraction } from './calendar.ts';
import { randomStream, STREAM } from './random.ts';

/** Weather of one local day; the same over the whole city. */
export interface DayWeather {
  readonly meanCelsius: number;
  readonly swingCelsius: number;
  /** 0 = clear, 1 = rain all afternoon. */
  readonly rain: number;
}

/**
 * Weather of the local days -1 - daysBefore .. days+1, the first of them at index 0. A first-order process over the days around the
 * climate of the south of Viet Nam: about 27.5 degC, hottest in April, rain from May to November.
 */
export function cityWeather(
  seed: number,
  startMs: number,
  days: number,
  daysBefore = 0,
): DayWeather[] {
  const weather: DayWeather[] = [];
  const anomalies = dayAnomalies(seed, days, daysBefore);
  for (let day = -1 - daysBefore; day <= days + 1; day += 1) {
    const random = randomStream(seed, STREAM.weather, day);
    random.normal();
    const anomaly = anomalies[day + 1 + daysBefore] ?? 0;
    const season = yearFraction(startMs, day);
    const wet = season > 0.36 && season < 0.91;
    const rain = random.chance(wet ? 0.5 : 0.1) ? random.uniform(0.2, 1) : 0;
    weather.push({
      meanCelsius: 27.6 + 1.4 * Math.cos(2 * Math.PI * (season - 0.3)) + anomaly - 1.3 * rain,
      swingCelsius: 4.2 - 1.8 * rain + 0.4 * random.normal(),
      rain,
    });
  }
  return weather;
}

/** Cel, of the same days. Such a process looks the same backwards: earlier days are added without changing a later one. */
function dayAnomalies(seed: number, days: number, daysBefore: number): number[] {
  const fresh = (day: number): number => 0.75 * randomStream(seed, STREAM.weather, day).normal();
  const later: number[] = [];
  for (let day = -1; day <= days + 1; day += 1) later.push(0.7 * (later.at(-1) ?? 0) + fresh(day));
  const earlier: number[] = [];
  for (let day = -2; day >= -1 - daysBefore; day -= 1)
    earlier.push(0.7 * (earlier.at(-1) ?? later[0] ?? 0) + fresh(day));
  return [...earlier.toReversed(), ...later];
}

/** Air temperature at a local hour of local day `day`; lowest near 5:30, highest near 14. */
export function airTemperature(
  weather: readonly DayWeather[],
  day: number,
  localHour: number,
): number {
  const shifted = day + Math.floor(localHour / 24);
  const hour = localHour - 24 * Math.floor(localHour / 24);
  const today = weather[Math.min(shifted + 1, weather.length - 1)] ?? CLEAR;
  const phase = hour < 5.5 ? hour + 24 - 14 : hour - 14;
  const shape =
    hour >= 5.5 && hour < 14
      ? -Math.cos((Math.PI * (hour - 5.5)) / 8.5)
      : Math.cos((Math.PI * phase) / 15.5);
  return today.meanCelsius + today.swingCelsius * shape;
}

const CLEAR: DayWeather = { meanCelsius: 27.6, swingCelsius: 4, rain: 0 };
