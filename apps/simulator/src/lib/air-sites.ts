import { weekday, yearFraction, ZONE_HOURS } from './calendar.ts';
import { type AirPlace, correlatedField } from './air-field.ts';
import { autoregression, type AirWeather, type Climate, relativeHumidity } from './air-weather.ts';
import { randomStream, STREAM } from './random.ts';

/** What there really is at a place; value k is the mean of the hour that ends at grid point k. */
export interface AirSite {
  /** ug/m3, dry mass. */
  readonly pm2_5: Float64Array;
  readonly pm10: Float64Array;
  /** ppb */
  readonly no2: Float64Array;
  readonly o3: Float64Array;
  /** Cel */
  readonly temperature: Float64Array;
  /** % */
  readonly humidity: Float64Array;
  /** hPa at the height of the place. */
  readonly pressure: Float64Array;
}

export interface AirSetting {
  /** Names the streams of the network. */
  readonly keys: readonly number[];
  readonly startMs: number;
  readonly hours: number;
  readonly climate: Climate;
  readonly weather: AirWeather;
}

/** The air at every place. Shares no formula with an estimator: emissions, mixing, washout, chemistry and neighbourhoods. */
export function airAtPlaces(places: readonly AirPlace[], setting: AirSetting): AirSite[] {
  const { keys, hours } = setting;
  const background = regionalLevels(setting);
  // Air masses of tens of kilometres, plumes and street canyons of a few; and what only a place has.
  const wide = correlatedField([...keys, 1], places, { length: 30, hours: 40, sd: 0.12 }, hours);
  const near = correlatedField([...keys, 2], places, { length: 5, hours: 7, sd: 0.13 }, hours);
  const warm = correlatedField([...keys, 3], places, { length: 12, hours: 12, sd: 0.35 }, hours);
  const soot = correlatedField([...keys, 4], places, { length: 3, hours: 5, sd: 0.2 }, hours);
  return places.map((place, index) =>
    siteAt(place, { ...setting, keys: [...keys, STREAM.airSite, index] }, background, {
      wide: wide[index] ?? new Float64Array(hours),
      near: near[index] ?? new Float64Array(hours),
      warm: warm[index] ?? new Float64Array(hours),
      soot: soot[index] ?? new Float64Array(hours),
    }),
  );
}

interface Regional {
  readonly particles: Float64Array;
  readonly dust: Float64Array;
  readonly no2: Float64Array;
  /** NO2 + O3, ppb: the sum survives titration by fresh NO. */
  readonly oxidant: Float64Array;
}

function regionalLevels({ keys, startMs, hours, climate, weather }: AirSetting): Regional {
  const random = randomStream(...keys, STREAM.airSource);
  const episode = autoregression(random, 58, 0.42);
  const haze = autoregression(random, 24 * 20, 0.16);
  const smog = autoregression(random, 50, 0.22);
  const dry = autoregression(random, 30, 0.35);
  const out: Regional = {
    particles: new Float64Array(hours),
    dust: new Float64Array(hours),
    no2: new Float64Array(hours),
    oxidant: new Float64Array(hours),
  };
  let washed = 0;
  for (let k = 0; k < hours; k += 1) {
    const season = yearFraction(startMs, Math.floor((k + ZONE_HOURS) / 24));
    const winter = Math.cos(2 * Math.PI * (season - 0.02));
    const rain = weather.rain[k] ?? 0;
    const wind = weather.wind[k] ?? 2;
    const dilution = weather.dilution[k] ?? 1;
    washed = 0.9 * washed + 0.16 * rain;
    const level = climate === 'north' ? 30 * Math.exp(0.45 * winter) : 21 * Math.exp(0.3 * winter);
    out.particles[k] =
      level * Math.exp(episode() + haze() - 0.7 * washed) * dilution ** -0.35 * (2 / wind) ** 0.25;
    out.dust[k] = 14 * Math.exp(dry()) * (1 - 0.8 * Math.min(1, 3 * washed)) * (wind / 2) ** 0.6;
    out.no2[k] = 7 * Math.exp(0.25 * winter) * dilution ** -0.5;
    const sun = weather.sun[k] ?? 0;
    out.oxidant[k] =
      (24 - 5 * winter) * Math.exp(smog()) +
      34 * sun ** 0.8 * Math.exp(0.5 * smog() - 0.2 * winter);
  }
  return out;
}

interface LocalFields {
  readonly wide: Float64Array;
  readonly near: Float64Array;
  readonly warm: Float64Array;
  readonly soot: Float64Array;
}

function siteAt(
  place: AirPlace,
  setting: AirSetting,
  regional: Regional,
  fields: LocalFields,
): AirSite {
  const { keys, startMs, hours, weather } = setting;
  const nature = randomStream(...keys, 1);
  const traffic = nature.uniform(0.4, 1.7);
  const cooking = nature.uniform(0.2, 1.3);
  const ratio = Math.exp(0.1 * nature.normal());
  const island = nature.uniform(0, 1.4);
  const damp = 0.6 * nature.normal();
  const [swing, turn] = [0.035 * nature.normal(), nature.uniform(0, 1)];
  const heat = [0.15 * nature.normal(), nature.uniform(0, 1)] as const;
  // The neighbourhood changes: buildings, road works, where the buses stop. Months long, and nobody reports it.
  const slow = randomStream(...keys, 2);
  const change = autoregression(slow, 24 * 150, 0.03);
  const roads = autoregression(slow, 24 * 120, 0.17);
  const chemistry = autoregression(slow, 24 * 60, 0.025);
  const ground = autoregression(slow, 24 * 90, 0.07);
  const smoke = smokeAt(keys);
  const out: AirSite = {
    pm2_5: new Float64Array(hours),
    pm10: new Float64Array(hours),
    no2: new Float64Array(hours),
    o3: new Float64Array(hours),
    temperature: new Float64Array(hours),
    humidity: new Float64Array(hours),
    pressure: new Float64Array(hours),
  };
  for (let k = 0; k < hours; k += 1) {
    const local = k - 0.5 + ZONE_HOURS;
    const day = Math.floor(local / 24);
    const season = yearFraction(startMs, day);
    const mixed = Math.max(0.15, weather.dilution[k] ?? 1);
    const road =
      traffic * Math.exp(roads() + (fields.soot[k] ?? 0)) * rushHour(startMs, day, local);
    const kitchen = cooking * mealTime(local - 24 * day) * Math.exp(fields.soot[k] ?? 0);
    const air = Math.exp((fields.wide[k] ?? 0) + (fields.near[k] ?? 0));
    const here = ratio * Math.exp(change() + swing * Math.cos(2 * Math.PI * (season - turn))) * air;
    const fine =
      (regional.particles[k] ?? 0) * here + (2.4 * road + 2.2 * kitchen) / mixed + smoke();
    out.pm2_5[k] = fine;
    out.pm10[k] = 1.25 * fine + (regional.dust[k] ?? 0) * air * (0.6 + 0.5 * traffic) + 2.5 * road;
    const fresh = (6.5 * road) / mixed;
    const no2 = (regional.no2[k] ?? 0) * air + fresh;
    out.no2[k] = no2;
    // Fresh NO takes ozone away where it makes NO2; deposition and mixing make the rest of the difference.
    out.o3[k] = Math.max(
      0.5,
      (regional.oxidant[k] ?? 0) * air ** -0.4 * Math.exp(chemistry()) - 0.85 * no2,
    );
    const shade = 1 - (weather.sun[k] ?? 0);
    const temperature =
      (weather.temperature[k] ?? 0) -
      0.0065 * place.height +
      island * (0.3 + 0.7 * shade) +
      (fields.warm[k] ?? 0) +
      heat[0] * Math.cos(2 * Math.PI * (season - heat[1])) +
      ground();
    out.temperature[k] = temperature;
    const dewPoint = (weather.dewPoint[k] ?? 0) + damp + 0.5 * (fields.warm[k] ?? 0);
    out.humidity[k] = Math.min(100, relativeHumidity(temperature, dewPoint));
    out.pressure[k] = (weather.pressure[k] ?? 0) * Math.exp(-place.height / 8430);
  }
  return out;
}

/** Share of the traffic of a usual hour: two rush hours, less on Sundays. */
function rushHour(startMs: number, day: number, local: number): number {
  const hour = local - 24 * day;
  const rush = Math.exp(-(((hour - 7.5) / 1.5) ** 2)) + Math.exp(-(((hour - 17.8) / 2) ** 2));
  const night = hour < 5 || hour > 22.5 ? 0.12 : 0.4;
  return (night + 1.3 * rush) * (weekday(startMs, day) === 0 ? 0.6 : 1);
}

function mealTime(hour: number): number {
  return (
    0.6 * Math.exp(-(((hour - 6.3) / 0.8) ** 2)) +
    0.7 * Math.exp(-(((hour - 11.3) / 0.9) ** 2)) +
    Math.exp(-(((hour - 18.3) / 1.3) ** 2))
  );
}

/** ug/m3 of fires and building sites next to the place: some hours, about three times a month. */
function smokeAt(keys: readonly number[]): () => number {
  const random = randomStream(...keys, 3);
  let level = 0;
  return () => {
    const begins = random.next() < 1 / 250;
    const size = -18 * Math.log(1 - random.next());
    level = 0.7 * level + (begins ? size : 0);
    return level;
  };
}
