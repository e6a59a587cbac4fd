import {
  addCombinations,
  addGram,
  addProducts,
  at,
  choleskyInPlace,
  mean,
  solveCholeskyInPlace,
} from '@verimeter/statistics';

/** Voltage of the supply bus phases and of meter channels at common rows. */
export interface DropRows {
  readonly rows: number;
  /** The slopes are fitted on rows 0..training-1. */
  readonly training: number;
  readonly buses: readonly Float64Array[];
  readonly channels: readonly Float64Array[];
}

/** What the regression of each channel's drop from its bus phase on all currents has found. */
export interface DropModel {
  /** Bus phase of each channel. */
  readonly phase: Int8Array;
  /** channels x currents, V/A. */
  readonly slopes: Float64Array;
  /** Static drop of each channel, V, and the share of the bus level that its drop shows. */
  readonly constant: Float64Array;
  readonly levelShare: Float64Array;
  /** Mean voltage of each bus phase, V. */
  readonly busMean: Float64Array;
}

/** The regression on its rows. */
export interface DropFit extends DropModel {
  readonly currents: readonly Float64Array[];
  /** Bus voltage less its mean, mean over the phases, V. */
  readonly level: Float64Array;
  /** sd of the rest over the training rows, V. */
  readonly residual: Float64Array;
}

/** A regression as it was found, on other rows. */
export function dropsAt(
  model: DropModel,
  { buses, rows, channels }: DropRows,
  currents: readonly Float64Array[],
): DropFit {
  return {
    ...model,
    currents,
    level: busLevel(buses, rows, model.busMean),
    residual: new Float64Array(channels.length),
  };
}

/** `phase` fixes the bus phases; without it each channel takes the one whose drop the currents explain best. */
export function fitDrops(
  data: DropRows,
  currents: readonly Float64Array[],
  phase?: Int8Array,
): DropFit | undefined {
  const { buses, channels, rows, training } = data;
  const n = currents.length;
  const busMean = Float64Array.from(buses, mean);
  const level = busLevel(buses, rows, busMean);
  // A static gain error of a voltage input shows as a share of the bus level: a nuisance, like the constant.
  const columns = [...currents, new Float64Array(rows).fill(1), level];
  const p = columns.length;
  const gram = new Float64Array(p * p);
  addGram(gram, columns, 0, training);
  // A meter without load has a zero column: the ridge keeps the factor defined and its slope at zero.
  for (let i = 0; i < p; i++) gram[i * p + i] = at(gram, i * p + i) * (1 + 1e-9) + 1e-3;
  if (choleskyInPlace(gram, p) === undefined) return undefined;
  const products = (series: readonly Float64Array[]): Float64Array => {
    const out = new Float64Array(series.length * p);
    addProducts(out, series, columns, { from: 0, to: training });
    return out;
  };
  const ofBuses = products(buses);
  const ofChannels = products(channels);
  const chosen = new Int8Array(channels.length);
  const slopes = new Float64Array(channels.length * n);
  const constant = new Float64Array(channels.length);
  const levelShare = new Float64Array(channels.length);
  const residual = new Float64Array(channels.length);
  const cross = new Float64Array(p);
  const b = new Float64Array(p);
  channels.forEach((channel, c) => {
    let least = Infinity;
    for (let k = 0; k < buses.length; k++) {
      if (phase !== undefined && phase[c] !== k) continue;
      for (let j = 0; j < p; j++) cross[j] = at(ofBuses, k * p + j) - at(ofChannels, c * p + j);
      b.set(cross);
      solveCholeskyInPlace(gram, p, b);
      let squares = squaredDrop(buses[k] as Float64Array, channel, training);
      for (let j = 0; j < p; j++) squares -= at(cross, j) * at(b, j);
      if (squares >= least) continue;
      least = squares;
      chosen[c] = k;
      slopes.set(b.subarray(0, n), c * n);
      constant[c] = at(b, n);
      levelShare[c] = at(b, n + 1);
    }
    residual[c] = Math.sqrt(Math.max(0, least) / training);
  });
  return { phase: chosen, currents, slopes, constant, levelShare, busMean, level, residual };
}

function busLevel(
  buses: readonly Float64Array[],
  rows: number,
  busMean: Float64Array,
): Float64Array {
  const level = new Float64Array(rows);
  buses.forEach((bus, k) => {
    for (let t = 0; t < rows; t++)
      level[t] = at(level, t) + (at(bus, t) - at(busMean, k)) / buses.length;
  });
  return level;
}

function squaredDrop(bus: Float64Array, channel: Float64Array, training: number): number {
  let sum = 0;
  for (let t = 0; t < training; t++) sum += ((bus[t] as number) - (channel[t] as number)) ** 2;
  return sum;
}

/** Drops of some channels that their currents make by the fit, V: without constant and level. */
export function fittedDrops(fit: DropFit, channels: readonly number[]): Float64Array[] {
  const width = fit.currents.length;
  const slopes = new Float64Array(channels.length * width);
  channels.forEach((channel, c) =>
    slopes.set(fit.slopes.subarray(channel * width, (channel + 1) * width), c * width),
  );
  const out = channels.map(() => new Float64Array(fit.level.length));
  addCombinations(out, fit.currents, slopes);
  return out;
}

/** Measured minus fitted drop of a channel, V; NaN where a voltage is missing. */
export function restOfDrop(
  data: DropRows,
  fit: DropFit,
  channel: number,
  fitted: Float64Array,
): Float64Array {
  const bus = data.buses[at(fit.phase, channel)] as Float64Array;
  const own = data.channels[channel] as Float64Array;
  const constant = at(fit.constant, channel);
  const share = at(fit.levelShare, channel);
  const out = new Float64Array(data.rows);
  for (let t = 0; t < out.length; t++)
    out[t] =
      (bus[t] as number) -
      (own[t] as number) -
      (fitted[t] as number) -
      constant -
      share * (fit.level[t] as number);
  return out;
}
