import { addCombination, addGram, at, dotColumns } from '@verimeter/statistics';
import type { AreaDesign } from './area-design.ts';
import { shortestInterval } from './area-intervals.ts';
import {
  type NoiseModel,
  type NoiseShape,
  type Whitening,
  whiten,
  whitenInto,
  whiteningFor,
} from './balance-noise.ts';
import { wideModel } from './wide-model.ts';

/** More blocks than this are not worth their memory: longer windows take blocks of several days. */
export const MAX_BLOCKS = 20;
const NOISE_ROUNDS = 3;

/** Sufficient statistics of the whitened balance, and the priors of its coefficients: what consumers are judged from. */
export interface AreaSums {
  readonly design: Pick<
    AreaDesign,
    | 'n'
    | 'lossSeen'
    | 'lossShare'
    | 'position'
    | 'priorSd'
    | 'priorMean'
    | 'betaBiasSd'
    | 'betaWanderSd'
  >;
  readonly p: number;
  readonly blocks: number;
  readonly daysPerBlock: number;
  /** Days of the window; its last block may have fewer than the others. */
  readonly days: number;
  /** sd of the size of a drift that is taken to be there; SLAB_SD where absent. */
  readonly slabSd?: number;
  /** p x p, both triangles. */
  readonly gram: Float64Array;
  readonly moment: Float64Array;
  /** Row (block, i): products of -r_i within the block with every column; blocks x n x p. */
  readonly blockRows: Float64Array;
  /** blocks x p. */
  readonly blockMoments: Float64Array;
}

/** The sums are additive over blocks of whole days. */
export interface AreaEvidence extends AreaSums {
  readonly design: AreaDesign;
  readonly noise: NoiseModel;
  readonly filter: Whitening;
  readonly whiten: (series: Float64Array) => Float64Array;
  /** Whitened balance minus the wide fit. */
  readonly residual: Float64Array;
  readonly whitened: readonly Float64Array[];
  readonly whitenedBalance: Float64Array;
}

/** A drift that is taken to be there while the noise is described. */
export interface KnownDrift {
  readonly consumer: number;
  /** Share of the drift's size, by block. */
  readonly shape: Float64Array;
}

/**
 * Whitens the balance and forms its sufficient statistics. Drifts that are already known belong to the model the noise is
 * told from: left out, a step of some percent counts as noise and costs every other meter its evidence.
 */
export function gatherEvidence(
  design: AreaDesign,
  drifts: readonly KnownDrift[],
  /** Variance of each block over what the noise model says. */
  unrest: Float64Array = new Float64Array(),
): AreaEvidence {
  const { columns, balance, intervals } = design;
  const daysPerBlock = Math.max(1, Math.ceil(intervals.days / MAX_BLOCKS));
  const blocks = Math.max(1, Math.ceil(intervals.days / daysPerBlock));
  const known = drifts.map(({ consumer, shape }) =>
    (columns[consumer] as Float64Array).map(
      (value, t) => value * at(shape, Math.floor(at(intervals.day, t) / daysPerBlock)),
    ),
  );
  const all = [...columns, ...known];
  const scale = lineScale(design);
  const shape = noiseShape(design, { units: noiseUnits(design, scale), scale });
  const whitened = all.map((column) => new Float64Array(column.length));
  const target = new Float64Array(balance.length);
  const whitenAll = (by: Whitening): void => {
    all.forEach((column, j) => whitenInto(whitened[j] as Float64Array, by, column));
    whitenInto(target, by, balance);
  };
  const data = { whitened, target };
  let filter = whiteningFor(withoutDailyMeans(balance, intervals.day), shape);
  for (let round = 0; round < NOISE_ROUNDS; round++) {
    whitenAll(filter);
    const rest = balance.slice();
    addCombination(
      rest,
      all,
      wideCoefficients(design, data).map((value) => -value),
    );
    filter = whiteningFor(withoutDailyMeans(rest, intervals.day), shape);
  }
  const last = filter;
  last.weight.forEach((weight, t) => {
    const ratio = unrest[Math.floor(at(intervals.day, t) / daysPerBlock)] ?? 1;
    last.weight[t] = weight / Math.sqrt(ratio);
  });
  whitened.length = columns.length;
  columns.forEach((column, j) => whitenInto(whitened[j] as Float64Array, last, column));
  whitenInto(target, last, balance);
  const sums = sumBlocks(design, data, { blocks, daysPerBlock });
  const residual = target.slice();
  addCombination(
    residual,
    whitened,
    wideModel(design, sums.gram, sums.moment).coefficients.map((value) => -value),
  );
  return {
    design,
    p: columns.length,
    blocks,
    daysPerBlock,
    days: intervals.days,
    ...sums,
    noise: last.model,
    filter: last,
    whiten: (series) => whiten(last, series),
    residual,
    whitened,
    whitenedBalance: target,
  };
}

function wideCoefficients(
  design: AreaDesign,
  {
    whitened,
    target,
  }: { readonly whitened: readonly Float64Array[]; readonly target: Float64Array },
): Float64Array {
  const p = whitened.length;
  const gram = new Float64Array(p * p);
  const moment = new Float64Array(p);
  addGram(gram, whitened, 0, target.length);
  dotColumns(moment, whitened, target, { from: 0, to: target.length });
  addInformations(gram, design);
  return wideModel(design, gram, moment).coefficients;
}

/** Products of the whitened columns with each other and with the balance: sums over all, and what single blocks need. */
export function sumBlocks(
  design: Pick<AreaDesign, 'n' | 'informations'> & {
    readonly intervals: Pick<AreaDesign['intervals'], 'count' | 'day'>;
  },
  data: { readonly whitened: readonly Float64Array[]; readonly target: Float64Array },
  { blocks, daysPerBlock }: { readonly blocks: number; readonly daysPerBlock: number },
): Pick<AreaEvidence, 'gram' | 'moment' | 'blockRows' | 'blockMoments'> {
  const { intervals, n } = design;
  const { whitened, target } = data;
  const p = whitened.length;
  const blockRows = new Float64Array(blocks * n * p);
  const blockMoments = new Float64Array(blocks * p);
  const gram = new Float64Array(p * p);
  const moment = new Float64Array(p);
  const part = new Float64Array(p * p);
  let from = 0;
  for (let block = 0; block < blocks; block++) {
    let to = from;
    while (to < intervals.count && (intervals.day[to] as number) < (block + 1) * daysPerBlock) to++;
    part.fill(0);
    addGram(part, whitened, from, to);
    for (let i = 0; i < p; i++) {
      const row = i * p;
      for (let j = 0; j <= i; j++)
        gram[row + j] = (gram[row + j] as number) + (part[row + j] as number);
    }
    for (let i = 0; i < n; i++) {
      const row = (block * n + i) * p;
      for (let j = 0; j <= i; j++) blockRows[row + j] = part[i * p + j] as number;
      for (let j = i + 1; j < p; j++) blockRows[row + j] = part[j * p + i] as number;
    }
    const h = blockMoments.subarray(block * p, (block + 1) * p);
    dotColumns(h, whitened, target, { from, to });
    for (let j = 0; j < p; j++) moment[j] = (moment[j] as number) + (h[j] as number);
    from = to;
  }
  mirror(gram, p);
  addInformations(gram, design);
  return { gram, moment, blockRows, blockMoments };
}

/** What is known of coefficients from elsewhere counts like data about them. */
function addInformations(gram: Float64Array, design: Pick<AreaDesign, 'informations'>): void {
  const p = Math.round(Math.sqrt(gram.length));
  for (const { at: first, size, matrix } of design.informations)
    for (let i = 0; i < size; i++)
      for (let j = 0; j < size; j++) {
        const k = (first + i) * p + first + j;
        gram[k] = at(gram, k) + at(matrix, i * size + j);
      }
}

function mirror(a: Float64Array, n: number): void {
  for (let i = 0; i < n; i++) for (let j = 0; j < i; j++) a[j * n + i] = a[i * n + j] as number;
}

/** What lasts for days is misfit - a drift not yet in the model -, not noise; the filter must not learn to take it out. */
function withoutDailyMeans(series: Float64Array, day: Int32Array): Float64Array {
  const out = series.slice();
  let from = 0;
  while (from < out.length) {
    let to = from;
    let sum = 0;
    while (to < out.length && day[to] === day[from]) sum += series[to++] as number;
    const mean = sum / (to - from);
    for (let t = from; t < to; t++) out[t] = (out[t] as number) - mean;
    from = to;
  }
  return out;
}

/** What the noise of each interval is told from is relative to these. */
export interface NoiseUnits {
  /** Mean of the load-dependent scale. */
  readonly scale: number;
  /** Shortest interval, hours. */
  readonly shortest: number;
}

export function noiseUnits(
  design: AreaDesign,
  scale: Float64Array = lineScale(design),
): NoiseUnits {
  let sum = 0;
  for (let t = 0; t < scale.length; t++) sum += scale[t] as number;
  return {
    scale: sum > 0 ? sum / scale.length : 1,
    shortest: shortestInterval(design.intervals),
  };
}

/** The noise grows with what flows through long lines: squares of own slope x load, or of the loads alone. */
function lineScale({ intervals, voltage }: AreaDesign): Float64Array {
  const count = intervals.count;
  const scale = new Float64Array(count);
  intervals.consumers.forEach((consumer, i) => {
    const slope = voltage === undefined ? 1 : (voltage.ownSlope[i] as number);
    for (let t = 0; t < count; t++) {
      const x = (slope * (consumer.energy[t] as number)) / (intervals.hours[t] as number);
      scale[t] = (scale[t] as number) + x * x;
    }
  });
  return scale;
}

/** `before`: grid point that ends the interval before the first; undefined: there is none. */
export function noiseShape(
  design: AreaDesign,
  known: { readonly units: NoiseUnits; readonly scale?: Float64Array; readonly before?: number },
): NoiseShape {
  const { intervals } = design;
  const { units, scale = lineScale(design), before } = known;
  return {
    logScale: scale.map((value) => Math.log(Math.max(value / units.scale, 1e-4))),
    extra: design.unmeasuredVariance,
    length: intervals.hours.map((hours) => hours / units.shortest),
    broken: Uint8Array.from({ length: intervals.count }, (_, t) =>
      (t === 0 ? before : (intervals.to[t - 1] as number)) !== (intervals.from[t] as number)
        ? 1
        : 0,
    ),
  };
}
