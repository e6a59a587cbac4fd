import {
  addGram,
  at,
  choleskyInPlace,
  dotRange,
  fitAutoregression,
  innovations,
  leakyIntegral,
  robustDeviation,
  solveCholeskyInPlace,
} from '@verimeter/statistics';
import type { AreaDesign } from './area-design.ts';

/** Telescoping noise (register quanta, clocks) is integrated back with one of these before AR(6) (drift-estimation.md 2.4). */
const LEAKS = [0, 0.6, 0.9, 0.97, 0.99] as const;
const AR_ORDER = 6;
/** Innovations beyond this many standard deviations are weighted down (Huber). */
const HUBER = 4;
/** Prior sd of each beta while the noise is being described: wide, so that a drifted meter does not end up in the noise. */
const WIDE_BETA_SD = 0.03;
/** More blocks than this are not worth their memory: longer windows take blocks of several days. */
const MAX_BLOCKS = 20;
const NOISE_ROUNDS = 2;

/** Sufficient statistics of the whitened balance: additive over blocks of whole days. */
export interface AreaEvidence {
  readonly design: AreaDesign;
  readonly p: number;
  readonly blocks: number;
  readonly daysPerBlock: number;
  /** p x p, both triangles. */
  readonly gram: Float64Array;
  readonly moment: Float64Array;
  /** Row (block, i): products of -r_i within the block with every column; blocks x n x p. */
  readonly blockRows: Float64Array;
  /** blocks x p. */
  readonly blockMoments: Float64Array;
  readonly leak: number;
  readonly whiten: (series: Float64Array) => Float64Array;
  /** Whitened balance minus the wide fit. */
  readonly residual: Float64Array;
  readonly whitened: readonly Float64Array[];
  readonly whitenedBalance: Float64Array;
}

interface Whitening {
  readonly leak: number;
  readonly phi: Float64Array;
  readonly weight: Float64Array;
}

function apply(filter: Whitening, series: Float64Array): Float64Array {
  const integrated = new Float64Array(series.length);
  const out = new Float64Array(series.length);
  leakyIntegral(series, filter.leak, integrated);
  innovations(integrated, filter.phi, out);
  for (let t = 0; t < out.length; t++) out[t] = (out[t] as number) * (filter.weight[t] as number);
  return out;
}

export function gatherEvidence(design: AreaDesign): AreaEvidence {
  const { columns, balance, intervals } = design;
  const count = intervals.count;
  let filter: Whitening = {
    leak: 0.9,
    phi: new Float64Array(0),
    weight: new Float64Array(count).fill(1 / Math.max(1e-9, robustDeviation(balance))),
  };
  let whitened = columns.map((column) => apply(filter, column));
  let target = apply(filter, balance);
  let gram = fullGram(whitened);
  let fitted = wideFit(design, gram, whitened, target);
  for (let round = 0; round < NOISE_ROUNDS; round++) {
    filter = describeNoise(design, fitted);
    whitened = columns.map((column) => apply(filter, column));
    target = apply(filter, balance);
    if (round === NOISE_ROUNDS - 1) break;
    gram = fullGram(whitened);
    fitted = wideFit(design, gram, whitened, target);
  }
  const p = columns.length;
  const daysPerBlock = Math.max(1, Math.ceil(intervals.days / MAX_BLOCKS));
  const blocks = Math.max(1, Math.ceil(intervals.days / daysPerBlock));
  const blockRows = new Float64Array(blocks * design.n * p);
  const blockMoments = new Float64Array(blocks * p);
  const sum = new Float64Array(p * p);
  const moment = new Float64Array(p);
  const part = new Float64Array(p * p);
  let from = 0;
  for (let block = 0; block < blocks; block++) {
    let to = from;
    while (to < count && at(intervals.day, to) < (block + 1) * daysPerBlock) to++;
    part.fill(0);
    addGram(part, whitened, from, to);
    mirror(part, p);
    for (let k = 0; k < part.length; k++) sum[k] = (sum[k] as number) + (part[k] as number);
    blockRows.set(part.subarray(0, design.n * p), block * design.n * p);
    for (let j = 0; j < p; j++) {
      const h = dotRange(whitened[j] as Float64Array, target, from, to);
      blockMoments[block * p + j] = h;
      moment[j] = at(moment, j) + h;
    }
    from = to;
  }
  const residual = Float64Array.from(target);
  const coefficients = solveWide(design, sum, moment);
  subtractFit(residual, whitened, coefficients);
  const fixed = filter;
  return {
    design,
    p,
    blocks,
    daysPerBlock,
    gram: sum,
    moment,
    blockRows,
    blockMoments,
    leak: filter.leak,
    whiten: (series) => apply(fixed, series),
    residual,
    whitened,
    whitenedBalance: target,
  };
}

function fullGram(columns: readonly Float64Array[]): Float64Array {
  const gram = new Float64Array(columns.length ** 2);
  addGram(gram, columns, 0, columns[0]?.length ?? 0);
  mirror(gram, columns.length);
  return gram;
}

function mirror(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = at(a, i * n + j);
}

function subtractFit(
  residual: Float64Array,
  columns: readonly Float64Array[],
  coefficients: Float64Array,
): void {
  columns.forEach((column, j) => {
    const b = at(coefficients, j);
    for (let t = 0; t < residual.length; t++)
      residual[t] = (residual[t] as number) - b * (column[t] as number);
  });
}

/** Posterior mean with wide priors on beta. */
function solveWide(design: AreaDesign, gram: Float64Array, moment: Float64Array): Float64Array {
  const p = design.columns.length;
  const a = Float64Array.from(gram);
  const b = Float64Array.from(moment);
  for (let j = 0; j < p; j++) {
    const sd = j < design.n ? WIDE_BETA_SD : at(design.priorSd, j);
    a[j * p + j] = at(a, j * p + j) + 1 / (sd * sd);
    b[j] = at(b, j) + (j < design.n ? 0 : at(design.priorMean, j)) / (sd * sd);
  }
  if (choleskyInPlace(a, p) === undefined)
    throw new RangeError('the information matrix of an area is not positive definite');
  solveCholeskyInPlace(a, p, b);
  return b;
}

/** Raw (not whitened) balance minus the wide fit. */
function wideFit(
  design: AreaDesign,
  gram: Float64Array,
  whitened: readonly Float64Array[],
  target: Float64Array,
): Float64Array {
  const moment = Float64Array.from(whitened, (column) =>
    dotRange(column, target, 0, target.length),
  );
  const rest = Float64Array.from(design.balance);
  subtractFit(rest, design.columns, solveWide(design, gram, moment));
  return rest;
}

/** Leak and AR(6) by innovation variance (the filters have unit Jacobian), then a variance that depends on the load, then Huber. */
function describeNoise(design: AreaDesign, rest: Float64Array): Whitening {
  const integrated = new Float64Array(rest.length);
  let best: { leak: number; phi: Float64Array; variance: number } = {
    leak: 0,
    phi: new Float64Array(AR_ORDER),
    variance: Infinity,
  };
  for (const leak of LEAKS) {
    leakyIntegral(rest, leak, integrated);
    const ar = fitAutoregression(integrated, AR_ORDER);
    if (ar.innovationVariance < best.variance)
      best = { leak, phi: ar.coefficients, variance: ar.innovationVariance };
  }
  leakyIntegral(rest, best.leak, integrated);
  const innovation = new Float64Array(rest.length);
  innovations(integrated, best.phi, innovation);
  const weight = loadWeights(design, innovation);
  // scale so that whitened innovations have unit variance under the Huber weights
  let sum = 0;
  for (let t = 0; t < weight.length; t++) {
    const z = Math.abs(at(innovation, t) * at(weight, t));
    if (z > HUBER) weight[t] = at(weight, t) * Math.sqrt(HUBER / z);
    sum += (at(innovation, t) * at(weight, t)) ** 2;
  }
  const scale = Math.sqrt(weight.length / Math.max(sum, 1e-300));
  for (let t = 0; t < weight.length; t++) weight[t] = at(weight, t) * scale;
  return { leak: best.leak, phi: best.phi, weight };
}

/** 1 / sd(t), sd^2 = exp(g0 + g1 ln R + g2 ln^2 R), by least squares on the log of squared innovations. */
function loadWeights(design: AreaDesign, innovation: Float64Array): Float64Array {
  const { total, intervals } = design;
  const floor = 1e-4 * robustDeviation(innovation) ** 2 + 1e-18;
  const x = Float64Array.from(total, (energy, t) =>
    Math.log(Math.max(energy / at(intervals.hours, t), 1e-3)),
  );
  const columns = [
    new Float64Array(x.length).fill(1),
    x,
    x.map((value) => value * value),
  ];
  const y = innovation.map((value) => Math.log(value * value + floor));
  const gram = new Float64Array(9);
  addGram(gram, columns, 0, x.length);
  for (let i = 0; i < 3; i++) gram[i * 4] = at(gram, i * 4) * (1 + 1e-9) + 1e-9;
  const g = Float64Array.from(columns, (column) => dotRange(column, y, 0, y.length));
  if (choleskyInPlace(gram, 3) === undefined) return new Float64Array(x.length).fill(1);
  solveCholeskyInPlace(gram, 3, g);
  // E log z^2 = -1.27 for z ~ N(0,1)
  const weight = x.map((value) =>
    Math.exp(-0.5 * (at(g, 0) + at(g, 1) * value + at(g, 2) * value * value + 1.27)),
  );
  const centre = [...weight].sort((a, b) => a - b)[Math.floor(weight.length / 2)] ?? 1;
  return weight.map((value) => Math.min(Math.max(value, centre / 5), centre * 5));
}
