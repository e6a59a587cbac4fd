import type { Share, TrackRecord } from '@verimeter/api-schema';
import type { Outcome, Selection } from '@verimeter/metrology';
import { wilsonInterval } from '@verimeter/statistics';

/**
 * Shares of fewer than so many verifications are not told: with 20 the 95 % interval of a share reaches up to 0.20 to each side, with 10 up to 0.26
 * (docs/decisions/0198).
 */
const ENOUGH_FROM = 20;

/** Where the bins of the published probability begin: fine where the lists are drawn (2 % and 10 % false ones), at the condition of one half. */
const BIN_EDGES = [0, 0.02, 0.1, 0.25, 0.5, 0.75, 0.9, 0.98, 1] as const;

/** Of one verification, what the summary is made of. */
export interface ScoredVerification {
  readonly verified_on: string;
  readonly selection: Selection;
  readonly outcome: Outcome;
  readonly found_beyond: boolean;
  readonly covered: boolean | null;
  readonly probability_over_limit: number | null;
}

function shareOf(k: number, n: number): Share {
  const { low, high } = n === 0 ? { low: 0, high: 1 } : wilsonInterval(k, n);
  return { k, n, value: n === 0 ? null : k / n, low, high, enough: n >= ENOUGH_FROM };
}

type Counts = Record<Outcome, number>;
const counts = (scores: readonly ScoredVerification[]): Counts => {
  const found: Counts = {
    hit: 0,
    false_alarm: 0,
    miss: 0,
    correct_silence: 0,
    inspected: 0,
    no_claim: 0,
  };
  for (const { outcome } of scores) found[outcome] += 1;
  return found;
};

/** Published probabilities against what was found. That meters with a high one are verified more often does not bend it: each bin is held against itself. */
function calibrationOf(scores: readonly ScoredVerification[]): TrackRecord['calibration'] {
  return BIN_EDGES.slice(0, -1).flatMap((from, index) => {
    const to = BIN_EDGES[index + 1] ?? 1;
    const inside = scores.flatMap(({ probability_over_limit: p, found_beyond: beyond }) =>
      p !== null && p >= from && (p < to || (to === 1 && p === 1)) ? [{ p, beyond }] : [],
    );
    if (inside.length === 0) return [];
    return [
      {
        from,
        to,
        predicted: inside.reduce((sum, { p }) => sum + p, 0) / inside.length,
        found: shareOf(inside.filter(({ beyond }) => beyond).length, inside.length),
      },
    ];
  });
}

/** What verifications say of the system. */
export function summariseScores(scores: readonly ScoredVerification[]): TrackRecord {
  const outcomes = counts(scores);
  const ofSelection = (selection: Selection): readonly ScoredVerification[] =>
    scores.filter((score) => score.selection === selection);
  const random = counts(ofSelection('random'));
  const judged = scores.filter(({ covered }) => covered !== null);
  const beyond = (outcome: Outcome): number =>
    scores.filter((score) => score.outcome === outcome && score.found_beyond).length;
  const days = scores.map((score) => score.verified_on).toSorted();
  return {
    scored: scores.length,
    outcomes,
    found_beyond: { inspected: beyond('inspected'), no_claim: beyond('no_claim') },
    selections: {
      flagged: counts(ofSelection('flagged')),
      random,
      routine: counts(ofSelection('routine')),
      complaint: counts(ofSelection('complaint')),
    },
    precision: shareOf(outcomes.hit, outcomes.hit + outcomes.false_alarm),
    recall: shareOf(random.hit, random.hit + random.miss),
    coverage: shareOf(judged.filter(({ covered }) => covered === true).length, judged.length),
    calibration: calibrationOf(scores),
    enough_from: ENOUGH_FROM,
    from: days[0] ?? null,
    to: days.at(-1) ?? null,
  };
}
