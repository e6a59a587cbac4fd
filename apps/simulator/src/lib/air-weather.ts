import { yearFraction, ZONE_HOURS } from './calendar.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import { airTemperature, type DayWeather } from './weather.ts';

/** `south`: warm all year, a dry and a wet half; `north`: cool winters with dry surges, a drizzling spring, a wet summer. */
export type Climate = 'south' | 'north';

/** Regional weather; value k is the mean of the hour that ends at grid point k. */
export interface AirWeather {
  /** Cel, in the shade over open ground. */
  readonly temperature: Float64Array;
  /** Cel */
  readonly dewPoint: Float64Array;
  /** m/s */
  readonly wind: Float64Array;
  /** 0 to 1, of the strongest rain of the climate. */
  readonly rain: Float64Array;
  /** hPa at sea level. */
  readonly pressure: Float64Array;
  /** 0 at night to 1 at noon under a clear sky. */
  readonly sun: Float64Array;
  /** Volume of air that a source is mixed into, about 1 by day with some wind, far less on still nights. */
  readonly dilution: Float64Array;
}

/** Days of a climate with a cool winter; index 0 is day -1, as of `cityWeather`. */
export function northernDays(keys: readonly number[], startMs: number, days: number): DayWeather[] {
  const random = randomStream(...keys, STREAM.airWeather, 1);
  const weather: DayWeather[] = [];
  let anomaly = 0;
  for (let day = -1; day <= days + 1; day += 1) {
    const season = yearFraction(startMs, day);
    const winter = Math.max(0, Math.cos(2 * Math.PI * (season - 0.04)));
    anomaly = 0.78 * anomaly + (0.7 + 0.9 * winter) * random.normal();
    const summer = Math.max(0, Math.cos(2 * Math.PI * (season - 0.58)));
    const wet = random.next() < 0.22 + 0.3 * summer;
    const strength = random.uniform(0.1, 1);
    const rain = wet ? strength * (0.3 + 0.7 * summer) : 0;
    weather.push({
      meanCelsius: 23.5 + 6.3 * Math.cos(2 * Math.PI * (season - 0.54)) + anomaly - 1.2 * rain,
      swingCelsius: Math.max(1, 3.6 - 1.6 * rain + 0.5 * random.normal()),
      rain,
    });
  }
  return weather;
}

interface WeatherSetting {
  readonly keys: readonly number[];
  readonly startMs: number;
  readonly climate: Climate;
}

/** Hours out of days; `days[0]` is the local day before the start. */
export function hourlyWeather(
  days: readonly DayWeather[],
  setting: WeatherSetting,
  hours: number,
): AirWeather {
  const { keys, startMs, climate } = setting;
  const random = randomStream(...keys, STREAM.airWeather, 2);
  const empty = (): Float64Array => new Float64Array(hours);
  const out = {
    temperature: empty(),
    dewPoint: empty(),
    wind: empty(),
    rain: empty(),
    pressure: empty(),
    sun: empty(),
    dilution: empty(),
  };
  const dewPoints = dailyDewPoints(days, setting);
  const warm = autoregression(random, 8, 0.5);
  const damp = autoregression(random, 18, 0.7);
  const gusts = autoregression(random, 26, 0.4);
  const weight = autoregression(random, 72, climate === 'north' ? 4 : 1.5);
  for (let k = 0; k < hours; k += 1) {
    const local = k - 0.5 + ZONE_HOURS;
    const day = Math.floor(local / 24);
    const hour = local - 24 * day;
    const today = days[Math.min(day + 1, days.length - 1)];
    const rain = today?.rain ?? 0;
    const height = Math.max(0, Math.sin((Math.PI * (hour - 5.8)) / 12.2));
    const temperature = airTemperature(days, day, hour) + warm();
    const dew = between(dewPoints, local) + damp();
    const wind = 0.4 + 1.7 * Math.exp(gusts()) * (0.75 + 0.5 * height);
    out.temperature[k] = temperature;
    out.dewPoint[k] = Math.min(dew, temperature - 0.1);
    out.wind[k] = wind;
    // Showers of the afternoon in the south and in summer, drizzle all day else.
    out.rain[k] = rain * (0.4 + 1.2 * Math.exp(-(((hour - 16) / 3.5) ** 2)));
    const season = Math.cos(2 * Math.PI * (yearFraction(startMs, day) - 0.04));
    out.pressure[k] =
      1011 +
      (climate === 'north' ? 7 : 1.5) * season +
      weight() +
      1.3 * Math.cos((Math.PI * (hour - 10)) / 6);
    out.sun[k] = height * (1 - 0.75 * rain);
    out.dilution[k] = (0.28 + 0.95 * height * (1 - 0.4 * rain)) * Math.sqrt(wind / 2);
  }
  return out;
}

/** Cel, at noon of each day of `days`. */
function dailyDewPoints(
  days: readonly DayWeather[],
  { keys, startMs, climate }: WeatherSetting,
): number[] {
  const random = randomStream(...keys, STREAM.airWeather, 3);
  const dryness = autoregression(random, 3, 1);
  return days.map(({ meanCelsius, rain }, index) => {
    const season = yearFraction(startMs, index - 1);
    const usual =
      climate === 'south'
        ? 4.6 + 1.7 * Math.cos(2 * Math.PI * (season - 0.12))
        : // Driest about November, wettest in the drizzle of March.
          4.9 + 2.2 * Math.cos(2 * Math.PI * (season - 0.87));
    return meanCelsius - Math.max(0.8, usual + 1.5 * dryness() - 2 * rain);
  });
}

/** % from temperature and dew point, Cel: the Magnus formula with the coefficients of Alduchov and Eskridge (1996). */
export function relativeHumidity(temperature: number, dewPoint: number): number {
  return 100 * Math.exp(magnus(dewPoint) - magnus(temperature));
}

function magnus(celsius: number): number {
  return (17.625 * celsius) / (243.04 + celsius);
}

/** A stationary process of first order, one value a call: correlation time in calls, standard deviation. */
export function autoregression(random: Random, time: number, sd: number): () => number {
  const keep = Math.exp(-1 / time);
  const fresh = sd * Math.sqrt(1 - keep * keep);
  let value = sd * random.normal();
  return () => {
    value = keep * value + fresh * random.normal();
    return value;
  };
}

/** Linear from noon to noon; index 0 is day -1. */
function between(values: readonly number[], localHour: number): number {
  const position = Math.max(0, localHour / 24 + 0.5);
  const index = Math.min(Math.floor(position), values.length - 2);
  const a = values[index] ?? 0;
  return a + Math.min(1, position - index) * ((values[index + 1] ?? a) - a);
}
