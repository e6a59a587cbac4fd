import { originMs, ZONE_HOURS } from './calendar.ts';
import { boundedNormal, randomStream, STREAM } from './random.ts';
import { TRIAL_ORIGIN } from './trial-area.ts';
import type { TrialDistrictOptions } from './trial-district-options.ts';
import { trialReadings, type TrialReadings } from './trial-district-readings.ts';
import { homeFlow } from './water-faults.ts';
import type { WaterDraw } from './water-flow.ts';
import { type DistrictFlow, districtFlow } from './water-hydraulics.ts';
import { awayDays, drawHome, homeDraws } from './water-home.ts';
import { drawCurve, type WaterFault } from './water-meter.ts';
import { NOMINAL_BAR, zonesOf } from './water-network.ts';
import { electricityBeside } from './water-presence.ts';
import { countHome, hourly, LITRES_PER_M3, readPressure } from './water-register.ts';
import { seriesDraws } from './water-series.ts';
import { countSupply } from './water-supply.ts';
import { waterSteps, type WaterSteps } from './water-steps.ts';

/** A meter as its utility knows it; grid point k is `startMs` and k hours. */
export interface TrialWaterMeter extends TrialReadings {
  readonly deviceId: string;
  readonly lot: string;
  readonly limit: number;
  readonly inServiceLimit: number;
  /** Q3, m3/h. */
  readonly permanentFlow: number;
  readonly builtYear: number;
  /** m3 that ran back; of a meter through which something does. */
  readonly reverseRegister?: Float64Array;
  /** bar, mean of the hour that ends there. */
  readonly pressure?: Float64Array;
  /** kW.h of an electricity meter at the same address, of the hour that ends there. */
  readonly otherUse?: Float64Array;
}

/** What only the simulator knows of a home and its meter. Ratios; e = (indicated - actual) / actual. */
export interface TrialHomeTruth {
  readonly deviceId: string;
  readonly zone: number;
  readonly fault: WaterFault | undefined;
  /** e at the end, weighted by what the home drew in the window; NaN where it drew nothing. */
  readonly error: number;
  /** The same without the fault: what the curve of a healthy meter makes of the home's flows. */
  readonly baseError: number;
  readonly litresPerDay: number;
  /** m3 of the hour that ends at grid point k. */
  readonly actual: Float64Array;
}

export interface TrialDistrict {
  readonly groupId: string;
  readonly startMs: number;
  readonly hours: number;
  /** Homes, then the supply. */
  readonly meters: readonly TrialWaterMeter[];
  readonly truth: {
    readonly homes: readonly TrialHomeTruth[];
    readonly supplyError: number;
    /** Over what was supplied: leaks; bursts, flushing and public use. */
    readonly leakShare: number;
    readonly otherShare: number;
  };
  /** Flows and pressures of every step: large, and nothing a utility has. */
  readonly flow: DistrictFlow;
}

export function buildTrialDistrict(options: TrialDistrictOptions): TrialDistrict {
  const { seed, district, homes, building, days } = options;
  const startMs = originMs(TRIAL_ORIGIN);
  const window = waterSteps(24 * days);
  const faults = faultsOf(options);
  const homeFlows = Array.from({ length: homes }, (_, home) =>
    homeFlow({ seed, district, home }, drawsOf(options, home, window), faults.get(home), window),
  );
  const flow = districtFlow(homeFlows, options, window);
  const groupId = groupIdOf(options);
  const meters: TrialWaterMeter[] = [];
  const truths: TrialHomeTruth[] = [];
  homeFlows.forEach((own, home) => {
    const random = randomStream(seed, STREAM.trial, district, 11, home);
    const lot = random.pick(options.lots);
    const curve = drawCurve(random, lot, options.healthySd);
    const fault = faults.get(home);
    const zone = home % zonesOf(homes, building);
    const counted = countHome(own, { flow, zone }, { curve, fault, lastDay: days });
    const { actual, healthy, atLast } = counted.window;
    const deviceId = `${groupId}-${String(home + 1).padStart(4, '0')}`;
    const perHour = hourly(counted.actual, window);
    const isLogged = options.pressure === 'inlet-and-home' && home === Math.floor(homes / 2);
    meters.push({
      deviceId,
      lot: `${lot.name} | ${lot.builtYear}`,
      limit: 0.05,
      inServiceLimit: 0.1,
      permanentFlow: 2.5,
      builtYear: lot.builtYear,
      ...trialReadings(options, counted.indicated, window, home),
      ...(fault?.kind === 'backflow'
        ? { reverseRegister: trialReadings(options, counted.reverse, window, home).register }
        : {}),
      ...(isLogged
        ? { pressure: logged(options, home, flow, flow.zonePressure.subarray(zone * window.steps)) }
        : {}),
      ...(options.otherUse
        ? {
            otherUse: electricityBeside(
              [seed, district, home],
              window.hours,
              presence(options, home, perHour),
            ),
          }
        : {}),
    });
    truths.push({
      deviceId,
      zone,
      fault,
      error: atLast / actual - 1,
      baseError: healthy / actual - 1,
      litresPerDay: (LITRES_PER_M3 * actual) / days,
      actual: perHour,
    });
  });
  const supply = trialSupply(options, flow);
  meters.push({
    ...supply.meter,
    ...(options.pressure === 'none' ? {} : { pressure: logged(options, -1, flow, flow.inlet) }),
  });
  const total = sum(flow.supply);
  const { leak, burst, flushing, unmetered } = flow.outlets;
  return {
    groupId,
    startMs,
    hours: window.hours,
    meters,
    truth: {
      homes: truths,
      supplyError: supply.error,
      leakShare: sum(leak) / total,
      otherShare: (sum(burst) + sum(flushing) + sum(unmetered)) / total,
    },
    flow,
  };
}

const groupIdOf = ({ district }: TrialDistrictOptions): string =>
  `W-T${String(district + 1).padStart(4, '0')}`;

/** The meter at the inlet of a district, as it counts what flows there. */
export function trialSupply(
  options: TrialDistrictOptions,
  flow: Pick<DistrictFlow, 'supply' | 'steps'>,
): { readonly meter: TrialWaterMeter; readonly error: number } {
  const { seed, district, supplySd, building } = options;
  const { indicated, error } = countSupply(
    flow,
    randomStream(seed, STREAM.trial, district, 13),
    supplySd,
  );
  return {
    error,
    meter: {
      deviceId: `${groupIdOf(options)}-SUM`,
      lot: 'supply',
      limit: 0.03,
      inServiceLimit: 0.06,
      permanentFlow: building ? 10 : 40,
      builtYear: 2024,
      ...trialReadings(options, indicated, flow.steps, -1),
    },
  };
}

/** Districts as one tenant's fleet: what the analysis of a water fleet is given. */
export function trialWaterFleet(
  districts: readonly Pick<TrialDistrict, 'groupId' | 'startMs' | 'hours' | 'meters'>[],
): {
  grid: { startUs: number; stepUs: number; count: number };
  zoneMinutes: number;
  meters: TrialWaterMeter[];
  districts: {
    groupId: string;
    members: { meter: number; role: 'supply' | 'consumer'; fromUs: number; toUs: number }[];
    asOfUs: number;
  }[];
} {
  const [first] = districts;
  if (first === undefined) throw new RangeError('a fleet without districts');
  const startUs = 1000 * first.startMs;
  const count = first.hours + 1;
  const meters: TrialWaterMeter[] = [];
  const groups = districts.map((district) => ({
    groupId: district.groupId,
    asOfUs: startUs + (count - 1) * 3600e6,
    members: district.meters.map((meter) => ({
      meter: meters.push(meter) - 1,
      role: meter.lot === 'supply' ? ('supply' as const) : ('consumer' as const),
      fromUs: -Infinity,
      toUs: Infinity,
    })),
  }));
  return {
    grid: { startUs, stepUs: 3600e6, count },
    zoneMinutes: 60 * ZONE_HOURS,
    meters,
    districts: groups,
  };
}

function drawsOf(
  { seed, district, days, homes, loads }: TrialDistrictOptions,
  home: number,
  { hours }: WaterSteps,
): WaterDraw[] {
  const key = { seed, district, home };
  if (loads.kind === 'built-in')
    return homeDraws(key, drawHome(key), { startMs: originMs(TRIAL_ORIGIN), days });
  const use = loads.homes[home];
  if (use === undefined) throw new RangeError(`a district of ${homes} homes needs as many series`);
  return seriesDraws(use, { ...key, hours });
}

/** Who is not there draws no water; of a real home that draws next to nothing on a day the same is assumed. */
function presence(
  { seed, district, days, loads }: TrialDistrictOptions,
  home: number,
  perHour: Float64Array,
): (day: number) => boolean {
  if (loads.kind === 'built-in') {
    const key = { seed, district, home };
    const away = awayDays(key, drawHome(key), days + 1);
    return (day) => !away.has(day);
  }
  return (day) => {
    const first = Math.max(1, 24 * day - ZONE_HOURS + 1);
    return sum(perHour.subarray(first, first + 24)) > 0.008;
  };
}

/** A logger whose zero is off by up to 0.1 bar, with the resolution of 0.01 bar. */
function logged(
  { seed, district }: TrialDistrictOptions,
  home: number,
  flow: DistrictFlow,
  bar: Float32Array,
): Float64Array {
  const random = randomStream(seed, STREAM.trial, district, 14, home);
  return readPressure((step) => bar[step] ?? NOMINAL_BAR, flow.steps, {
    keys: [seed, district, home],
    offset: boundedNormal(random, 0.05, 0.1),
    noise: 0.01,
    resolution: 0.01,
    gaps: new Uint8Array(flow.steps.hours + 1),
  });
}

function faultsOf({
  drift,
  seed,
  district,
  homes,
  days,
}: TrialDistrictOptions): ReadonlyMap<number, WaterFault> {
  if (drift.kind === 'list') return drift.faults;
  const faults = new Map<number, WaterFault>();
  for (let home = 0; home < homes; home += 1) {
    const random = randomStream(seed, STREAM.trial, district, 15, home);
    if (!random.chance(drift.share)) continue;
    const began = random.uniform(0.1, 0.4) * days;
    const { size, onset } = drift;
    faults.set(home, {
      kind: 'drift',
      size,
      sinceDay: onset === 'constant' ? -1 : began,
      ...(onset === 'ramp' ? { untilDay: began + 0.4 * days } : {}),
    });
  }
  return faults;
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}
