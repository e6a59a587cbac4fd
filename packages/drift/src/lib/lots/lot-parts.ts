import { at, normalCdf } from '@verimeter/statistics';

/** The errors of a lot are a mixture of these normal parts, in shares that are learned. */
export interface LotParts {
  readonly count: number;
  readonly means: Float64Array;
  readonly sds: Float64Array;
}

/** Widths over the limit, and how far their means reach, over the limit: narrow ones where the limit is, wide ones around. */
const LEVELS = [
  { sd: 0.12, step: 0.2, reach: 1.6 },
  { sd: 0.3, step: 0.3, reach: 2.4 },
  { sd: 0.6, step: 0.6, reach: 3 },
] as const;
/** Beyond: each further by this factor, as wide as a quarter of its mean. */
const FAR = { from: 3, factor: 1.4, relativeSd: 0.25 } as const;

/**
 * Parts in whose mixtures any smooth distribution of errors is found, on the scale of the limit: what matters is what lies beyond
 * it. `farthest`: largest error to be described. One more part is the lot as a single normal distribution.
 */
export function lotParts(
  limit: number,
  farthest: number,
  whole: { readonly mean: number; readonly sd: number },
): LotParts {
  const means: number[] = [whole.mean];
  const sds: number[] = [Math.max(whole.sd, 0.05 * limit)];
  for (const { sd, step, reach } of LEVELS) {
    const steps = Math.round(reach / step);
    for (let k = -steps; k <= steps; k++) {
      means.push(k * step * limit);
      sds.push(sd * limit);
    }
  }
  for (let mean = FAR.from * limit; mean < farthest * FAR.factor; mean *= FAR.factor)
    for (const sign of [-1, 1]) {
      means.push(sign * mean);
      sds.push(FAR.relativeSd * mean);
    }
  return { count: means.length, means: Float64Array.from(means), sds: Float64Array.from(sds) };
}

/** P(|x - shift| > limit) for x ~ N(mean, sd^2). */
export function beyond(
  mean: number,
  sd: number,
  bounds: { readonly limit: number; readonly shift: number },
): number {
  const { limit, shift } = bounds;
  if (sd === 0) return Math.abs(mean - shift) > limit ? 1 : 0;
  return normalCdf((-limit + shift - mean) / sd) + normalCdf((mean - shift - limit) / sd);
}

/** Share beyond the limit of each part. */
export function partsBeyond({ means, sds }: LotParts, limit: number, shift = 0): Float64Array {
  return means.map((mean, k) => beyond(mean, at(sds, k), { limit, shift }));
}
