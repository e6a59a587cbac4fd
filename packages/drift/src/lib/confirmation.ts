import { at } from '@verimeter/statistics';
import { DRIFT_KINDS } from './drift-sizes.ts';
import type { Profile } from './drift-profiles.ts';
import type { PathEvidence, TwoGroupPrior } from './error-path.ts';

const SIZE_SD = 0.06;
/** Each half must itself point the same way by this many standard deviations. */
const LEAST_Z = 1.3;
/**
 * Below this probability the window as a whole does not confirm. Where most drifts of a fleet began before the window, a constant error is
 * what the model describes best, and its probability may be believed: of 18 between 0.8 and 0.95 on real load shapes 15 were drifts.
 * Where few did, and for steps and ramps, a disturbance passes for a drift more easily: in twelve cities 7 of 13 between 0.9 and 0.99 were
 * false, beyond 1 of some 140.
 */
const LEAST_PROBABILITY = 0.99;
const LEAST_CONSTANT = { probability: 0.8, ofDrifts: 0.5 } as const;

function leastProbability({ kind }: Profile, { kinds }: TwoGroupPrior): number {
  return kind === 'constant' && at(kinds, DRIFT_KINDS.indexOf(kind)) >= LEAST_CONSTANT.ofDrifts
    ? LEAST_CONSTANT.probability
    : LEAST_PROBABILITY;
}

/**
 * Whether the drift shows in both halves of the time since it began: two disjoint windows, fitted with a size of their own
 * each. It keeps a disturbance of a few days off the list.
 */
export function confirmDrift(
  path: PathEvidence,
  profile: Profile,
  prior: TwoGroupPrior,
  probability: number,
): boolean {
  if (probability < leastProbability(profile, prior)) return false;
  const [first, second] = halfScores(path, profile, prior);
  return (
    Math.sign(first) === Math.sign(second) && Math.min(Math.abs(first), Math.abs(second)) >= LEAST_Z
  );
}

/** Size of the drift over its standard deviation, in each half of the evidence since it began. */
function halfScores(
  path: PathEvidence,
  profile: Profile,
  prior: TwoGroupPrior,
): readonly [number, number] {
  const { blocks, information, moment } = path;
  let energy = 0;
  for (let d = 0; d < blocks; d++)
    energy += at(profile.shape, d) ** 2 * at(information, d * blocks + d);
  const first = new Float64Array(blocks);
  const second = new Float64Array(blocks);
  let sum = 0;
  for (let d = 0; d < blocks; d++) {
    const f = at(profile.shape, d);
    sum += f * f * at(information, d * blocks + d);
    if (sum <= energy / 2) first[d] = f;
    else second[d] = f;
  }
  const shapes = [new Float64Array(blocks).fill(1), first, second];
  const a = [0, 0, 0, 0, 0, 0, 0, 0, 0];
  const b = [0, 0, 0];
  shapes.forEach((f, i) => {
    shapes.forEach((g, j) => {
      let value = 0;
      for (let d = 0; d < blocks; d++)
        for (let c = 0; c < blocks; c++)
          value += at(f, d) * at(information, d * blocks + c) * at(g, c);
      a[3 * i + j] = value;
    });
    for (let d = 0; d < blocks; d++) b[i] = at(b, i) + at(f, d) * at(moment, d);
  });
  a[0] = at(a, 0) + 1 / prior.lotSd ** 2;
  b[0] = at(b, 0) + prior.lotMean / prior.lotSd ** 2;
  a[4] = at(a, 4) + 1 / SIZE_SD ** 2;
  a[8] = at(a, 8) + 1 / SIZE_SD ** 2;
  const solution = solve3(a, b);
  return [
    solution.mean[1] / Math.sqrt(solution.variance[1]),
    solution.mean[2] / Math.sqrt(solution.variance[2]),
  ];
}

/** Mean and variances of a 3-dimensional normal with precision `a` and shift `b`, by cofactors. */
function solve3(
  a: readonly number[],
  b: readonly number[],
): { mean: [number, number, number]; variance: [number, number, number] } {
  const c = (i: number, j: number): number => {
    const r = [0, 1, 2].filter((k) => k !== i);
    const s = [0, 1, 2].filter((k) => k !== j);
    const m = (x: number, y: number): number => at(a, 3 * at(r, x) + at(s, y));
    return ((i + j) % 2 === 0 ? 1 : -1) * (m(0, 0) * m(1, 1) - m(0, 1) * m(1, 0));
  };
  const det = at(a, 0) * c(0, 0) + at(a, 1) * c(0, 1) + at(a, 2) * c(0, 2);
  const row = (i: number): number =>
    (c(0, i) * at(b, 0) + c(1, i) * at(b, 1) + c(2, i) * at(b, 2)) / det;
  return {
    mean: [row(0), row(1), row(2)],
    variance: [c(0, 0) / det, c(1, 1) / det, c(2, 2) / det],
  };
}
