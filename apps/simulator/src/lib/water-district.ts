import { boundedNormal, randomStream, STREAM } from './random.ts';
import {
  type DeviceRow,
  gatewayRow,
  type GroupRow,
  type MemberRow,
  type Places,
  places,
} from './tables.ts';
import { type Residents } from './shared-homes.ts';
import { shutShare } from './water-closures.ts';
import { homeFlow, planWaterFaults } from './water-faults.ts';
import { drawHome, type HomeKey, type HomeNature, homeDraws } from './water-home.ts';
import type { HomeFlow } from './water-flow.ts';
import { type DistrictFlow, districtFlow } from './water-hydraulics.ts';
import { drawCurve } from './water-meter.ts';
import { zonesOf } from './water-network.ts';
import { countHome, hourly, lostReadings, readPressure, readRegister } from './water-register.ts';
import { waterMember, waterRow } from './water-rows.ts';
import { waterSteps } from './water-steps.ts';
import { countSupply } from './water-supply.ts';
import type { WaterMeterHistory } from './water-truth.ts';

export interface WaterMeterSeries {
  readonly deviceId: string;
  /** Counter at hour k, m3, NaN where the reading is missing. */
  readonly register: Float64Array;
  /** Counter of what ran back; the supply has none. */
  readonly reverseRegister: Float64Array | undefined;
  /** bar at hour k, mean of the hour that ends there; of the supply and of some homes. */
  readonly pressure: Float64Array | undefined;
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
/** Local hour at which homes of the city get up in the mean. */
const USUAL_WAKE = 5.85;
const GAP_RATE = 0.003;
const CLOCK_SD = 5;
/** Spots of the street from here on are houses whose electricity the city does not meter. */
const OWN_SPOTS = 100;
/** Every so many homes a meter has a pressure sensor. */
const PRESSURE_EVERY = 10;

/** Where a district lies, and who lives in those of its homes that the electricity of the city knows. */
export interface WaterDistrictPlace {
  readonly street: Places;
  readonly residents: ReadonlyMap<number, Residents>;
}

/** One district: homes, pipes, leaks, a supply meter; `historyDays`: of the city, after which faults are to be found. */
export function buildWaterDistrict(
  city: { readonly seed: number; readonly startMs: number; readonly days: number },
  { homes, daysBefore }: WaterDistrictSize,
  { historyDays, street, residents }: WaterDistrictPlace & { readonly historyDays: number },
): WaterDistrict {
  const { seed } = city;
  const startMs = city.startMs - daysBefore * DAY_MS;
  const days = daysBefore + city.days;
  const window = waterSteps(24 * days);
  const keys = Array.from({ length: homes }, (_, home) => ({ seed, district: DISTRICT, home }));
  const hasLogger = (home: number): boolean =>
    home % PRESSURE_EVERY === 4 || homes < PRESSURE_EVERY;
  const draws = keys.map((key, home) => {
    const known = residents.get(home);
    const isAway =
      known === undefined ? undefined : (day: number) => known.isAway(day - daysBefore);
    return homeDraws(key, natureOf(key, known), { startMs, days, isAway });
  });
  const faults = planWaterFaults(
    seed,
    draws.map((own, home) => ({
      home,
      litresPerDay: litresOfPilot(own),
      hasLogger: hasLogger(home),
      hasWitness: residents.get(home)?.isCounted === true,
    })),
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
  // the station is the water utility's own: no electricity meter has its address
  const station = { ...street.at(OWN_SPOTS), address: places(seed, 50).station };
  const year = new Date(city.startMs).getUTCFullYear();
  const district: WaterDistrict & {
    meters: WaterMeterSeries[];
    histories: WaterMeterHistory[];
    gateways: Map<string, string>;
  } = {
    startMs,
    devices: [gatewayRow(GATEWAY, station)],
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
    const spot = residents.get(home)?.spot ?? street.at(OWN_SPOTS + 1 + home);
    district.devices.push(waterRow(deviceId, spot, { age, year, size: '2.5', home }));
    district.members.push(waterMember(GROUP, deviceId, 'consumer'));
    district.gateways.set(deviceId, GATEWAY);
    district.meters.push({
      deviceId,
      register: readRegister(counted.indicated, window, rule(home, 0.001, start)),
      reverseRegister: readRegister(counted.reverse, window, rule(home, 0.001, 0)),
      pressure: hasLogger(home) ? pressureOf(home, pressureAt(flow, zone, own)) : undefined,
    });
    district.histories.push({
      deviceId,
      fault: meter.fault,
      actual: hourly(counted.actual, window),
      healthy: hourly(counted.healthy, window),
      air: hourly(counted.air, window),
    });
  });
  const supplyId = `${GROUP}-SUM`;
  const nature = randomStream(seed, STREAM.waterNetwork, DISTRICT, 9);
  const supply = countSupply(flow, nature, 0.004);
  district.devices.push(waterRow(supplyId, station, { age: 1, year, size: '16', home: -1 }));
  district.members.push(waterMember(GROUP, supplyId, 'supply'));
  district.meters.push({
    deviceId: supplyId,
    register: readRegister(supply.indicated, window, rule(-1, 0.01, nature.uniform(5000, 90_000))),
    reverseRegister: undefined,
    pressure: pressureOf(-1, flow.inlet),
  });
  return { ...district, supplyError: supply.error };
}

/** A home by its own nature, with the people and the hours of those who are known to live there. */
function natureOf(key: HomeKey, known: Residents | undefined): HomeNature {
  const nature = drawHome(key);
  return known === undefined
    ? nature
    : { ...nature, people: known.people, late: known.wakeHour - USUAL_WAKE, worksAtNight: false };
}

/** bar in the pipe of a home, step by step: that of its zone, none while the pipe is shut. */
function pressureAt(
  { steps: window, zonePressure }: DistrictFlow,
  zone: number,
  { air }: HomeFlow,
): Float32Array {
  const bar = zonePressure.slice(zone * window.steps, (zone + 1) * window.steps);
  const { fromS, stepS } = window;
  if (air !== undefined)
    for (let step = 0; step < bar.length; step += 1)
      bar[step] =
        (bar[step] ?? 0) *
        (1 - shutShare(air.closures, fromS + step * stepS, fromS + (step + 1) * stepS));
  return bar;
}

/** L a day over the first week; the same however many days are built. */
function litresOfPilot(draws: ReturnType<typeof homeDraws>): number {
  let litres = 0;
  for (const { startS, seconds, litresPerHour } of draws)
    if (startS >= 0 && startS < PILOT_DAYS * 86_400 && seconds < 86_400)
      litres += (seconds / 3600) * litresPerHour;
  return litres / PILOT_DAYS;
}
