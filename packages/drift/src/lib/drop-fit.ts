import {
  addGram,
  at,
  choleskyInPlace,
  dotRange,
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

/** Regression of each channel's drop from its bus phase on all currents. */
export interface DropFit {
  /** Bus phase of each channel. */
  readonly phase: Int8Array;
  /** channels x currents, V/A. */
  readonly slopes: Float64Array;
  /** Measured minus fitted drop, per channel. */
  readonly rest: readonly Float64Array[];
  /** sd of the rest over the training rows, V. */
  readonly residual: Float64Array;
}

/** `phase` fixes the bus phases; without it each channel takes the one whose drop the currents explain best. */
export function fitDrops(
  data: DropRows,
  currents: readonly Float64Array[],
  phase?: Int8Array,
): DropFit | undefined {
  const { buses, channels, rows, training } = data;
  const n = currents.length;
  const level = new Float64Array(rows);
  for (const bus of buses) {
    let sum = 0;
    for (let t = 0; t < rows; t++) sum += at(bus, t);
    for (let t = 0; t < rows; t++)
      level[t] = at(level, t) + (at(bus, t) - sum / rows) / buses.length;
  }
  // A static gain error of a voltage input shows as a share of the bus level: a nuisance, like the constant.
  const columns = [...currents, new Float64Array(rows).fill(1), level];
  const p = columns.length;
  const gram = new Float64Array(p * p);
  addGram(gram, columns, 0, training);
  // A meter without load has a zero column: the ridge keeps the factor defined and its slope at zero.
  for (let i = 0; i < p; i++) gram[i * p + i] = at(gram, i * p + i) * (1 + 1e-9) + 1e-3;
  if (choleskyInPlace(gram, p) === undefined) return undefined;
  const products = (y: Float64Array): Float64Array =>
    Float64Array.from(columns, (column) => dotRange(column, y, 0, training));
  const busProducts = buses.map(products);
  const chosen = new Int8Array(channels.length);
  const slopes = new Float64Array(channels.length * n);
  const residual = new Float64Array(channels.length);
  const rest: Float64Array[] = [];
  const drop = new Float64Array(rows);
  channels.forEach((channel, c) => {
    const own = products(channel);
    let best = { phase: 0, squares: Infinity, b: own };
    for (let k = 0; k < buses.length; k++) {
      if (phase !== undefined && phase[c] !== k) continue;
      const bus = buses[k] as Float64Array;
      const cross = Float64Array.from(
        own,
        (value, j) => at(busProducts[k] as Float64Array, j) - value,
      );
      const b = Float64Array.from(cross);
      solveCholeskyInPlace(gram, p, b);
      for (let t = 0; t < training; t++) drop[t] = at(bus, t) - at(channel, t);
      let squares = dotRange(drop, drop, 0, training);
      for (let j = 0; j < p; j++) squares -= at(cross, j) * at(b, j);
      if (squares < best.squares) best = { phase: k, squares, b };
    }
    chosen[c] = best.phase;
    residual[c] = Math.sqrt(Math.max(0, best.squares) / training);
    const bus = buses[best.phase] as Float64Array;
    const left = Float64Array.from(bus, (volts, t) => volts - at(channel, t));
    for (let j = 0; j < p; j++) {
      const b = at(best.b, j);
      const column = columns[j] as Float64Array;
      for (let t = 0; t < rows; t++) left[t] = (left[t] as number) - b * (column[t] as number);
      if (j < n) slopes[c * n + j] = b;
    }
    rest.push(left);
  });
  return { phase: chosen, slopes, rest, residual };
}
