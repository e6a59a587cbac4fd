import { at } from '@verimeter/statistics';
import { shortestInterval } from './area-intervals.ts';
import { type AreaEvidence, gatherEvidence, type KnownDrift } from './area-evidence.ts';

/** What a balance leaves over from interval to interval is rougher than losses and meters make it: somebody draws on top. */
export interface RoughBalance {
  /** sd of the power that comes and goes, W. */
  readonly watts: number;
  /** Over the largest that is expected. */
  readonly ratio: number;
}

/**
 * sd of what is not rounding, over the loss and over the mean power: at most 0.11 and 0.0021 in clean areas with and without
 * voltages, at least 0.15 and 0.004 with a household that nobody counts (decision 0086).
 */
const MAX_OVER_LOSS = 0.13;
const MAX_OVER_POWER = 0.003;
/** A household comes and goes by more than this, kW; small areas are rougher for their size. */
const LEAST_KW = 0.1;
/** The window in so many parts: an error of a member that changes between them is a drift, not another consumer. */
const PARTS = 4;

export function roughBalance(evidence: AreaEvidence): RoughBalance | undefined {
  const largest = largestExpected(evidence);
  if (sdOf(evidence) <= largest) return undefined;
  // A bypass within the window looks the same until it is allowed for; the estimator will find it.
  const sd = sdOf(gatherEvidence(evidence.design, changingErrors(evidence)));
  return sd <= largest ? undefined : { watts: 1000 * sd, ratio: sd / largest };
}

/** kW. */
function sdOf({ noise, design }: AreaEvidence): number {
  return Math.sqrt(noise.base) / shortestInterval(design.intervals);
}

function largestExpected({ design }: AreaEvidence): number {
  const { intervals, total, unmeasured, voltage } = design;
  let hours = 0;
  let lost = 0;
  let flow = 0;
  for (let t = 0; t < intervals.count; t++) {
    hours += at(intervals.hours, t);
    // where voltages tell the loss, what somebody draws on top does not raise it
    lost +=
      voltage === undefined
        ? at(intervals.supply, t) - at(total, t) - at(unmeasured, t)
        : at(voltage.loss, t);
    flow += Math.abs(at(intervals.supply, t));
  }
  return Math.max(LEAST_KW, (MAX_OVER_LOSS * lost) / hours, (MAX_OVER_POWER * flow) / hours);
}

function changingErrors({ design, blocks }: AreaEvidence): KnownDrift[] {
  const parts = Math.min(PARTS, blocks);
  return Array.from({ length: design.n }, (_, consumer) => consumer).flatMap((consumer) =>
    Array.from({ length: parts - 1 }, (_, part): KnownDrift => ({
      consumer,
      shape: Float64Array.from({ length: blocks }, (__, block) =>
        Math.floor((block * parts) / blocks) === part + 1 ? 1 : 0,
      ),
    })),
  );
}
