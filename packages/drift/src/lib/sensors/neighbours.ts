import { at, median } from '@verimeter/statistics';
import { neighbourWeights } from './neighbour-weights.ts';
import type { Comparison, NetworkLevel } from './network-level.ts';
import type { SensorSeries } from './sensor-types.ts';
import type { Stretch } from './stretches.ts';
import { finiteMean } from './finite-mean.ts';

/** What a comparison needs (drift-estimation.md 4.1): so many neighbours that vary together, or one reference near by. */
export const LEAST_NEIGHBOURS = 4;
export const LEAST_CORRELATION = 0.8;
export const REFERENCE_KM = 5;
/** Who stands so near shares its air to the last hour: a mast, a roof. */
const SAME_PLACE_KM = 0.05;
/** Share of its days that a sensor must have beside such a reference for being compared with nothing else, and of its latest ones. */
const BESIDE_SHARE = 0.8;
const LATEST_DAYS = 30;
/** The best correlated ones; more add cost and no precision. */
const MOST_NEIGHBOURS = 12;
/** Days that two stretches must share to be compared, and to tell their covariance. */
const COMMON_DAYS = 14;
const COVARIANCE_BLOCKS = 12;
/**
 * The covariance is that of means over blocks of days, as long as about so many blocks are left: what differs from day to day averages
 * out before a drift is seen, what differs from week to week does not.
 */
const BLOCKS = 26;
const MOST_BLOCK_DAYS = 21;
const COURSE_BLOCKS = 4;
/** Days on each side of the course that a day is compared with. */
const COURSE_DAYS = 14;
/** Prior weight of a reference over that of a sensor at the same distance: it is maintained, and does not drift. */
const REFERENCE_WEIGHT = 4;
/** Distance over which the prior weight falls by e. */
const WEIGHT_KM = 10;
/** Differences beyond so many times their median size are cut. */
const CUT = 6;
/** Share of the mean level added to a day's level, so that clean days do not rule ratios. */
const FLOOR_SHARE = 0.3;

export interface Neighbour {
  /** Index into the stretches. */
  readonly stretch: number;
  readonly weight: number;
}

export interface Neighbourhood {
  readonly neighbours: readonly Neighbour[];
  /** How many of the sensors vary with it well enough, and how many references are near. */
  readonly correlated: number;
  readonly nearReferences: number;
  /** Whether all neighbours are references at its very place: what strays then is the sensor, and no place. */
  readonly samePlace: boolean;
}

export interface NeighbourData {
  readonly series: readonly SensorSeries[];
  readonly stretches: readonly Stretch[];
  readonly daily: readonly Float64Array[];
  /** The same beside their course over a month: what varies together from day to day, whatever drifts. */
  readonly anomalies: readonly Float64Array[];
  readonly network: NetworkLevel;
  readonly comparison: Comparison;
}

/** Whom a stretch is compared with, and how much each of them counts. */
export function neighbourhoodOf(
  target: number,
  data: NeighbourData,
  leftOut: ReadonlySet<number>,
): Neighbourhood {
  const { series, stretches } = data;
  const own = series[(stretches[target] as Stretch).series] as SensorSeries;
  const candidates: Candidate[] = [];
  const correlated = new Set<number>();
  const near = new Set<number>();
  for (let k = 0; k < stretches.length; k++) {
    const other = stretches[k] as Stretch;
    const otherSeries = series[other.series] as SensorSeries;
    if (leftOut.has(k) || otherSeries.deviceId === own.deviceId) continue;
    if (!Number.isFinite(at(data.network.levels, k))) continue;
    const { count, correlation } = correlate(
      data.anomalies[target] as Float64Array,
      data.anomalies[k] as Float64Array,
    );
    if (count < COMMON_DAYS) continue;
    const km = distanceKm(own, otherSeries);
    const isNear = other.reference && km <= REFERENCE_KM;
    if (!isNear && !(correlation >= LEAST_CORRELATION)) continue;
    if (isNear) near.add(other.series);
    else correlated.add(other.series);
    candidates.push({ stretch: k, correlation, km, near: isNear });
  }
  candidates.sort(
    (a, b) =>
      Number(b.near) - Number(a.near) || b.correlation - a.correlation || a.stretch - b.stretch,
  );
  const { chosen, samePlace } = chooseOf(target, candidates, data);
  const prior = Float64Array.from(
    chosen,
    ({ stretch, km }) =>
      ((stretches[stretch] as Stretch).reference ? REFERENCE_WEIGHT : 1) *
      (Number.isFinite(km) ? Math.exp(-km / WEIGHT_KM) + 0.05 : 0.5),
  );
  const total = prior.reduce((sum, weight) => sum + weight, 0);
  const weights = neighbourWeights(
    differenceCovariance(
      target,
      chosen.map(({ stretch }) => stretch),
      data,
    ),
    prior.map((weight) => weight / total),
  );
  return {
    neighbours: chosen
      .map(({ stretch }, i) => ({ stretch, weight: at(weights, i) }))
      .filter(({ weight }) => weight > 0),
    correlated: correlated.size,
    nearReferences: near.size,
    samePlace,
  };
}

interface Candidate {
  readonly stretch: number;
  readonly correlation: number;
  readonly km: number;
  readonly near: boolean;
}

/**
 * A sensor beside a reference is compared with that reference alone: every other neighbour brings the wander of two places. A reference is
 * compared with other places as far as there are enough: the sensor on its mast would outweigh them all, also one that drifts.
 */
function chooseOf(
  target: number,
  candidates: readonly Candidate[],
  { stretches, daily }: NeighbourData,
): { readonly chosen: readonly Candidate[]; readonly samePlace: boolean } {
  const isReference = (stretch: number): boolean => (stretches[stretch] as Stretch).reference;
  if (isReference(target)) {
    const elsewhere = candidates.filter(({ km }) => !(km <= SAME_PLACE_KM));
    const enough = elsewhere.length >= LEAST_NEIGHBOURS ? elsewhere : candidates;
    return { chosen: enough.slice(0, MOST_NEIGHBOURS), samePlace: false };
  }
  const beside = candidates.filter(
    ({ stretch, km }) => km <= SAME_PLACE_KM && isReference(stretch),
  );
  const samePlace = areThere(
    daily[target] as Float64Array,
    beside.map(({ stretch }) => daily[stretch] as Float64Array),
  );
  return { chosen: (samePlace ? beside : candidates).slice(0, MOST_NEIGHBOURS), samePlace };
}

/** Whether others were there on nearly all days of a sensor, and of late. */
function areThere(own: Float64Array, others: readonly Float64Array[]): boolean {
  const days = [...own.keys()].filter((d) => Number.isFinite(at(own, d)));
  const share = (counted: readonly number[]): number =>
    counted.filter((d) => others.some((values) => Number.isFinite(at(values, d)))).length /
    counted.length;
  return share(days) >= BESIDE_SHARE && share(days.slice(-LATEST_DAYS)) >= BESIDE_SHARE;
}

/** Second moments of the differences to each neighbour, brought to one level, row-major. */
function differenceCovariance(
  target: number,
  chosen: readonly number[],
  { daily, network, comparison }: NeighbourData,
): Float64Array {
  const n = chosen.length;
  const days = network.curve.length;
  const own = levelled(daily[target] as Float64Array, at(network.levels, target), comparison);
  const floor = comparison === 'ratio' ? FLOOR_SHARE * finiteMean(network.curve) : 1;
  const differences = chosen.map((k) => {
    const other = levelled(daily[k] as Float64Array, at(network.levels, k), comparison);
    return Float64Array.from({ length: days }, (_, d) => {
      const scale = comparison === 'ratio' ? Math.abs(at(network.curve, d)) + floor : 1;
      return (at(own, d) - at(other, d)) / scale;
    });
  });
  const known = differences.map(
    (values) => values.filter((value) => Number.isFinite(value)).length,
  );
  const length = Math.max(1, Math.min(MOST_BLOCK_DAYS, Math.floor(Math.max(0, ...known) / BLOCKS)));
  const blocks = differences.map((values) => withoutCourse(blockMeans(values, length)));
  cutOutliers(blocks);
  const covariance = new Float64Array(n * n);
  let trace = 0;
  for (let i = 0; i < n; i++)
    for (let j = 0; j <= i; j++) {
      const { sum, count } = crossMean(blocks[i] as Float64Array, blocks[j] as Float64Array);
      const value = count >= COVARIANCE_BLOCKS ? sum / count : NaN;
      covariance[i * n + j] = value;
      covariance[j * n + i] = value;
      if (i === j && Number.isFinite(value)) trace += value;
    }
  // pairs that share too little: as if their differences had nothing in common but the target's own half
  const typical = trace > 0 ? trace / n : 1;
  for (let i = 0; i < n; i++)
    for (let j = 0; j < n; j++)
      if (!Number.isFinite(at(covariance, i * n + j)))
        covariance[i * n + j] = i === j ? typical : typical / 2;
  return covariance;
}

/** Means of blocks of days of which at least half are there. */
function blockMeans(values: Float64Array, length: number): Float64Array {
  return Float64Array.from({ length: Math.ceil(values.length / length) }, (_, block) => {
    const part = values.subarray(block * length, (block + 1) * length);
    const known = part.filter((value) => Number.isFinite(value)).length;
    return 2 * known >= length ? finiteMean(part) : NaN;
  });
}

/**
 * Without the course over half a year, a running median. Two sensors that drift alike would be each other's best neighbours by their levels; the
 * median follows ramps and steps, and what is left is how they stray.
 */
function withoutCourse(values: Float64Array): Float64Array {
  return values.map((value, i) => {
    const around = values.subarray(Math.max(0, i - COURSE_BLOCKS), i + COURSE_BLOCKS + 1);
    return value - median(around.filter((one) => Number.isFinite(one)));
  });
}

function levelled(values: Float64Array, level: number, comparison: Comparison): Float64Array {
  return values.map((value) => (comparison === 'ratio' ? value / level : value - level));
}

/** Cuts what single neighbours do for themselves; what all differences share is the target's and stays. */
function cutOutliers(differences: readonly Float64Array[]): void {
  const days = differences[0]?.length ?? 0;
  const shared = Float64Array.from({ length: days }, (_, d) =>
    median(differences.map((values) => at(values, d)).filter((value) => Number.isFinite(value))),
  );
  for (const values of differences) {
    const own = values.map((value, d) => Math.abs(value - at(shared, d)));
    const bound = CUT * median(own.filter((size) => size > 0));
    if (!(bound > 0)) continue;
    for (let d = 0; d < days; d++) {
      if (!(at(own, d) > bound)) continue;
      values[d] = at(shared, d) + Math.sign(at(values, d) - at(shared, d)) * bound;
    }
  }
}

function crossMean(a: Float64Array, b: Float64Array): { sum: number; count: number } {
  let sum = 0;
  let count = 0;
  for (let d = 0; d < a.length; d++) {
    const product = at(a, d) * at(b, d);
    if (!Number.isFinite(product)) continue;
    sum += product;
    count++;
  }
  return { sum, count };
}

/** Daily values over (or less) their running mean of a month. */
export function anomaliesOf(values: Float64Array, comparison: Comparison): Float64Array {
  return values.map((value, d) => {
    if (!Number.isFinite(value)) return NaN;
    const course = finiteMean(
      values.subarray(Math.max(0, d - COURSE_DAYS), Math.min(values.length, d + COURSE_DAYS + 1)),
    );
    return comparison === 'ratio' ? value / course : value - course;
  });
}

function correlate(
  a: Float64Array,
  b: Float64Array,
): { readonly count: number; readonly correlation: number } {
  let count = 0;
  let [sa, sb, saa, sbb, sab] = [0, 0, 0, 0, 0];
  for (let d = 0; d < a.length; d++) {
    const x = at(a, d);
    const y = at(b, d);
    if (!Number.isFinite(x) || !Number.isFinite(y)) continue;
    count++;
    sa += x;
    sb += y;
    saa += x * x;
    sbb += y * y;
    sab += x * y;
  }
  const va = saa - (sa * sa) / count;
  const vb = sbb - (sb * sb) / count;
  return { count, correlation: (sab - (sa * sb) / count) / Math.sqrt(va * vb) };
}

/** Great-circle distance on a sphere of 6371 km; infinite where a position is not stated. */
function distanceKm(a: SensorSeries, b: SensorSeries): number {
  if (
    a.latitude === undefined ||
    b.latitude === undefined ||
    a.longitude === undefined ||
    b.longitude === undefined
  )
    return Infinity;
  const rad = Math.PI / 180;
  const sinLat = Math.sin(((b.latitude - a.latitude) * rad) / 2);
  const sinLon = Math.sin(((b.longitude - a.longitude) * rad) / 2);
  const h =
    sinLat * sinLat + Math.cos(a.latitude * rad) * Math.cos(b.latitude * rad) * sinLon * sinLon;
  return 2 * 6371 * Math.asin(Math.min(1, Math.sqrt(h)));
}
