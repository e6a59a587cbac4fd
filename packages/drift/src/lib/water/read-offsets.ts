import { at, dot, solveCholeskyInPlace } from '@verimeter/statistics';
import { wideModel } from '../wide-model.ts';
import { offsetColumn } from './district-design.ts';
import { type WhitenedDistrict, WIDE_SD } from './district-evidence.ts';

/** An offset below this costs little, hours. */
const LEAST_OFFSET = 0.1;
const LEAST_Z = 6.5;

export interface ReadOffsets {
  /** Consumers whose readings are clearly taken at other times than they say. */
  readonly late: readonly number[];
  /** Of each consumer, hours; positive: read later than it says. */
  readonly offset: Float64Array;
  /** Root mean square beyond what noise explains, hours: of all, and of those that are not clearly late. */
  readonly typical: number;
  readonly typicalOfOthers: number;
}

/**
 * Readings that carry the full hour but were taken at another minute: the balance then follows the changes of the meter's flow. One
 * consumer at a time, all else with wide priors.
 */
export function findOffsets(evidence: WhitenedDistrict): ReadOffsets {
  const { design, whitened, residual, gram, moment, p, whiten } = evidence;
  const { n, district } = design;
  const { factor } = wideModel(design, gram, moment, WIDE_SD);
  const offset = new Float64Array(n);
  const late: number[] = [];
  const products = new Float64Array(p);
  const all = { squares: 0, weights: 0 };
  const others = { squares: 0, weights: 0 };
  for (let i = 0; i < n; i++) {
    const column = whiten(offsetColumn(district.flows[i] as Float64Array, district.broken));
    for (let j = 0; j < p; j++) products[j] = dot(whitened[j] as Float64Array, column);
    const solved = products.slice();
    solveCholeskyInPlace(factor, p, solved);
    const information = dot(column, column) - dot(products, solved);
    if (!(information > 0)) continue;
    offset[i] = dot(column, residual) / information;
    const z = at(offset, i) * Math.sqrt(information);
    const clear = Math.abs(z) > LEAST_Z && Math.abs(at(offset, i)) > LEAST_OFFSET;
    if (clear) late.push(i);
    // weighted by what is known of each, square less its noise
    const weight = 1 / (1 / information + LEAST_OFFSET ** 2);
    for (const sum of clear ? [all] : [all, others]) {
      sum.squares += weight * (at(offset, i) ** 2 - 1 / information);
      sum.weights += weight;
    }
  }
  const root = (sum: typeof all): number =>
    Math.sqrt(Math.max(0, sum.squares / Math.max(sum.weights, 1e-300)));
  return { late, offset, typical: root(all), typicalOfOthers: root(others) };
}
