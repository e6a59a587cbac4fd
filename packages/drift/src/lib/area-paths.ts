import {
  addGram,
  at,
  choleskyInPlace,
  dot,
  multiplyRows,
  solveCholeskyInPlace,
  solveLowerInPlace,
  solveLowerRowsInPlace,
} from '@verimeter/statistics';
import type { AreaSums } from './area-evidence.ts';
import {
  type ActiveDrift,
  factorArea,
  type HealthyPrior,
  type LotShifts,
} from './area-posterior.ts';
import type { Profile } from './drift-profiles.ts';
import { type PathEvidence, SLAB_SD } from './error-path.ts';

/**
 * Likelihoods of the paths beta(block) of all consumers of an area, everything else integrated out: what they are beside no drift at
 * all. A drift of a neighbour that enters the model is one more unknown, which changes each of them by one rank.
 */
export interface AreaPaths {
  readonly evidence: AreaSums;
  /** Columns of the design, then lots. */
  readonly size: number;
  readonly factor: Float64Array;
  readonly coefficients: Float64Array;
  /** Row (consumer, block): products of the consumer's column within the block with every column; consumers x blocks x size. */
  readonly rows: Float64Array;
  /** Posterior variance of each consumer's coefficient. */
  readonly variance: Float64Array;
  /** Of each consumer, its own coefficient held at zero: consumers x blocks x blocks, and x blocks. */
  readonly information: Float64Array;
  readonly moment: Float64Array;
  /** Products of the rows of each consumer with the covariances of its coefficient: consumers x blocks. */
  readonly touch: Float64Array;
}

/** Consumers whose rows are solved together: each element of the factor is read once for all of them. */
const AT_A_TIME = 8;

export function openPaths(
  evidence: AreaSums,
  priors: readonly HealthyPrior[],
  lots?: LotShifts,
): AreaPaths {
  const { p, design, blocks, blockRows, blockMoments } = evidence;
  const { n } = design;
  const { size, factor, coefficients } = factorArea(evidence, priors, [], lots);
  const rows = new Float64Array(n * blocks * size);
  for (let i = 0; i < n; i++)
    for (let d = 0; d < blocks; d++) {
      const own = blockRows.subarray((d * n + i) * p, (d * n + i + 1) * p);
      const row = (i * blocks + d) * size;
      rows.set(own, row);
      lots?.members.forEach((members, k) => {
        let sum = 0;
        for (const j of members) sum += own[j] as number;
        rows[row + p + k] = sum;
      });
    }
  const explained = new Float64Array(n * blocks);
  multiplyRows(explained, rows, coefficients);
  const variance = new Float64Array(n);
  const touch = new Float64Array(n * blocks);
  const moment = new Float64Array(n * blocks);
  const information = new Float64Array(n * blocks * blocks);
  // of some consumers at a time their rows and the unit vector of their coefficient, multiplied by the inverse of the factor
  const each = blocks + 1;
  const half = new Float64Array(AT_A_TIME * each * size);
  const products = new Float64Array(each * each);
  for (let first = 0; first < n; first += AT_A_TIME) {
    const some = Math.min(AT_A_TIME, n - first);
    for (let k = 0; k < some; k++) {
      const i = first + k;
      half.set(rows.subarray(i * blocks * size, (i + 1) * blocks * size), k * each * size);
      const unit = (k * each + blocks) * size;
      half.fill(0, unit, unit + size);
      half[unit + i] = 1;
    }
    solveLowerRowsInPlace(factor, size, half, some * each);
    for (let k = 0; k < some; k++) {
      const i = first + k;
      // products of the half-solved rows, the unit vector last: its own is the variance
      const own = Array.from({ length: each }, (_, d) =>
        half.subarray((k * each + d) * size, (k * each + d + 1) * size),
      );
      products.fill(0);
      addGram(products, own, 0, size);
      const touches = blocks * each;
      const ownVariance = products[touches + blocks] as number;
      variance[i] = ownVariance;
      for (let d = 0; d < blocks; d++) {
        const row = i * blocks + d;
        const t = products[touches + d] as number;
        touch[row] = t;
        moment[row] =
          (blockMoments[d * p + i] as number) -
          (explained[row] as number) +
          (t * (coefficients[i] as number)) / ownVariance;
        for (let c = 0; c <= d; c++) {
          let value =
            (t * (products[touches + c] as number)) / ownVariance -
            (products[d * each + c] as number);
          if (c === d) value += rows[row * size + i] as number;
          information[row * blocks + c] = value;
          information[(i * blocks + c) * blocks + d] = value;
        }
      }
    }
  }
  return { evidence, size, factor, coefficients, rows, variance, information, moment, touch };
}

/** A drift as one more column of the model. */
interface DriftColumn {
  readonly active: ActiveDrift;
  /** Solution of the model for its products with the other columns. */
  readonly solved: Float64Array;
  /** Its product with the balance less what the other columns explain. */
  readonly moment: number;
  /** The same with the rows of all consumers; consumers x blocks. */
  readonly cross: Float64Array;
  /** Products with other drifts, as far as they were asked for. */
  readonly products: Map<DriftColumn, number>;
}

function columnOf(paths: AreaPaths, active: ActiveDrift, known: DriftColumns): DriftColumn {
  let ofProfile = known.get(active.profile);
  if (ofProfile === undefined) known.set(active.profile, (ofProfile = new Map()));
  let column = ofProfile.get(active.consumer);
  if (column === undefined) ofProfile.set(active.consumer, (column = driftColumn(paths, active)));
  return column;
}

/** Drifts as columns, kept while a search looks at one set of drifts after the other. */
export type DriftColumns = Map<Profile, Map<number, DriftColumn>>;

/** The likelihood of one consumer's path beside the drifts of the others; a drift of its own is part of its path. */
export type PathOf = (consumer: number) => PathEvidence;

export function pathsBeside(
  paths: AreaPaths,
  actives: readonly ActiveDrift[],
  known: DriftColumns = new Map(),
): PathOf {
  const { evidence, coefficients, touch } = paths;
  const { blocks } = evidence;
  const columns = actives.map((active) => columnOf(paths, active, known));
  const common = driftProducts(paths, columns);
  return (consumer) => {
    const information = paths.information.slice(
      consumer * blocks * blocks,
      (consumer + 1) * blocks * blocks,
    );
    const moment = paths.moment.slice(consumer * blocks, (consumer + 1) * blocks);
    const others = [...columns.keys()].filter((k) => columns[k]?.active.consumer !== consumer);
    const m = others.length;
    if (m === 0) return { blocks, information, moment };
    const variance = at(paths.variance, consumer);
    const shares = others.map((k) => at((columns[k] as DriftColumn).solved, consumer));
    const factor = new Float64Array(m * m);
    const shift = new Float64Array(m);
    others.forEach((k, a) => {
      const share = (shares[a] as number) / variance;
      shift[a] = (columns[k] as DriftColumn).moment + share * at(coefficients, consumer);
      for (let b = 0; b <= a; b++)
        factor[a * m + b] =
          at(common, k * columns.length + (others[b] as number)) + share * (shares[b] as number);
    });
    if (choleskyInPlace(factor, m) === undefined)
      throw new RangeError('the drifts of an area cannot be told from each other');
    solveLowerInPlace(factor, m, shift);
    // per block: products with the drifts' columns that nothing else explains, half-solved
    const cross = new Float64Array(blocks * m);
    for (let d = 0; d < blocks; d++) {
      const row = consumer * blocks + d;
      others.forEach((k, a) => {
        cross[d * m + a] =
          ((columns[k] as DriftColumn).cross[row] as number) +
          ((touch[row] as number) * (shares[a] as number)) / variance;
      });
    }
    solveLowerRowsInPlace(factor, m, cross, blocks);
    for (let d = 0; d < blocks; d++) {
      for (let a = 0; a < m; a++) {
        const share = cross[d * m + a] as number;
        moment[d] = (moment[d] as number) - share * (shift[a] as number);
        for (let c = 0; c < blocks; c++)
          information[d * blocks + c] =
            (information[d * blocks + c] as number) - share * (cross[c * m + a] as number);
      }
    }
    return { blocks, information, moment };
  };
}

function driftColumn(paths: AreaPaths, active: ActiveDrift): DriftColumn {
  const { evidence, size, factor, coefficients, rows } = paths;
  const { blocks, blockMoments, p } = evidence;
  const { shape } = active.profile;
  const products = new Float64Array(size);
  let moment = 0;
  for (let d = 0; d < blocks; d++) {
    const f = shape[d] as number;
    if (f === 0) continue;
    const row = (active.consumer * blocks + d) * size;
    for (let j = 0; j < size; j++)
      products[j] = (products[j] as number) + f * (rows[row + j] as number);
    moment += f * at(blockMoments, d * p + active.consumer);
  }
  moment -= dot(products, coefficients);
  solveCholeskyInPlace(factor, size, products);
  const solved = products;
  const cross = new Float64Array(evidence.design.n * blocks);
  multiplyRows(cross, rows, solved);
  for (let r = 0; r < cross.length; r++)
    cross[r] =
      (shape[r % blocks] as number) * (rows[r * size + active.consumer] as number) -
      (cross[r] as number);
  return { active, solved, moment, cross, products: new Map() };
}

/** Products of the drifts with each other that the other columns do not explain, with their priors; lower triangle. */
function driftProducts(paths: AreaPaths, columns: readonly DriftColumn[]): Float64Array {
  const m = columns.length;
  const products = new Float64Array(m * m);
  for (let a = 0; a < m; a++)
    for (let b = 0; b <= a; b++)
      products[a * m + b] = productOf(paths, columns[a] as DriftColumn, columns[b] as DriftColumn);
  return products;
}

function productOf(paths: AreaPaths, column: DriftColumn, other: DriftColumn): number {
  const known = column.products.get(other);
  if (known !== undefined) return known;
  const { evidence, size, rows } = paths;
  const { blocks } = evidence;
  const { consumer, profile } = column.active;
  let sum = column === other ? 1 / (evidence.slabSd ?? SLAB_SD) ** 2 : 0;
  for (let d = 0; d < blocks; d++) {
    const f = at(profile.shape, d);
    if (f === 0) continue;
    const row = (consumer * blocks + d) * size;
    sum += f * at(other.active.profile.shape, d) * at(rows, row + other.active.consumer);
    sum -= f * dot(rows.subarray(row, row + size), other.solved);
  }
  column.products.set(other, sum);
  return sum;
}
