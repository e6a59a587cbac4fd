import { at } from '@verimeter/statistics';
import { type AreaIntervals, meterOf } from './area-intervals.ts';
import type { FleetInput } from './fleet-types.ts';
import { balanceRegression, unitCoefficients } from './balance-regression.ts';
import { energyAtLag, netCounter, searchedLags } from './grid-counter.ts';

/** Readings of the supply, or of some consumers, that are whole steps of the grid off. */
export interface WrongStamps {
  /** Grid steps by which the consumers' stamps are late against the supply's; negative: early. */
  readonly steps: number;
  /** Share of the consumers' load, or of the consumers, that follows the supply at this lag in place of none. */
  readonly share: number;
  /** The consumers (by meter) where they are few enough for the others to go on with the supply's time. */
  readonly meters: readonly number[];
}

interface LagFit {
  readonly steps: number;
  readonly share: number;
  /** Part of what the load without lag leaves over. */
  readonly explained: number;
}

/** Share beyond which the area has no common time: that of a supply clock 270 s off, with quarter hours. */
const MAX_SHARE = 0.3;
/** The other lag must take this share of what stays unexplained without it. */
const MIN_EXPLAINED = 0.3;
/** Share from which on it is worth asking each consumer; below 0.01 in clean areas (decision 0086). */
const HINT_SHARE = 0.04;
const MIN_ROWS = 100;

/**
 * Whether all, or a good part, of the load follows the supply at another lag than none: first by the sum of all consumers, s(t) = a R(t) +
 * b R(t + lag) + c, where b / (a + b) is the share; where that says something but not enough, by each consumer beside all others.
 */
export function wrongStamps(input: FleetInput, intervals: AreaIntervals): WrongStamps | undefined {
  const fits = lagFits(input, intervals);
  const [best] = fits;
  if (best !== undefined && best.explained >= MIN_EXPLAINED && best.share >= MAX_SHARE)
    return { steps: best.steps, share: Math.min(1, best.share), meters: [] };
  // A lag may stand for its opposite: what is wrong for some is right for the rest.
  const asked = fits.filter(({ share }) => Math.abs(share) >= HINT_SHARE).slice(0, 3);
  let most: WrongStamps | undefined;
  for (const steps of new Set(asked.flatMap(({ steps: lag }) => [lag, -lag]))) {
    const meters = shiftedConsumers(input, intervals, steps);
    if (meters.length > (most?.meters.length ?? 0))
      most = { steps, share: meters.length / intervals.consumers.length, meters };
  }
  return most;
}

/** All lags that the data reach, the one that explains most first. */
function lagFits(input: FleetInput, intervals: AreaIntervals): LagFit[] {
  const counter = sumOfCounters(input, intervals);
  const now = energyAtLag(counter, intervals, 0);
  return searchedLags(input.grid.stepUs)
    .flatMap((steps) => {
      const fit = twoLags(intervals.supply, now, energyAtLag(counter, intervals, steps));
      return fit === undefined ? [] : [{ steps, ...fit }];
    })
    .toSorted((a, b) => b.explained - a.explained);
}

/** The consumers whose whole energy is found at the lag, all regressed together. */
function shiftedConsumers(input: FleetInput, intervals: AreaIntervals, steps: number): number[] {
  const { consumers, count, supply } = intervals;
  const unaccounted = Float64Array.from(supply);
  const missing = new Uint8Array(count);
  const changes = consumers.map(({ meter, energy }) => {
    const change = energyAtLag(netCounter(meterOf(input, meter)), intervals, steps);
    for (let t = 0; t < count; t++) {
      unaccounted[t] = at(unaccounted, t) - at(energy, t);
      if (!Number.isFinite(change[t])) missing[t] = 1;
      change[t] = at(change, t) - at(energy, t) || 0;
    }
    return change;
  });
  const rows = Int32Array.from([...missing.keys()].filter((t) => missing[t] === 0));
  if (rows.length < 4 * consumers.length) return [];
  const fit = balanceRegression(intervals, { unaccounted, rows, columns: changes, sd: 0.7 });
  return unitCoefficients(fit, consumers.length).flatMap((i) => consumers[i]?.meter ?? []);
}

/** Of the consumers who are members all along: others would come and go with the sum. */
function sumOfCounters(input: FleetInput, intervals: AreaIntervals): Float64Array {
  const { windowFrom, windowTo, consumers } = intervals;
  const sum = new Float64Array(input.grid.count);
  for (const { meter, memberFrom, memberTo } of consumers) {
    if (memberFrom > windowFrom || memberTo < windowTo) continue;
    const own = netCounter(meterOf(input, meter));
    for (let k = 0; k < sum.length; k++) sum[k] = (sum[k] as number) + (own[k] as number);
  }
  return sum;
}

function twoLags(
  supply: Float64Array,
  now: Float64Array,
  other: Float64Array,
): { share: number; explained: number } | undefined {
  let rows = 0;
  let [meanS, meanN, meanO] = [0, 0, 0];
  for (let t = 0; t < supply.length; t++) {
    if (!Number.isFinite(other[t])) continue;
    rows++;
    meanS += supply[t] as number;
    meanN += now[t] as number;
    meanO += other[t] as number;
  }
  if (rows < MIN_ROWS) return undefined;
  meanS /= rows;
  meanN /= rows;
  meanO /= rows;
  let [ss, sn, so, nn, no, oo] = [0, 0, 0, 0, 0, 0];
  for (let t = 0; t < supply.length; t++) {
    if (!Number.isFinite(other[t])) continue;
    const s = (supply[t] as number) - meanS;
    const n = (now[t] as number) - meanN;
    const o = (other[t] as number) - meanO;
    ss += s * s;
    sn += s * n;
    so += s * o;
    nn += n * n;
    no += n * o;
    oo += o * o;
  }
  const determinant = nn * oo - no * no;
  if (!(determinant > 1e-9 * nn * oo)) return undefined;
  const a = (sn * oo - so * no) / determinant;
  const b = (so * nn - sn * no) / determinant;
  const alone = ss - (sn * sn) / nn;
  const both = ss - a * sn - b * so;
  return { share: b / (a + b), explained: alone > 0 ? 1 - both / alone : 0 };
}
