import { at, mean, median } from '@verimeter/statistics';
import { type AreaIntervals, formIntervals, QUANTUM_READINGS } from '../area-intervals.ts';
import { registerQuantum } from '../register-quantum.ts';
import { asArea } from './fleet-view.ts';
import { pressureOf } from './district-pressure.ts';
import type { DistrictInput, WaterFleetInput } from './water-types.ts';
import type { FleetInput } from '../fleet-types.ts';

const LITRES = 1000;
/** What runs slower than this in an hour may be below the starting flow of a worn meter for most of it, L/h. */
const LOW_FLOW = 12;

/** The balance of a district: volumes in litres per interval between instants at which every member has a reading. */
export interface DistrictIntervals {
  readonly intervals: AreaIntervals;
  readonly supply: Float64Array;
  /** Of each consumer, net. */
  readonly flows: readonly Float64Array[];
  readonly total: Float64Array;
  /** Of each consumer: hours of the interval in which it drew little, but something. */
  readonly lowHours: readonly Float64Array[];
  /** Of each consumer: first interval from which on its register stands still to the end; `count` where it runs. */
  readonly stillFrom: Int32Array;
  /** Step of the register of each consumer, litres. */
  readonly quanta: Float64Array;
  readonly supplyQuantum: number;
  /** Mean pressure of the district by interval, bar; undefined where too few measure it. */
  readonly pressure: Float64Array | undefined;
  /** How many consumers' pressures that is the mean of; 0: the supply's. */
  readonly pressureMeters: number;
  readonly broken: Uint8Array;
}

export function formDistrict(
  input: WaterFleetInput,
  view: FleetInput,
  district: DistrictInput,
  change: { readonly excluded: ReadonlySet<number>; readonly joined: readonly number[] },
): DistrictIntervals {
  const quantumOf = (meter: number): number => {
    const series = view.meters[meter];
    return series === undefined ? 0 : registerQuantum(series, QUANTUM_READINGS);
  };
  const intervals = formIntervals(
    view,
    asArea(district),
    change.excluded,
    change.joined,
    quantumOf,
  );
  const { consumers, supply, from, to, count } = intervals;
  const flows = consumers.map(({ energy }) => energy.map((value) => LITRES * value));
  const total = new Float64Array(count);
  for (const flow of flows)
    for (let t = 0; t < count; t++) total[t] = (total[t] as number) + (flow[t] as number);
  const quanta = Float64Array.from(consumers, ({ meter }) => LITRES * quantumOf(meter));
  let squares = 0;
  for (const meter of intervals.supplyMeters) squares += (LITRES * quantumOf(meter)) ** 2;
  const { pressure, meters: pressureMeters } = pressureOf(input, intervals);
  return {
    intervals,
    supply: supply.map((value) => LITRES * value),
    flows,
    total,
    lowHours: consumers.map(({ meter }) =>
      lowHours(input.meters[meter]?.register ?? new Float64Array(), intervals, input.grid.stepUs),
    ),
    stillFrom: Int32Array.from(consumers, ({ meter, memberTo }) =>
      stillFrom(input.meters[meter]?.register ?? new Float64Array(), intervals, memberTo),
    ),
    quanta,
    supplyQuantum: Math.sqrt(squares),
    pressure,
    pressureMeters,
    broken: Uint8Array.from(from, (start, t) => (t > 0 && start === at(to, t - 1) ? 0 : 1)),
  };
}

/** A register that does not move for so long at the end may have stopped, whatever flows. */
const STILL_HOURS = 36;

function stillFrom(
  register: Float64Array,
  { from, hours, count, windowTo }: AreaIntervals,
  memberTo: number,
): number {
  // who is no member any more leaves nothing behind
  if (memberTo < windowTo) return count;
  let last = NaN;
  let changed = windowTo;
  for (let k = windowTo; k >= 0; k--) {
    const value = register[k] as number;
    if (!Number.isFinite(value)) continue;
    if (Number.isNaN(last)) last = value;
    else if (value !== last) break;
    changed = k;
  }
  let first = count;
  let still = 0;
  while (first > 0 && (from[first - 1] as number) >= changed) still += hours[--first] as number;
  return still >= STILL_HOURS ? first : count;
}

/** Hours of each interval in which the register moved, but by less than `LOW_FLOW`. */
function lowHours(
  register: Float64Array,
  { from, to, count }: AreaIntervals,
  stepUs: number,
): Float64Array {
  const out = new Float64Array(count);
  const hours = stepUs / 3.6e9;
  for (let t = 0; t < count; t++)
    for (let k = (from[t] as number) + 1; k <= (to[t] as number); k++) {
      const rate = (LITRES * ((register[k] as number) - (register[k - 1] as number))) / hours;
      if (rate > 0 && rate < LOW_FLOW) out[t] = (out[t] as number) + hours;
    }
  return out;
}

/** What a district loses over what it is supplied with. */
export function lossShare({ supply, total }: DistrictIntervals): number {
  return 1 - mean(total) / mean(supply);
}

/** Usual loss in litres per hour: the median over the intervals, which bursts and hydrants do not move. */
export function usualLoss({ supply, total, intervals: { hours } }: DistrictIntervals): number {
  return Math.max(
    0,
    median(supply.map((value, t) => (value - (total[t] as number)) / (hours[t] as number))),
  );
}
