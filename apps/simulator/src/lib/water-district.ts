import { weekday, ZONE_HOURS } from './calendar.ts';
import type { CitySetting } from './electricity-area.ts';
import { boundedNormal, randomStream, STREAM } from './random.ts';
import {
  type DeviceRow,
  gatewayRow,
  type GroupRow,
  type MemberRow,
  places,
  plainRow,
  type Spot,
} from './tables.ts';

export interface WaterMeterSeries {
  readonly deviceId: string;
  /** Counter at hour k, m3, NaN where the reading is missing. */
  readonly register: Float64Array;
  /** bar at hour k, mean of the hour that ends there. */
  readonly pressure: Float64Array;
}

export interface WaterDistrict {
  readonly devices: DeviceRow[];
  readonly groups: GroupRow[];
  readonly members: MemberRow[];
  readonly gateways: ReadonlyMap<string, string>;
  readonly meters: readonly WaterMeterSeries[];
}

const GROUP = 'W-D1';
const GATEWAY = 'G-W1';

/** One district: homes drawing water, a leak that follows the pressure, a supply meter. */
export function buildWaterDistrict(city: CitySetting, homes: number): WaterDistrict {
  const network = randomStream(city.seed, STREAM.waterNetwork);
  const hours = 24 * city.days + 1;
  const use = Array.from({ length: homes }, (_, home) => hourlyUse(city, home, hours));
  const demand = new Float64Array(hours);
  for (const litres of use)
    for (let k = 0; k < hours; k += 1) demand[k] = (demand[k] ?? 0) + (litres[k] ?? 0);

  const source = network.uniform(2.8, 3.6);
  const resistance = network.uniform(0.15, 0.4);
  const leakAtThreeBar = network.uniform(25, 60);
  const pressure = new Float64Array(hours);
  const inflow = new Float64Array(hours);
  for (let k = 0; k < hours; k += 1) {
    const day = Math.floor((k - 1) / 24);
    const noise = randomStream(city.seed, STREAM.waterNetwork, day, k);
    // Head loss grows with the square of the flow; a leak through a fixed opening with a power of the pressure.
    const head = resistance * ((demand[k] ?? 0) / 1500) ** 2;
    const local = (((k + ZONE_HOURS) % 24) + 24) % 24;
    const night = local < 5 ? 0.15 : 0;
    pressure[k] = Math.max(0.4, source + night - head + 0.03 * noise.normal());
    inflow[k] = (demand[k] ?? 0) + leakAtThreeBar * ((pressure[k] ?? 0) / 3) ** 1.1;
  }

  const place = places(city.seed, 50);
  const year = new Date(city.startMs).getUTCFullYear();
  const devices = [gatewayRow(GATEWAY, place)];
  const members: MemberRow[] = [];
  const gateways = new Map<string, string>();
  const meters: WaterMeterSeries[] = [];
  use.forEach((litresOf, home) => {
    const deviceId = `${GROUP}-${String(home + 1).padStart(3, '0')}`;
    const nature = randomStream(city.seed, STREAM.meter, 5000 + home);
    const age = nature.integer(1, 4);
    const error = boundedNormal(nature, 0.008, 0.018);
    const lowFlow = nature.uniform(0.03, 0.12);
    // A turbine slips at small flows: below about 30 l in the hour a share is not counted.
    const indicated = litresOf.map((litres) => litres * (1 + error - (litres < 30 ? lowFlow : 0)));
    const start = nature.uniform(40, 900);
    const altitude = nature.uniform(-0.25, 0.15);
    devices.push(waterRow(deviceId, place.at(home + 1), { age, year, size: '2.5', home }));
    members.push(member(deviceId, 'consumer'));
    gateways.set(deviceId, GATEWAY);
    meters.push({
      deviceId,
      register: accumulate(indicated, start, 0.001, missing(city.seed, 5000 + home, hours)),
      pressure: pressure.map((bar) => Math.round((bar + altitude) * 100) / 100),
    });
  });
  const supplyId = `${GROUP}-SUM`;
  const supplyError = boundedNormal(network, 0.004, 0.01);
  devices.push(waterRow(supplyId, place.at(0), { age: 1, year, size: '16', home: -1 }));
  members.push(member(supplyId, 'supply'));
  meters.push({
    deviceId: supplyId,
    register: accumulate(
      inflow.map((litres) => litres * (1 + supplyError)),
      network.uniform(5000, 90_000),
      0.01,
      missing(city.seed, 4999, hours),
    ),
    pressure: pressure.map((bar) => Math.round(bar * 100) / 100),
  });
  return {
    devices,
    groups: [
      { group_id: GROUP, kind: 'water_district', name: 'Khu cấp nước Phú Lợi', technical_loss: '' },
    ],
    members,
    gateways,
    meters,
  };
}

/** Litres of each hour, index k being the hour that ends at grid point k (UTC). */
function hourlyUse(city: CitySetting, home: number, hours: number): Float64Array {
  const nature = randomStream(city.seed, STREAM.home, home);
  const people = nature.integer(1, 6);
  const perPerson = nature.uniform(70, 170);
  const early = nature.uniform(-0.6, 0.8);
  const drip = nature.chance(0.12) ? nature.uniform(0.5, 4) : 0;
  const litres = new Float64Array(hours).fill(drip);
  for (let day = -1; day <= city.days; day += 1) {
    const random = randomStream(city.seed, STREAM.waterUse, home, day);
    const free = weekday(city.startMs, day) === 0;
    const heat = 1 + 0.03 * ((city.weather[day + 1]?.meanCelsius ?? 27.6) - 27.6);
    if (random.chance(0.02)) continue;
    const draws = Math.max(1, Math.round(people * random.uniform(5, 9)));
    for (let draw = 0; draw < draws; draw += 1) {
      const when = random.next();
      const hour =
        when < 0.35
          ? 6 + early + 0.9 * random.normal()
          : when < 0.8
            ? 18.8 + 1.6 * random.normal()
            : random.uniform(free ? 7 : 9, 22);
      const size = ((people * perPerson * heat) / draws) * random.uniform(0.2, 2.2);
      // Local hour h of day d lies in the UTC hour that ends at grid point 24 d + floor(h) - 7 + 1.
      const k = 24 * day + Math.floor(Math.min(23.9, Math.max(0, hour))) - ZONE_HOURS + 1;
      if (k >= 0 && k < hours) litres[k] = (litres[k] ?? 0) + size;
    }
  }
  return litres;
}

function accumulate(
  litres: Float64Array,
  start: number,
  quantum: number,
  gaps: Uint8Array,
): Float64Array {
  let counter = start;
  return litres.map((value, k) => {
    if (k > 0) counter += value / 1000;
    if (gaps[k] === 1) return Number.NaN;
    return Math.round(Math.floor(counter / quantum) * quantum * 1000) / 1000;
  });
}

function missing(seed: number, key: number, hours: number): Uint8Array {
  const gaps = new Uint8Array(hours);
  for (let k = 0; k < hours; k += 1)
    if (randomStream(seed, STREAM.gap, key, k).chance(0.004)) gaps[k] = 1;
  return gaps;
}

function member(deviceId: string, role: 'supply' | 'consumer'): MemberRow {
  return { group_id: GROUP, device_id: deviceId, role, from: '', to: '', feeder: '' };
}

function waterRow(
  deviceId: string,
  spot: Spot,
  meter: { age: number; year: number; size: string; home: number },
): DeviceRow {
  const built = meter.year - meter.age;
  const verified = `${built}-${String(2 + ((meter.home + 1) % 10)).padStart(2, '0')}-15`;
  return {
    ...plainRow(deviceId, 'water_meter', 'BT-DN15', spot),
    serial: `${built % 100}${String(700_001 + 37 * (meter.home + 1)).padStart(7, '0')}`,
    type_approval: `PDM 415-${built - 1}`,
    accuracy_class: meter.home < 0 ? '1' : '2',
    nominal: meter.size,
    built_year: String(built),
    installed_on: verified,
    verified_on: verified,
    valid_until: `${built + 5}${verified.slice(4)}`,
  };
}
