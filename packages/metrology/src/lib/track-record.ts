import type { VerificationKind } from './legal-facts.ts';

/** How a meter came to be verified: what may be concluded from it depends on that. */
export const SELECTIONS = ['flagged', 'random', 'routine', 'complaint'] as const;
export type Selection = (typeof SELECTIONS)[number];

/**
 * hit: recommended for verification and found beyond the limit. false_alarm: recommended, found within. miss: an estimate without that
 * recommendation, found beyond. correct_silence: the same, found within. inspected: recommended for a look in the field, which says nothing
 * of its error. no_claim: no error was estimated.
 */
export const OUTCOMES = [
  'hit',
  'false_alarm',
  'miss',
  'correct_silence',
  'inspected',
  'no_claim',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

/** What had been published of a meter before it was verified. Ratios. */
export interface PublishedAnswer {
  readonly recommendation: 'none' | 'watch' | 'inspect' | 'reverify';
  readonly errorEstimate: number | undefined;
  /** 95 %. */
  readonly intervalLow: number | undefined;
  readonly intervalHigh: number | undefined;
}

/** What the authorised body found before anything was adjusted. */
export interface FoundState {
  /** Weighted over the test points; undefined: the record tells a result only. */
  readonly measured:
    | {
        readonly error: number;
        /** Undefined: the record does not tell it for each point. */
        readonly standardUncertainty?: number;
      }
    | undefined;
  readonly result: 'pass' | 'fail';
}

export interface VerificationScore {
  readonly outcome: Outcome;
  readonly foundBeyond: boolean;
  /** 95 % interval of what would be measured; undefined: no estimate, nothing measured, or nobody knows how well. */
  readonly predicted: { readonly low: number; readonly high: number } | undefined;
  /** Whether the measured error lies in it. */
  readonly covered: boolean | undefined;
}

/** Standard normal quantile of 0.975. */
const Z = 1.959963984540054;

/**
 * Interval of the measured error: estimate and measurement err independently, so each side's variances add. Widening by the whole expanded
 * uncertainty would cover too often.
 */
function predictedInterval(
  answer: PublishedAnswer,
  standardUncertainty: number | undefined,
): { readonly low: number; readonly high: number } | undefined {
  const { errorEstimate: e, intervalLow: low, intervalHigh: high } = answer;
  if (
    e === undefined ||
    low === undefined ||
    high === undefined ||
    standardUncertainty === undefined
  )
    return undefined;
  const own = Z * standardUncertainty;
  return { low: e - Math.hypot(e - low, own), high: e + Math.hypot(high - e, own) };
}

function outcomeOf(answer: PublishedAnswer, foundBeyond: boolean): Outcome {
  if (answer.recommendation === 'reverify') return foundBeyond ? 'hit' : 'false_alarm';
  if (answer.recommendation === 'inspect') return 'inspected';
  if (answer.errorEstimate === undefined) return 'no_claim';
  return foundBeyond ? 'miss' : 'correct_silence';
}

/**
 * Holds what was published against what was measured. Beyond the limit is what the measured error says, whatever the result of the record: a
 * meter also fails for its seal or its starting current. Where only a result is told, it decides.
 */
export function scoreVerification(
  answer: PublishedAnswer,
  found: FoundState,
  limit: number,
): VerificationScore {
  const { measured } = found;
  const foundBeyond =
    measured === undefined ? found.result === 'fail' : Math.abs(measured.error) > limit;
  const predicted =
    measured === undefined ? undefined : predictedInterval(answer, measured.standardUncertainty);
  return {
    outcome: outcomeOf(answer, foundBeyond),
    foundBeyond,
    predicted,
    covered:
      measured === undefined || predicted === undefined
        ? undefined
        : measured.error >= predicted.low && measured.error <= predicted.high,
  };
}

/**
 * How a meter came to be verified. Cross-checks, and meters that a plan drew at random, are chosen whatever the data says, so they stay random where
 * the meter had a finding as well: without those no recall could be told.
 */
export function selectionOf(
  kind: VerificationKind | undefined,
  { drawn, hadFinding }: { readonly drawn: boolean; readonly hadFinding: boolean },
): Selection {
  if (drawn || kind === 'cross_check') return 'random';
  if (hadFinding) return 'flagged';
  return kind === 'extraordinary' ? 'complaint' : 'routine';
}

/**
 * Whether a record can tell how the meter was found: initial verifications are of other meters, and after a repair it is no longer as it was
 * found.
 */
export function mayTellFoundState(kind: VerificationKind | undefined): boolean {
  return kind !== 'initial' && kind !== 'after_repair';
}
