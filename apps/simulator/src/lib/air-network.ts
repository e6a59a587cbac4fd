import { weekday, ZONE_HOURS } from './calendar.ts';
import type { CitySetting } from './electricity-area.ts';
import { boundedNormal, randomStream, STREAM } from './random.ts';
import { type DeviceRow, type GroupRow, type MemberRow, places, plainRow } from './tables.ts';
import { airTemperature } from './weather.ts';

/** Hourly means, value k belongs to the hour that ends at grid point k; NaN where missing. */
export interface AirStation {
  readonly deviceId: string;
  readonly quantities: {
    /** ug/m3 */
    readonly pm2_5: Float64Array;
    /** Cel */
    readonly temperature: Float64Array;
    /** % */
    readonly humidity: Float64Array;
    /** [ppm] */
    readonly no2: Float64Array;
  };
}

export interface AirNetwork {
  readonly devices: DeviceRow[];
  readonly groups: GroupRow[];
  readonly members: MemberRow[];
  readonly gateways: ReadonlyMap<string, string>;
  readonly stations: readonly AirStation[];
}

const GROUP = 'S-N1';

/** Low-cost sensors over the city and one reference-grade station. */
export function buildAirNetwork(city: CitySetting, sensors: number): AirNetwork {
  const hours = 24 * city.days + 1;
  const regional = backgroundLevel(city, hours);
  const devices: DeviceRow[] = [];
  const members: MemberRow[] = [];
  const stations: AirStation[] = [];
  for (let index = 0; index <= sensors; index += 1) {
    const reference = index === sensors;
    const deviceId = reference ? 'S-REF' : `S-${String(index + 1).padStart(2, '0')}`;
    const spot = places(city.seed, 60 + index).at(1);
    devices.push(plainRow(deviceId, 'environment_sensor', reference ? 'BT-REF' : 'BT-AIR4', spot));
    members.push({
      group_id: GROUP,
      device_id: deviceId,
      role: reference ? 'reference' : 'sensor',
      from: '',
      to: '',
      feeder: '',
    });
    stations.push(station(city, deviceId, { index, reference, hours, regional }));
  }
  return {
    devices,
    groups: [{ group_id: GROUP, kind: 'sensor_network', name: 'Không khí', technical_loss: '' }],
    members,
    gateways: new Map(),
    stations,
  };
}

/** ug/m3 over the whole city: stagnant and ventilated days, washed out by rain. */
function backgroundLevel(city: CitySetting, hours: number): Float64Array {
  const level = new Float64Array(hours);
  let anomaly = 0;
  for (let k = 0; k < hours; k += 1) {
    const random = randomStream(city.seed, STREAM.air, k);
    const day = Math.floor((k + ZONE_HOURS) / 24);
    const rain = city.weather[day + 1]?.rain ?? 0;
    anomaly = 0.985 * anomaly + 0.07 * random.normal() - 0.012 * rain;
    level[k] = 24 * Math.exp(anomaly);
  }
  return level;
}

function station(
  city: CitySetting,
  deviceId: string,
  options: { index: number; reference: boolean; hours: number; regional: Float64Array },
): AirStation {
  const { reference, hours, regional } = options;
  const nature = randomStream(city.seed, STREAM.sensor, options.index);
  const site = nature.uniform(0.6, 1.5);
  const gain = reference ? 1 : 1 + boundedNormal(nature, 0.06, 0.12);
  const offset = reference ? 0 : nature.uniform(-1.5, 2.5);
  const warm = reference ? 0 : nature.uniform(-0.3, 0.6);
  const wander = reference ? 0.01 : 0.05;
  const pm = new Float64Array(hours);
  const temperature = new Float64Array(hours);
  const humidity = new Float64Array(hours);
  const no2 = new Float64Array(hours);
  let local = 0;
  for (let k = 0; k < hours; k += 1) {
    const random = randomStream(city.seed, STREAM.sensor, options.index, k);
    const day = Math.floor((k + ZONE_HOURS) / 24);
    const hour = k + ZONE_HOURS - 24 * day;
    const rush = Math.exp(-(((hour - 7.5) / 1.6) ** 2)) + Math.exp(-(((hour - 18) / 2.2) ** 2));
    const traffic = site * (weekday(city.startMs, day) === 0 ? 0.6 : 1) * (0.3 + rush);
    local = 0.7 * local + 0.12 * random.normal();
    const air = airTemperature(city.weather, day, hour) + 0.2 * random.normal();
    const wet = (city.weather[day + 1]?.rain ?? 0) * 8;
    const relative = Math.min(99, Math.max(35, 78 - 3.6 * (air - 27.6) + wet + random.normal()));
    // Light-scattering sensors read high in damp air: the particles swell.
    const damp = reference ? 1 : 1 + 0.25 * Math.max(0, (relative - 75) / 25) ** 2;
    const particles = ((regional[k] ?? 0) + 9 * traffic) * Math.exp(local);
    const gone = random.chance(0.004);
    const keep = (value: number, digits: number): number =>
      gone ? Number.NaN : Math.round(value * 10 ** digits) / 10 ** digits;
    pm[k] = keep(
      Math.max(0.5, gain * damp * particles * (1 + wander * random.normal()) + offset),
      1,
    );
    temperature[k] = keep(air + warm, 1);
    humidity[k] = keep(relative, 1);
    const ppb = (5 + 14 * traffic * Math.exp(local)) * gain * (1 + wander * random.normal());
    no2[k] = keep(ppb / 1000, 4);
  }
  return { deviceId, quantities: { pm2_5: pm, temperature, humidity, no2 } };
}
