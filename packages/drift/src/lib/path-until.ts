import { at, choleskyInPlace, solveCholeskyInPlace } from '@verimeter/statistics';
import type { PathEvidence } from './error-path.ts';

/** Prior sd of beta in a block that is not looked at: anything is possible there, even a meter that counts nothing. */
const UNSEEN_SD = 1;

/**
 * Evidence about the path in blocks 0..end-1 alone: what the error is later is left open, integrated out with a wide prior (Schur
 * complement). Taking the leading part of the information instead would assume an error of zero later on.
 */
export function pathUntil(path: PathEvidence, end: number): PathEvidence {
  const { blocks, information, moment } = path;
  const rest = blocks - end;
  if (rest <= 0) return path;
  const factor = new Float64Array(rest * rest);
  for (let i = 0; i < rest; i++) {
    for (let j = 0; j <= i; j++)
      factor[i * rest + j] = at(information, (end + i) * blocks + end + j);
    factor[i * rest + i] = at(factor, i * rest + i) + 1 / (UNSEEN_SD * UNSEEN_SD);
  }
  if (choleskyInPlace(factor, rest) === undefined)
    throw new RangeError('the information about a path is not positive semidefinite');
  const cut = new Float64Array(end * end);
  const cutMoment = Float64Array.from(moment.subarray(0, end));
  const column = new Float64Array(rest);
  for (let c = 0; c < end; c++) {
    for (let i = 0; i < rest; i++) column[i] = at(information, (end + i) * blocks + c);
    solveCholeskyInPlace(factor, rest, column);
    for (let i = 0; i < rest; i++)
      cutMoment[c] = at(cutMoment, c) - at(column, i) * at(moment, end + i);
    for (let d = 0; d < end; d++) {
      let value = at(information, d * blocks + c);
      for (let i = 0; i < rest; i++) value -= at(information, d * blocks + end + i) * at(column, i);
      cut[d * end + c] = value;
    }
  }
  return { blocks: end, information: cut, moment: cutMoment };
}
