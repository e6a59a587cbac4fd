import {
  at,
  choleskyInPlace,
  dot,
  solveCholeskyInPlace,
  solveLowerRowsInPlace,
} from '@verimeter/statistics';
import type { AreaEvidence } from './area-evidence.ts';
import { SLAB_SD, type PathEvidence, type Profile } from './error-path.ts';

/** A consumer that is taken to have drifted, while its neighbours are judged. */
export interface ActiveDrift {
  readonly consumer: number;
  readonly profile: Profile;
}

/** Normal prior of a consumer's beta while healthy. */
export interface HealthyPrior {
  readonly mean: number;
  readonly sd: number;
}

/** Common deviations of the consumers of each lot from what is taken to be the lot's mean. */
export interface LotShifts {
  /** Consumers of each lot. */
  readonly members: readonly (readonly number[])[];
  /** Information about the deviations from elsewhere, lots x lots. */
  readonly precision: Float64Array;
}

/** The area's linear model with given priors and drifts, factorised: columns of the design, drifts, lots. */
export interface AreaPosterior {
  readonly evidence: AreaEvidence;
  readonly actives: readonly ActiveDrift[];
  readonly lots: LotShifts | undefined;
  readonly size: number;
  readonly factor: Float64Array;
  readonly coefficients: Float64Array;
}

export function factorArea(
  evidence: AreaEvidence,
  priors: readonly HealthyPrior[],
  actives: readonly ActiveDrift[],
  lots?: LotShifts,
): AreaPosterior {
  const { p, design, blocks, blockRows, blockMoments } = evidence;
  const size = p + actives.length + (lots?.members.length ?? 0);
  const a = new Float64Array(size * size);
  const b = new Float64Array(size);
  for (let i = 0; i < p; i++)
    for (let j = 0; j <= i; j++) a[i * size + j] = evidence.gram[i * p + j] as number;
  b.set(evidence.moment);
  for (let j = 0; j < p; j++) {
    const prior = j < design.n ? (priors[j] as HealthyPrior) : undefined;
    const sd = prior?.sd ?? at(design.priorSd, j);
    const mean = prior?.mean ?? at(design.priorMean, j);
    a[j * size + j] = at(a, j * size + j) + 1 / (sd * sd);
    b[j] = at(b, j) + mean / (sd * sd);
  }
  actives.forEach((active, k) => {
    const row = p + k;
    for (let d = 0; d < blocks; d++) {
      const f = at(active.profile.shape, d);
      if (f === 0) continue;
      const offset = (d * design.n + active.consumer) * p;
      for (let j = 0; j < p; j++)
        a[row * size + j] = (a[row * size + j] as number) + f * (blockRows[offset + j] as number);
      b[row] = at(b, row) + f * at(blockMoments, d * p + active.consumer);
      for (let other = 0; other <= k; other++) {
        const second = actives[other] as ActiveDrift;
        const g = f * at(second.profile.shape, d) * at(blockRows, offset + second.consumer);
        a[row * size + p + other] = at(a, row * size + p + other) + g;
      }
    }
    a[row * size + row] = at(a, row * size + row) + 1 / (SLAB_SD * SLAB_SD);
  });
  if (lots !== undefined) addLotRows({ evidence, actives, lots, size, a, b });
  if (choleskyInPlace(a, size) === undefined)
    throw new RangeError('the posterior of an area is not positive definite');
  solveCholeskyInPlace(a, size, b);
  return { evidence, actives, lots, size, factor: a, coefficients: b };
}

/** The column of a lot is the sum of its members' columns: its products are sums of theirs. */
function addLotRows(model: {
  readonly evidence: AreaEvidence;
  readonly actives: readonly ActiveDrift[];
  readonly lots: LotShifts;
  readonly size: number;
  readonly a: Float64Array;
  readonly b: Float64Array;
}): void {
  const { evidence, actives, lots, size, a, b } = model;
  const { p, design, blocks, blockRows, gram, moment } = evidence;
  const first = p + actives.length;
  lots.members.forEach((members, k) => {
    const row = (first + k) * size;
    for (const i of members) {
      for (let j = 0; j < p; j++) a[row + j] = at(a, row + j) + at(gram, i * p + j);
      b[first + k] = at(b, first + k) + at(moment, i);
      actives.forEach((active, m) => {
        let sum = 0;
        for (let d = 0; d < blocks; d++)
          sum +=
            at(active.profile.shape, d) * at(blockRows, (d * design.n + active.consumer) * p + i);
        a[row + p + m] = at(a, row + p + m) + sum;
      });
    }
    for (let other = 0; other <= k; other++) {
      let sum = at(lots.precision, k * lots.members.length + other);
      for (const i of members)
        for (const j of lots.members[other] ?? []) sum += at(gram, i * p + j);
      a[row + first + other] = sum;
    }
  });
}

/**
 * Likelihood of one consumer's path beta(block) with all other unknowns of the area integrated out: its own columns are taken
 * out of the factorised model (conditioning them to zero), then Q = G - V'A^-1 V, u = h - V'A^-1 b.
 */
export function pathEvidence(posterior: AreaPosterior, consumer: number): PathEvidence {
  const { evidence, actives, lots, size, factor, coefficients } = posterior;
  const { p, design, blocks, blockRows, blockMoments } = evidence;
  const own = [consumer];
  actives.forEach((active, k) => {
    if (active.consumer === consumer) own.push(p + k);
  });
  const solvedOwn = own.map((index) => {
    const unit = new Float64Array(size);
    unit[index] = 1;
    solveCholeskyInPlace(factor, size, unit);
    return unit;
  });
  const inverse = invertSmall(own.map((index) => solvedOwn.map((solved) => at(solved, index))));
  // coefficients given that the own ones are zero
  const theta = Float64Array.from(coefficients);
  own.forEach((_, a) =>
    own.forEach((indexB, b) => {
      const factorAb = at(inverse[a] as number[], b) * at(coefficients, indexB);
      const solved = solvedOwn[a] as Float64Array;
      for (let j = 0; j < size; j++) theta[j] = at(theta, j) - factorAb * at(solved, j);
    }),
  );
  const information = new Float64Array(blocks * blocks);
  const moment = new Float64Array(blocks);
  // One row per block: the products of its column with everything else, then half-solved.
  const rows = new Float64Array(blocks * size);
  const touch: number[][] = [];
  for (let d = 0; d < blocks; d++) {
    const v = rows.subarray(d * size, (d + 1) * size);
    const offset = (d * design.n + consumer) * p;
    v.set(blockRows.subarray(offset, offset + p));
    actives.forEach((active, k) => {
      v[p + k] = at(active.profile.shape, d) * at(blockRows, offset + active.consumer);
    });
    lots?.members.forEach((members, k) => {
      let sum = 0;
      for (const i of members) sum += at(blockRows, offset + i);
      v[p + actives.length + k] = sum;
    });
    moment[d] = at(blockMoments, d * p + consumer) - dot(v, theta);
    information[d * blocks + d] = at(blockRows, offset + consumer);
    touch.push(solvedOwn.map((solved) => dot(solved, v)));
  }
  solveLowerRowsInPlace(factor, size, rows, blocks);
  for (let d = 0; d < blocks; d++) {
    const halfD = rows.subarray(d * size, (d + 1) * size);
    for (let c = 0; c <= d; c++) {
      let value = -dot(halfD, rows.subarray(c * size, (c + 1) * size));
      const td = touch[d] as number[];
      const tc = touch[c] as number[];
      for (let a = 0; a < own.length; a++)
        for (let b = 0; b < own.length; b++)
          value += at(td, a) * at(inverse[a] as number[], b) * at(tc, b);
      information[d * blocks + c] = at(information, d * blocks + c) + value;
      if (c !== d) information[c * blocks + d] = at(information, d * blocks + c);
    }
  }
  return { blocks, information, moment };
}

/** Inverse of a 1x1 or 2x2 matrix. */
function invertSmall(m: readonly (readonly number[])[]): number[][] {
  const a = at(m[0] ?? [], 0);
  if (m.length === 1) return [[1 / a]];
  const b = at(m[0] ?? [], 1);
  const c = at(m[1] ?? [], 0);
  const d = at(m[1] ?? [], 1);
  const det = a * d - b * c;
  return [
    [d / det, -b / det],
    [-c / det, a / det],
  ];
}
