import { at, dot, solveCholeskyInPlace, solveLowerRowsInPlace } from '@verimeter/statistics';
import type { GroupStatus } from '@verimeter/telemetry';
import type { AreaEvidence } from './area-evidence.ts';
import type { AreaIntervals } from './area-intervals.ts';
import { meterOf } from './area-intervals.ts';
import { energyAtLag, netCounter } from './grid-counter.ts';
import { whiten } from './balance-noise.ts';
import { type Contributions, contributionsOf, type UnitSpan, unitSpan } from './unit-span.ts';
import { WIDE_BETA_SD, type WideModel } from './wide-model.ts';
import { registerQuantum } from './register-quantum.ts';
import type { FleetInput, MeterSeries } from './fleet-types.ts';

const MIN_COMPLETENESS = 0.95;
const MAX_LOSS = 0.06;
/** Without voltages the position of a loss cannot be told: refuse earlier (drift-estimation.md 2.6). */
const MAX_LOSS_WITHOUT_VOLTAGES = 0.05;
/** The errors of a 0.5 class supply meter and of its consumers may exceed a very small loss. */
const MIN_LOSS = -0.01;
/** Supply quantum over mean interval energy (drift-estimation.md 2.3). */
const MAX_SUPPLY_QUANTUM = 0.02;
/** Linear beta of a meter whose energy is not in the supply (drift-estimation.md 2.3, 2.6). */
const MISFILED_TOLERANCE = 0.1;
const MISFILED_MAX_SD = 0.06;
/** Partial correlation of the true unregistered consumer 0.98, of strangers 0.03 (drift-estimation.md 2.6). */
const CANDIDATE_CORRELATION = 0.3;
const CANDIDATE_GAIN = [0.6, 1.4] as const;
/** Correlation from which on it is worth to take the other columns out. */
const LEAST_QUICK = CANDIDATE_CORRELATION / 3;
/** Standard deviations of the gain in the part of the window that a customer was here for. */
const PART_SCORE = 10;

export interface Candidate {
  readonly meter: number;
  readonly correlation: number;
  readonly gain: number;
  /** Intervals that it explains, where that is not all of them. */
  readonly span?: UnitSpan;
}

/** Coefficients of the consumers without prior, one at a time, everything else with its prior. */
export interface FlatBeta {
  readonly estimate: Float64Array;
  readonly sd: Float64Array;
}

export function completenessGate(intervals: AreaIntervals): GroupStatus | undefined {
  return intervals.completeness < MIN_COMPLETENESS ? 'incomplete' : undefined;
}

export function resolutionGate(
  input: FleetInput,
  intervals: AreaIntervals,
): GroupStatus | undefined {
  const energy = meanOf(intervals.supply.map(Math.abs));
  for (const index of intervals.supplyMeters)
    if (registerQuantum(meterOf(input, index), 500) > MAX_SUPPLY_QUANTUM * energy)
      return 'supply_resolution';
  return undefined;
}

/**
 * Unaccounted energy over all that flows in - from the supply, and from consumers who feed back -; `unmeasured` is accounted
 * for though no register counts it.
 */
export function lossRatio(
  intervals: AreaIntervals,
  total: Float64Array,
  unmeasured: Float64Array,
): number {
  const supplied = meanOf(intervals.supply);
  let flow = meanOf(intervals.supply.map((energy) => Math.max(0, energy)));
  for (const { energy } of intervals.consumers)
    flow += meanOf(energy.map((value) => Math.max(0, -value)));
  return (supplied - meanOf(total) - meanOf(unmeasured)) / flow;
}

export function lossGate(ratio: number, hasVoltages: boolean): GroupStatus | undefined {
  const largest = hasVoltages ? MAX_LOSS : MAX_LOSS_WITHOUT_VOLTAGES;
  return ratio >= MIN_LOSS && ratio <= largest ? undefined : 'loss_out_of_range';
}

function meanOf(values: Float64Array): number {
  let sum = 0;
  for (let t = 0; t < values.length; t++) sum += at(values, t);
  return sum / Math.max(1, values.length);
}

export function flatBetas(evidence: AreaEvidence, model: WideModel): FlatBeta {
  const { n } = evidence.design;
  return flatCoefficients(evidence, model, { first: 0, count: n, priorSd: WIDE_BETA_SD });
}

/** Clock offsets in grid steps; positive: the meter reads late. */
export function flatClocks(evidence: AreaEvidence, model: WideModel): FlatBeta {
  const { n, clockAt, priorSd } = evidence.design;
  return flatCoefficients(evidence, model, {
    first: clockAt,
    count: n,
    priorSd: at(priorSd, clockAt),
  });
}

function flatCoefficients(
  evidence: AreaEvidence,
  model: WideModel,
  range: { first: number; count: number; priorSd: number },
): FlatBeta {
  const { p } = evidence;
  const estimate = new Float64Array(range.count);
  const sd = new Float64Array(range.count);
  // the squares of the inverse factor's columns are the variances
  const units = new Float64Array(range.count * p);
  for (let i = 0; i < range.count; i++) units[i * p + range.first + i] = 1;
  solveLowerRowsInPlace(model.factor, p, units, range.count);
  for (let i = 0; i < range.count; i++) {
    const j = range.first + i;
    const variance = squaresOf(units.subarray(i * p, (i + 1) * p));
    const information = Math.max(1 / variance - 1 / (range.priorSd * range.priorSd), 1e-9);
    estimate[i] = (model.coefficients[j] as number) / variance / information;
    sd[i] = Math.sqrt(1 / information);
  }
  return { estimate, sd };
}

function squaresOf(values: Float64Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return sum;
}

/** The consumer whose energy is most clearly not in the supply. */
export function findMisfiled(flat: FlatBeta): number | undefined {
  let found: number | undefined;
  let best = 0;
  for (let i = 0; i < flat.estimate.length; i++) {
    const beta = at(flat.estimate, i);
    const sd = at(flat.sd, i);
    if (sd > MISFILED_MAX_SD || Math.abs(beta - 1) > MISFILED_TOLERANCE + 2 * sd) continue;
    if (beta / sd > best) {
      best = beta / sd;
      found = i;
    }
  }
  return found;
}

/** Meters of the fleet outside the area whose readings explain what the balance leaves over. */
export function findCandidates(
  input: FleetInput,
  evidence: AreaEvidence,
  model: WideModel,
  strangers: readonly number[],
): Candidate[] {
  const { p, whitened, whitenedBalance, residual, design } = evidence;
  const rest = dot(residual, residual);
  const found: Candidate[] = [];
  const v = new Float64Array(p);
  for (const index of strangers) {
    const energy = strangerEnergy(meterOf(input, index), design.intervals);
    if (energy === undefined) continue;
    const column = evidence.whiten(energy);
    if (!(quickCorrelation(column, residual, rest) > LEAST_QUICK)) continue;
    for (let j = 0; j < p; j++) v[j] = dot(whitened[j] as Float64Array, column);
    const fitted = dot(v, model.coefficients);
    const cross = dot(column, whitenedBalance) - fitted;
    const solved = Float64Array.from(v);
    solveCholeskyInPlace(model.factor, p, solved);
    const information = dot(column, column) - dot(v, solved);
    const gain = cross / information;
    const correlation = cross / Math.sqrt(information * rest);
    const span = partOf(contributionsOf(evidence, column, solved), residual);
    if (span !== undefined) {
      found.push({ meter: index, correlation: span.correlation, gain: span.gain, span });
      continue;
    }
    if (correlation < CANDIDATE_CORRELATION) continue;
    if (gain < CANDIDATE_GAIN[0] || gain > CANDIDATE_GAIN[1]) continue;
    found.push({ meter: index, correlation: Math.min(1, correlation), gain });
  }
  return found.toSorted((a, b) => b.correlation - a.correlation || a.meter - b.meter);
}

function quickCorrelation(column: Float64Array, residual: Float64Array, rest: number): number {
  return dot(column, residual) / Math.sqrt(dot(column, column) * rest);
}

/** What `findCandidates` looks at first in a meter outside the area, with little to keep: undefined where it would go no further. */
export function candidateScreen({
  design,
  filter,
  residual,
}: Pick<AreaEvidence, 'design' | 'filter' | 'residual'>): (
  meter: MeterSeries,
) => number | undefined {
  const intervals = { ...design.intervals, consumers: [] };
  const rest = dot(residual, residual);
  return (meter) => {
    const energy = strangerEnergy(meter, intervals);
    if (energy === undefined) return undefined;
    const quick = quickCorrelation(whiten(filter, energy), residual, rest);
    return quick > LEAST_QUICK ? quick : undefined;
  };
}

/** A member whose energy is in the supply until a block of the window, and from there on is not. */
export interface Departure {
  readonly consumer: number;
  /** First block without it. */
  readonly block: number;
  readonly beta: number;
}

/** Departures leave and enter whole blocks: two at either end say too little. */
const LEAST_BLOCKS = 2;

/** The clearest departure: coefficient 1 from a block on, known as well as that of a misfiled meter, and likelier than an error all along. */
export function findDeparture(
  { design, p, blocks, blockRows, blockMoments }: AreaEvidence,
  model: WideModel,
): Departure | undefined {
  const { n } = design;
  let found: (Departure & { readonly score: number }) | undefined;
  const products = new Float64Array(p);
  const { coefficients } = model;
  // of one consumer: blocks from which on it may be gone, with the products of what it draws there, solved all together
  const rows = new Float64Array(blocks * p);
  for (let i = 0; i < n; i++) {
    products.fill(0);
    let cross = 0;
    let squares = 0;
    const asked: { block: number; cross: number; squares: number }[] = [];
    for (let block = blocks - 1; block >= LEAST_BLOCKS; block--) {
      const row = (block * n + i) * p;
      let fitted = 0;
      for (let j = 0; j < p; j++) {
        const value = blockRows[row + j] as number;
        products[j] = (products[j] as number) + value;
        fitted += value * (coefficients[j] as number);
      }
      cross += (blockMoments[block * p + i] as number) - fitted;
      squares += blockRows[row + i] as number;
      if (block > blocks - LEAST_BLOCKS || !(cross > 0)) continue;
      rows.set(products, asked.length * p);
      asked.push({ block, cross, squares });
    }
    solveLowerRowsInPlace(model.factor, p, rows, asked.length);
    asked.forEach((at0, k) => {
      const information = at0.squares - squaresOf(rows.subarray(k * p, (k + 1) * p));
      if (!(information > 0)) return;
      const beta = at0.cross / information;
      const sd = 1 / Math.sqrt(information);
      if (sd > MISFILED_MAX_SD || Math.abs(beta - 1) > MISFILED_TOLERANCE + 2 * sd) return;
      const score = at0.cross / Math.sqrt(information);
      if (found === undefined || score > found.score)
        found = { consumer: i, block: at0.block, beta, score };
    });
  }
  return found;
}

/** The part of the window behind or before a change that a meter explains, where it does not explain all of it. */
function partOf(
  contributions: Contributions,
  residual: Float64Array,
): (UnitSpan & { readonly correlation: number }) | undefined {
  const span = unitSpan(contributions);
  if (span === undefined || (span.first === 0 && span.last === residual.length - 1))
    return undefined;
  const inside = residual.subarray(span.first, span.last + 1);
  const correlation = span.score / Math.sqrt(dot(inside, inside));
  return span.score < PART_SCORE || correlation < CANDIDATE_CORRELATION
    ? undefined
    : { ...span, correlation: Math.min(1, correlation) };
}

/** Energy of a foreign meter on the area's intervals; holes count as zero (this is a correlation, not a balance). */
function strangerEnergy(meter: MeterSeries, intervals: AreaIntervals): Float64Array | undefined {
  const out = energyAtLag(netCounter(meter), intervals, 0);
  let known = 0;
  for (let t = 0; t < out.length; t++) {
    // a register that runs backwards says nothing, one that counts both ways may
    const usable =
      meter.exportRegister === undefined ? (out[t] as number) >= 0 : Number.isFinite(out[t]);
    if (usable) known++;
    else out[t] = 0;
  }
  return known < 0.7 * intervals.count ? undefined : out;
}
