import type { WaterMeterSeries } from '@verimeter/drift';
import {
  buildTrialDistrict,
  TRIAL_DISTRICT,
  trialWaterFleet,
  type WaterHomeSeries,
} from '@verimeter/simulator';
import { seededRandom } from '../seeded.ts';

/** Share of absences during which electricity is used as if people were there: timers, cooling, guests. */
const AS_USUAL = 0.05;
/** Days without water from which an absence is one of those. */
const ABSENCE_DAYS = 3;
const USUAL_DAYS_BEFORE = 28;

export interface StoppedFleet {
  readonly grid: { readonly startUs: number; readonly stepUs: number; readonly count: number };
  readonly zoneMinutes: number;
  readonly homes: readonly StoppedHome[];
  /** By district: m3 counted by the supply in the hour that ends at each grid point. */
  readonly supplies: readonly Float64Array[];
}

export interface StoppedHome {
  readonly district: number;
  readonly meter: WaterMeterSeries;
  /** m3 that really passed in the hour that ends at each grid point. */
  readonly actual: Float64Array;
}

export interface FleetOptions {
  readonly seed: number;
  readonly days: number;
  readonly districts: number;
  readonly homesPerDistrict: number;
  /** Empty: homes of the simulated city. */
  readonly pool: readonly WaterHomeSeries[];
}

/** Districts in which no meter has a fault, each home with an electricity meter at its address. */
export function stoppedFleet(options: FleetOptions): StoppedFleet {
  const { seed, days, homesPerDistrict, pool } = options;
  const random = seededRandom(seed);
  const districts = Array.from({ length: options.districts }, (_, district) => {
    // The flows of every step are needed no longer.
    const { flow: _flow, ...rest } = buildTrialDistrict({
      ...TRIAL_DISTRICT,
      seed,
      district,
      days,
      homes: homesPerDistrict,
      otherUse: true,
      pressure: 'none',
      drift: { kind: 'list', faults: new Map() },
      loads:
        pool.length === 0
          ? { kind: 'built-in' }
          : { kind: 'series', homes: pool.map((series) => ({ series, shiftWeeks: 0 })) },
    });
    return rest;
  });
  const { grid, zoneMinutes } = trialWaterFleet(districts);
  const supplies = districts.map(({ meters }) =>
    hourly(meters.at(-1)?.register ?? new Float64Array(0)),
  );
  const homes = districts.flatMap(({ meters, truth }, district) =>
    truth.homes.map((home, index) => {
      const meter = meters[index];
      if (meter === undefined) throw new RangeError('a home without a meter');
      const otherUse = meter.otherUse ?? new Float64Array(0);
      return {
        district,
        actual: home.actual,
        meter: { ...meter, otherUse: someGoOn(otherUse, home.actual, random) },
      };
    }),
  );
  return { grid, zoneMinutes, homes, supplies };
}

const hourly = (register: Float64Array): Float64Array =>
  register.map((value, k) => value - (register[k - 1] ?? NaN));

/** In some absences electricity goes on as it did four weeks before. */
function someGoOn(
  otherUse: Float64Array,
  actual: Float64Array,
  random: () => number,
): Float64Array {
  const out = Float64Array.from(otherUse);
  for (const { from, to } of quietTimes(actual, ABSENCE_DAYS)) {
    const back = 24 * USUAL_DAYS_BEFORE * Math.ceil((to - from) / (24 * USUAL_DAYS_BEFORE));
    if (random() < AS_USUAL && from - back >= 1)
      out.set(otherUse.subarray(from - back, to - back), from);
  }
  return out;
}

/** Times without water of at least so many days: first and last grid point of their hours. */
export function quietTimes(
  actual: Float64Array,
  days: number,
): { readonly from: number; readonly to: number }[] {
  const found: { from: number; to: number }[] = [];
  let from = 1;
  for (let k = 1; k <= actual.length; k += 1) {
    // below half a litre nothing of it can be seen in most hours
    if (k < actual.length && (actual[k] ?? 0) < 5e-4) continue;
    if (k - from >= 24 * days) found.push({ from, to: k });
    from = k + 1;
  }
  return found;
}
