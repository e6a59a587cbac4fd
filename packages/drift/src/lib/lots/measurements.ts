import { median, robustDeviation } from '@verimeter/statistics';
import type { LotMember } from './lot-types.ts';

/** Sizes farther off are taken as this far: a line is no law there. */
const FARTHEST = 2.5;

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
  /** Log of the size less its mean over the lot, in standard deviations; 0 where it is not known. */
  readonly size: number;
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
  sizes: ReadonlyMap<string, number>,
): MeasuredMember[] {
  return members.flatMap(({ deviceId, remote, laboratory }): MeasuredMember[] => {
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
        // the same object where the lot may learn all that is known
        forLot: found === undefined || laboratory?.drawn === 'random' ? own : seen,
        own,
        size: sizes.get(deviceId) ?? 0,
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

/** Log of the size of each member in standard deviations from its mean, where the sizes of most are known and differ. */
export function standardSizes(members: readonly LotMember[]): ReadonlyMap<string, number> {
  const known = members.flatMap(({ deviceId, size }) =>
    size === undefined || !(size > 0) ? [] : [{ deviceId, log: Math.log(size) }],
  );
  if (known.length < members.length / 2) return new Map();
  const logs = known.map(({ log }) => log);
  const middle = median(logs);
  const sd = robustDeviation(logs);
  if (!(sd > 1e-6)) return new Map();
  return new Map(
    known.map(({ deviceId, log }) => [
      deviceId,
      Math.min(FARTHEST, Math.max(-FARTHEST, (log - middle) / sd)),
    ]),
  );
}
