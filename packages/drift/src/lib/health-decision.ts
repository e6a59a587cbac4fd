import type { Indication, Recommendation } from '@verimeter/telemetry';
import type { Component } from './error-path.ts';
import { mixtureCdf, mixtureMoments, mixtureQuantiles } from './mixture.ts';
import type { DeviceResult } from './fleet-types.ts';
import { isListed, type TenantLists } from './tenant-lists.ts';

/** What the answers of one kind of devices depend on besides the lists. */
export interface AnswerRules {
  /** Days of data that `reverify` needs (CONTRACTS.md 4). */
  readonly reverifyDays: number;
  /** An under-registration this large is no drift. */
  readonly tamperError: number;
}
const ELECTRICITY_RULES: AnswerRules = { reverifyDays: 28, tamperError: -0.2 };
/** Below this a meter is not judged at all. */
export const LEAST_DAYS = 10;
/** Largest sd, over the limit, at which "within limits" is still said (drift-estimation.md 2.6: 0.7 % for class 1). */
const RESOLVABLE_SD = 0.7;
/** One-sided 5 % false, 90 % found (drift-estimation.md 1.3). */
const MDD_FACTOR = 1.645 + 1.28;

/** beta of r (1 - beta) = y to e = (r - y) / y. */
export function errorOfBeta(beta: number): number {
  return beta / (1 - beta);
}
/** Inverse of `errorOfBeta`. */
export function betaOfError(error: number): number {
  return error / (1 + error);
}

export interface ErrorStatement {
  readonly errorEstimate: number;
  readonly standardError: number;
  readonly intervalLow: number;
  readonly intervalHigh: number;
  readonly probabilityOverLimit: number;
  readonly probabilityOverInServiceLimit: number;
}

/** e at as-of of a mixture over beta; exact for the interval, since e rises with beta. */
export function stateInterval(
  components: readonly Component[],
): Pick<ErrorStatement, 'errorEstimate' | 'standardError' | 'intervalLow' | 'intervalHigh'> {
  const { mean, sd } = mixtureMoments(components);
  const [low = mean, high = mean] = mixtureQuantiles(components, [0.025, 0.975]);
  return {
    errorEstimate: errorOfBeta(mean),
    standardError: sd / (1 - mean) ** 2,
    intervalLow: errorOfBeta(Math.min(0.9, low)),
    intervalHigh: errorOfBeta(Math.min(0.9, high)),
  };
}

/** The same with the probabilities of limits, as exact as the interval. */
export function stateError(
  components: readonly Component[],
  limit: number,
  inServiceLimit: number,
): ErrorStatement {
  const over = (bound: number): number =>
    1 - mixtureCdf(components, betaOfError(bound)) + mixtureCdf(components, betaOfError(-bound));
  return {
    ...stateInterval(components),
    probabilityOverLimit: over(limit),
    probabilityOverInServiceLimit: over(inServiceLimit),
  };
}

export function minimumDetectable(sd: number, limit: number): number {
  return MDD_FACTOR * sd + limit;
}

/** An estimated device before the lists of the tenant are known. */
export interface Estimated {
  readonly result: DeviceResult;
  readonly limit: number;
  /** sd of the level at as-of from data alone, no drift known. */
  readonly dataSd: number;
  readonly confirmed: boolean;
}

/** What is said of an estimated device once the lists of the tenant are known. */
export function decide(
  device: Estimated,
  { reverify, watch }: TenantLists,
  rules: AnswerRules = ELECTRICITY_RULES,
): DeviceResult {
  const { result } = device;
  const [indication, recommendation] = answer(
    device,
    isListed(result, reverify),
    isListed(result, watch),
    rules,
  );
  return { ...result, indication, recommendation };
}

function answer(
  { result, limit, dataSd, confirmed }: Estimated,
  narrow: boolean,
  wide: boolean,
  { reverifyDays, tamperError }: AnswerRules,
): [Indication, Recommendation] {
  const over = result.probabilityOverLimit ?? 0;
  const error = result.errorEstimate ?? 0;
  if (narrow && error < tamperError && (result.intervalHigh ?? 0) < tamperError / 2)
    return ['tamper_or_fault', 'inspect'];
  if (narrow && over >= 0.5 && confirmed && result.evidenceDays >= reverifyDays)
    return ['drift_likely', 'reverify'];
  if (wide) return ['drift_possible', 'watch'];
  if (over >= 0.5) return ['drift_possible', 'none'];
  if (dataSd > RESOLVABLE_SD * limit) return ['not_resolvable', 'none'];
  return ['within_limits', 'none'];
}

/** Weeks before as-of at which the history is stated, oldest first, in blocks from the start. */
export function weeklyEnds(blocks: number, daysPerBlock: number, least: number): number[] {
  const ends: number[] = [];
  for (
    let end = blocks;
    end * daysPerBlock >= least;
    end -= Math.max(1, Math.round(7 / daysPerBlock))
  )
    ends.unshift(end);
  return ends;
}
