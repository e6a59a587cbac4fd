import { normalCdf } from '@verimeter/statistics';
import { composeLot } from './lot-composition.ts';
import { daysUntilExit, lotDrift } from './lot-drift.ts';
import { lotMoments } from './lot-moments.ts';
import type { LotGrade, LotInput, LotMember } from './lot-types.ts';
import { LARGEST_SHARE, planWithoutPrior, samplingPlan } from './sampling-plan.ts';
import { countDistribution, probabilityOver, stateShare } from './share-posterior.ts';

const DAY_US = 86_400e6;
/** Members of a larger lot that are looked at, drawn at random: 2,000 tell a share of 5 % to 0.5 %, and no more is true of the model. */
const MOST_MEMBERS = 2000;
/** Members with an estimate from which a lot is graded: of fewer nothing is said but of themselves. */
const LEAST_ESTIMATED = 5;

/**
 * What the estimates of its members say of a lot (docs/lots.md). Deterministic. `order`: all members in a random order. `commonPerYearSe`: what is wrong alike with the growth
 * of all members, ratio per year.
 */
export function gradeLot(
  input: LotInput,
  options: { readonly order: readonly string[]; readonly commonPerYearSe?: number },
): LotGrade {
  const { order } = options;
  const estimated = input.members.filter(isKnown).length;
  const base = {
    lot: input.lot,
    asOfUs: input.asOfUs,
    limit: input.limit,
    members: input.members.length,
    estimated,
    verified: input.members.filter(({ laboratory }) => laboratory !== undefined).length,
  };
  const composed = estimated < LEAST_ESTIMATED ? undefined : composeLot(looked(input, order));
  if (composed === undefined) {
    const { n, accept } = planWithoutPrior(input.members.length);
    return {
      ...base,
      plan: {
        n,
        accept,
        reject: accept + 1,
        withoutPrior: { n, accept },
        sample: order.slice(0, n),
      },
    };
  }
  const { lot, compositions } = composed;
  const counts = countDistribution(lot, compositions);
  const share = stateShare(counts);
  const moments = lotMoments(lot, compositions);
  const drift = lotDrift(input.members, options.commonPerYearSe ?? 0);
  const exit = drift === undefined ? {} : daysUntilExit({ ...lot, counts }, compositions, drift);
  const variance = shareVariance(counts, share.mean);
  return {
    ...base,
    ...moments,
    share,
    probabilityShareOver5: probabilityOver(counts, LARGEST_SHARE),
    probabilityMeanOverLimit:
      normalCdf((-input.limit - moments.mean) / moments.meanSe) +
      normalCdf((moments.mean - input.limit) / moments.meanSe),
    effectiveMembers: Math.min(
      input.members.length,
      (share.mean * (1 - share.mean)) / Math.max(variance, 1e-12),
    ),
    ...(drift === undefined ? {} : { driftPerYear: drift.perYear, driftPerYearSe: drift.se }),
    ...(exit.medianDays === undefined
      ? {}
      : { exitMedianUs: input.asOfUs + exit.medianDays * DAY_US }),
    ...(exit.earliestDays === undefined
      ? {}
      : { exitEarliestUs: input.asOfUs + exit.earliestDays * DAY_US }),
    plan: samplingPlan(counts, order),
  };
}

function isKnown({ remote, laboratory }: LotMember): boolean {
  return remote !== undefined || laboratory !== undefined;
}

/** Of a large lot the members drawn first; the others count as members of which nothing is known. */
function looked(input: LotInput, order: readonly string[]): LotInput {
  if (input.members.length <= MOST_MEMBERS) return input;
  const drawn = new Set(order.slice(0, MOST_MEMBERS));
  return {
    ...input,
    members: input.members.map((member) =>
      drawn.has(member.deviceId) ? member : { deviceId: member.deviceId, size: member.size },
    ),
  };
}

function shareVariance(counts: Float64Array, mean: number): number {
  const size = counts.length - 1;
  let sum = 0;
  counts.forEach((mass, k) => {
    sum += mass * (k / size - mean) ** 2;
  });
  return sum;
}
