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
import { homeFlow, planWaterFaults } from './water-faults.ts';
import { drawHome, homeDraws } from './water-home.ts';
import { districtFlow } from './water-hydraulics.ts';
import { drawCurve, type WaterFault } from './water-meter.ts';
import { zonesOf } from './water-network.ts';
import {
  countHome,
  hourly,
  lostReadings,
  LITRES_PER_M3,
  readPressure,
  readRegister,
} from './water-register.ts';
import { waterSteps } from './water-steps.ts';
import { countSupply } from './water-supply.ts';

export interface WaterMeterSeries {
  readonly deviceId: string;
  /** Counter at hour k, m3, NaN where the reading is missing. */
  readonly register: Float64Array;
  /** Counter of what ran back; the supply has none. */
  readonly reverseRegister: Float64Array | undefined;
  /** bar at hour k, mean of the hour that ends there; of the supply and of some homes. */
  readonly pressure: Float64Array | undefined;
}

/** What only the simulator knows of a home's meter. Hours are those of the district. */
export interface WaterMeterHistory {
  readonly deviceId: string;
  readonly fault: WaterFault | undefined;
  /** m3 of the hour that ends at grid point k: what passed, and what the meter would have counted of it without its fault. */
  readonly actual: Float64Array;
  readonly healthy: Float64Array;
}

export interface WaterDistrict {
  /** First hour: water is judged over more days than the city has. */
  readonly startMs: number;
  readonly devices: DeviceRow[];
  readonly groups: GroupRow[];
  readonly members: MemberRow[];
  readonly gateways: ReadonlyMap<string, string>;
  readonly meters: readonly WaterMeterSeries[];
  readonly histories: readonly WaterMeterHistory[];
  readonly supplyError: number;
}

export interface WaterDistrictSize {
  readonly homes: number;
  /** Days the district was there before the city's first day. */
  readonly daysBefore: number;
}

const GROUP = 'W-D1';
const GATEWAY = 'G-W1';
const DAY_MS = 86_400_000;
/** Names the streams of the district, apart from those of trials. */
const DISTRICT = 1_000_000;
const PILOT_DAYS = 7;
const GAP_RATE = 0.003;
const CLOCK_SD = 5;
/** Every so many homes a meter has a pressure sensor. */
const PRESSURE_EVERY = 10;

/** One district: homes, pipes, leaks, a supply meter; `historyDays`: of the city, after which faults are to be found. */
export function buildWaterDistrict(
  city: { readonly seed: number; readonly startMs: number; readonly days: number },
  { homes, daysBefore }: WaterDistrictSize,
  historyDays: number,
): WaterDistrict {
  const { seed } = city;
  const startMs = city.startMs - daysBefore * DAY_MS;
  const days = daysBefore + city.days;
  const window = waterSteps(24 * days);
  const keys = Array.from({ length: homes }, (_, home) => ({ seed, district: DISTRICT, home }));
  const draws = keys.map((key) => homeDraws(key, drawHome(key), { startMs, days }));
  const faults = planWaterFaults(
    seed,
    draws.map((own, home) => ({ home, litresPerDay: litresOfPilot(own) })),
    daysBefore + historyDays,
  );
  const homeFlows = keys.map((key, home) =>
    homeFlow(key, draws[home] ?? [], faults.get(home), window),
  );
  const flow = districtFlow(
    homeFlows,
    {
      seed,
      district: DISTRICT,
      days,
      building: false,
      leakShare: randomStream(seed, STREAM.waterNetwork, DISTRICT).uniform(0.12, 0.24),
      bursts: true,
      unmetered: 0.01,
    },
    window,
  );
  const place = places(seed, 50);
  const year = new Date(city.startMs).getUTCFullYear();
  const district: WaterDistrict & {
    meters: WaterMeterSeries[];
    histories: WaterMeterHistory[];
    gateways: Map<string, string>;
  } = {
    startMs,
    devices: [gatewayRow(GATEWAY, place)],
    groups: [
      { group_id: GROUP, kind: 'water_district', name: 'Khu cấp nước Phú Lợi', technical_loss: '' },
    ],
    members: [],
    gateways: new Map<string, string>(),
    meters: [],
    histories: [],
    supplyError: 0,
  };
  const rule = (
    meter: number,
    quantum: number,
    start: number,
  ): Parameters<typeof readRegister>[2] => ({
    start,
    quantum,
    offsetS: -boundedNormal(randomStream(seed, STREAM.meter, 5000 + meter, 1), CLOCK_SD, 15),
    gaps: lostReadings([seed, DISTRICT, meter], window.hours, GAP_RATE),
    first: 0,
    every: 1,
  });
  const pressureOf = (meter: number, bar: Float32Array): Float64Array =>
    readPressure((step) => bar[step] ?? 0, flow.steps, {
      keys: [seed, DISTRICT, meter],
      offset: boundedNormal(randomStream(seed, STREAM.meter, 5000 + meter, 2), 0.04, 0.1),
      noise: 0.01,
      resolution: 0.01,
      gaps: lostReadings([seed, DISTRICT, meter], window.hours, GAP_RATE),
    });
  homeFlows.forEach((own, home) => {
    const deviceId = `${GROUP}-${String(home + 1).padStart(3, '0')}`;
    const nature = randomStream(seed, STREAM.meter, 5000 + home);
    const age = nature.integer(1, 4);
    const lot = {
      name: '',
      builtYear: year - age,
      kind: 'jet' as const,
      age,
      meanError: 0.004 * randomStream(seed, STREAM.lot, 5000 + age).normal() - 0.002,
    };
    const zone = home % zonesOf(homes, false);
    const meter = {
      curve: drawCurve(nature, lot, 0.009),
      fault: faults.get(home),
      lastDay: daysBefore + historyDays,
    };
    const counted = countHome(own, { flow, zone }, meter);
    const start = nature.uniform(40, 900);
    const spot = place.at(home + 1);
    // homes of their own: nobody's electricity is metered at these addresses
    const address = `${spot.address}, khu Phú Lợi`;
    district.devices.push(
      waterRow(deviceId, { ...spot, address }, { age, year, size: '2.5', home }),
    );
    district.members.push(member(deviceId, 'consumer'));
    district.gateways.set(deviceId, GATEWAY);
    district.meters.push({
      deviceId,
      register: readRegister(counted.indicated, window, rule(home, 0.001, start)),
      reverseRegister: readRegister(counted.reverse, window, rule(home, 0.001, 0)),
      pressure:
        home % PRESSURE_EVERY === 4 || homes < PRESSURE_EVERY
          ? pressureOf(
              home,
              flow.zonePressure.subarray(zone * window.steps, (zone + 1) * window.steps),
            )
          : undefined,
    });
    district.histories.push({
      deviceId,
      fault: meter.fault,
      actual: hourly(counted.actual, window),
      healthy: hourly(counted.healthy, window),
    });
  });
  const supplyId = `${GROUP}-SUM`;
  const nature = randomStream(seed, STREAM.waterNetwork, DISTRICT, 9);
  const supply = countSupply(flow, nature, 0.004);
  district.devices.push(waterRow(supplyId, place.at(0), { age: 1, year, size: '16', home: -1 }));
  district.members.push(member(supplyId, 'supply'));
  district.meters.push({
    deviceId: supplyId,
    register: readRegister(supply.indicated, window, rule(-1, 0.01, nature.uniform(5000, 90_000))),
    reverseRegister: undefined,
    pressure: pressureOf(-1, flow.inlet),
  });
  return { ...district, supplyError: supply.error };
}

/** L a day over the first week; the same however many days are built. */
function litresOfPilot(draws: ReturnType<typeof homeDraws>): number {
  let litres = 0;
  for (const { startS, seconds, litresPerHour } of draws)
    if (startS >= 0 && startS < PILOT_DAYS * 86_400 && seconds < 86_400)
      litres += (seconds / 3600) * litresPerHour;
  return litres / PILOT_DAYS;
}

/** e of a home's meter at an instant (hours of the district), weighted by what was drawn in the 400 days before; NaN without use. */
export function waterError(
  { actual, healthy }: Pick<WaterMeterHistory, 'actual' | 'healthy'>,
  gain: number,
  hour: number,
): number {
  let passed = 0;
  let counted = 0;
  for (let k = Math.max(1, hour - 400 * 24); k <= Math.min(hour, actual.length - 1); k += 1) {
    passed += actual[k] ?? 0;
    counted += healthy[k] ?? 0;
  }
  return (counted / passed) * gain - 1;
}

/** m3 as litres a day, over the hours up to an instant. */
export function litresPerDay({ actual }: Pick<WaterMeterHistory, 'actual'>, hour: number): number {
  const until = Math.min(hour, actual.length - 1);
  let passed = 0;
  for (let k = 1; k <= until; k += 1) passed += actual[k] ?? 0;
  return (24 * LITRES_PER_M3 * passed) / Math.max(1, until);
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
