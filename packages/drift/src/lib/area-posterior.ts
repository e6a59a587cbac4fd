import { at, choleskyInPlace, solveCholeskyInPlace } from '@verimeter/statistics';
import type { AreaSums } from './area-evidence.ts';
import type { Profile } from './drift-profiles.ts';
import { SLAB_SD } from './error-path.ts';

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
  readonly evidence: AreaSums;
  readonly actives: readonly ActiveDrift[];
  readonly lots: LotShifts | undefined;
  readonly size: number;
  readonly factor: Float64Array;
  readonly coefficients: Float64Array;
}

export function factorArea(
  evidence: AreaSums,
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
    a[row * size + row] = at(a, row * size + row) + 1 / (evidence.slabSd ?? SLAB_SD) ** 2;
  });
  if (lots !== undefined) addLotRows({ evidence, actives, lots, size, a, b });
  if (choleskyInPlace(a, size) === undefined)
    throw new RangeError('the posterior of an area is not positive definite');
  solveCholeskyInPlace(a, size, b);
  return { evidence, actives, lots, size, factor: a, coefficients: b };
}

/** The column of a lot is the sum of its members' columns: its products are sums of theirs. */
function addLotRows(model: {
  readonly evidence: AreaSums;
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
      for (let j = 0; j < p; j++) a[row + j] = (a[row + j] as number) + (gram[i * p + j] as number);
      b[first + k] = at(b, first + k) + at(moment, i);
      actives.forEach((active, m) => {
        let sum = 0;
        const { shape } = active.profile;
        for (let d = 0; d < blocks; d++)
          sum +=
            (shape[d] as number) * (blockRows[(d * design.n + active.consumer) * p + i] as number);
        a[row + p + m] = at(a, row + p + m) + sum;
      });
    }
    for (let other = 0; other <= k; other++) {
      let sum = at(lots.precision, k * lots.members.length + other);
      for (const i of members)
        for (const j of lots.members[other] ?? []) sum += gram[i * p + j] as number;
      a[row + first + other] = sum;
    }
  });
}
