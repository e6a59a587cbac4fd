import type { LotMember } from './lot-types.ts';

/** A normal measurement of a member's error. */
interface Measurement {
  readonly error: number;
  readonly variance: number;
}

/** A member with what its lot may learn from it, and with all that is known of itself. */
export interface MeasuredMember {
  /** For the lot: not what was measured because of what was suspected. */
  readonly forLot: Measurement | undefined;
  readonly own: Measurement;
  readonly area: string | undefined;
  readonly areaSd: number;
}

/** What is left of the error that all remote estimates have in common when laboratory results of drawn members are known. */
export interface CommonError {
  readonly mean: number;
  readonly sd: number;
}

/** Drawn members tell the common error: their remote estimates less what the laboratory found. */
export function commonError(members: readonly LotMember[], commonSd: number): CommonError {
  if (commonSd === 0) return { mean: 0, sd: 0 };
  let information = 1 / (commonSd * commonSd);
  let moment = 0;
  for (const { remote, laboratory } of members) {
    if (remote === undefined || laboratory?.drawn !== 'random') continue;
    const variance =
      remote.standardError ** 2 + (remote.areaSd ?? 0) ** 2 + laboratory.standardUncertainty ** 2;
    information += 1 / variance;
    moment += (remote.error - laboratory.error) / variance;
  }
  return { mean: moment / information, sd: Math.sqrt(1 / information) };
}

/** Members with a measurement, less the common error. */
export function measuredMembers(
  members: readonly LotMember[],
  common: CommonError,
): MeasuredMember[] {
  return members.flatMap(({ remote, laboratory }): MeasuredMember[] => {
    const seen =
      remote === undefined
        ? undefined
        : { error: remote.error - common.mean, variance: remote.standardError ** 2 };
    const found =
      laboratory === undefined
        ? undefined
        : { error: laboratory.error, variance: laboratory.standardUncertainty ** 2 };
    const own = pooled(seen, found);
    if (own === undefined) return [];
    return [
      {
        forLot: laboratory?.drawn === 'random' ? own : seen,
        own,
        // what a laboratory measured does not hang on the supply meter any more
        area: found === undefined ? remote?.area : undefined,
        areaSd: found === undefined ? (remote?.areaSd ?? 0) : 0,
      },
    ];
  });
}

function pooled(a: Measurement | undefined, b: Measurement | undefined): Measurement | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  const total = a.variance + b.variance;
  if (total === 0) return b;
  return {
    error: (a.error * b.variance + b.error * a.variance) / total,
    variance: (a.variance * b.variance) / total,
  };
}
