import { gradeLot } from '@verimeter/drift';
import { mean } from '@verimeter/statistics';
import { seededRandom } from '../seeded.ts';
import { momentMatching, plugInCount, randomSample } from './lot-baselines.ts';
import type { LotCell } from './lot-cells.ts';
import type { LotRecord } from './lot-record.ts';
import { lotTrial } from './lot-trial.ts';

const MEMBERS = 500;

export interface LotRun {
  readonly seed: number;
  readonly index: number;
  readonly command: string;
}

/** Makes a lot, grades it from its estimates, and holds the grade and what others would say beside the truth. */
export function runLot(cell: LotCell, { seed, index, command }: LotRun): LotRecord {
  const lotSeed = seed * 1_000_003 + index * 101 + hash(cell.name);
  const { input, errors } = lotTrial({ ...cell, members: MEMBERS, seed: lotSeed });
  const grade = gradeLot(input, { order: input.members.map(({ deviceId }) => deviceId) });
  const { share } = grade;
  if (share === undefined) throw new Error(`lot ${index} of ${cell.name} has no estimate`);
  const centre = mean(errors);
  return {
    cell: cell.name,
    seed,
    index,
    command,
    share: errors.filter((error) => Math.abs(error) > cell.limit).length / MEMBERS,
    mean: centre,
    spread: Math.sqrt(mean(errors.map((error) => (error - centre) ** 2))),
    estimated: grade.estimated,
    graded: {
      share: share.mean,
      low: share.low90,
      high: share.high90,
      mean: grade.mean ?? NaN,
      meanSe: grade.meanSe ?? NaN,
      spreadLow: grade.spreadLow90 ?? NaN,
      spreadHigh: grade.spreadHigh90 ?? NaN,
      over5: grade.probabilityShareOver5 ?? NaN,
      effective: grade.effectiveMembers ?? NaN,
      tests: grade.plan.n,
    },
    count: plugInCount(input),
    normal: momentMatching(input),
    sample: randomSample(errors, cell.limit, seededRandom(lotSeed + 7)),
  };
}

/** Cells of one seed have different lots. */
function hash(text: string): number {
  let sum = 0;
  for (const letter of text) sum = (Math.imul(sum, 31) + (letter.codePointAt(0) ?? 0)) | 0;
  return sum;
}
