import { at, mean } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import { meterOf } from './area-intervals.ts';
import { type DropFit, type DropRows, fitDrops } from './drop-fit.ts';
import type { FleetInput } from './fleet-types.ts';
import { splitCurrent } from './phase-split.ts';

/** Share of intervals at which a meter must have a voltage for its slopes to be fitted. */
const MIN_VOLTAGE_SHARE = 0.6;
const SPLIT_ROUNDS = 2;

/**
 * What the voltages say of the technical loss (drift-estimation.md 2.4 and 10): the drop from the supply bus to each meter is
 * regressed on all currents; loss = sum_i I_i (fitted drop without its constant), I = P/V.
 */
export interface VoltageLoss {
  /** From fitted drops, kW.h per interval. */
  readonly loss: Float64Array;
  /** Loss from the drops as measured minus `loss`; zero where a voltage is missing. */
  readonly direct: Float64Array;
  /** Part of `loss` that comes from the unbalance of three-phase meters. */
  readonly unbalance: Float64Array;
  /** Share of its energy lost per kW a consumer draws, 1/kW; for three phases per kW drawn on one of them. */
  readonly ownSlope: Float64Array;
  /** d loss / d P_i at mean loads, ratio. */
  readonly marginal: Float64Array;
  /** Bus phase 0..2 of single-phase consumers, -1 for several channels or none. */
  readonly phase: Int8Array;
  /** Residual sd of the drop fit, V; NaN without voltages. */
  readonly residual: Float64Array;
  /** Load that the voltage of a stopped meter betrays after its stop, kW.h per interval, by consumer. */
  readonly ghosts: ReadonlyMap<number, Float64Array>;
  /** Variance of what the ghosts get wrong, (kW.h)^2 per interval. */
  readonly ghostVariance: Float64Array;
}

interface Port {
  readonly consumer: number;
  /** Index into the channels of the area. */
  readonly channel: number;
}

interface AreaVoltages {
  readonly intervals: AreaIntervals;
  /** Interval indices of the rows. */
  readonly used: readonly number[];
  readonly data: DropRows;
  readonly ports: readonly Port[];
  /** Ports of each consumer that has voltages. */
  readonly portsOf: readonly (readonly number[])[];
  /** Total current of each consumer at the rows, A. */
  readonly total: readonly Float64Array[];
}

/** Voltage of a meter channel averaged over the grid points of each merged interval; NaN where one is missing. */
function intervalVoltage(series: Float64Array, intervals: AreaIntervals): Float64Array {
  const out = new Float64Array(intervals.count);
  for (let t = 0; t < intervals.count; t++) {
    let sum = 0;
    const from = at(intervals.from, t);
    const to = at(intervals.to, t);
    for (let k = from + 1; k <= to; k++) sum += at(series, k);
    out[t] = sum / (to - from);
  }
  return out;
}

/** Undefined where the supply has no voltages, or too few consumers have. */
export function fitVoltageLoss(
  input: FleetInput,
  intervals: AreaIntervals,
  stoppedAt: ReadonlyMap<number, number>,
): VoltageLoss | undefined {
  const area = collectVoltages(input, intervals, stoppedAt);
  if (area === undefined) return undefined;
  const totals = [...area.total];
  let fit = fitDrops(area.data, totals);
  if (fit === undefined) return undefined;
  const first = fit;
  const slopeOf = totalSlopes(area, first);
  let currents = area.ports.map((port) => area.total[port.consumer] as Float64Array);
  const unmeasured = area.portsOf.flatMap((ports, i) => (ports.length === 0 ? [i] : []));
  const others = unmeasured.map((i) => area.total[i] as Float64Array);
  let ownColumns = area.ports.map((port) => [port.consumer]);
  let columns: Float64Array[] = totals;
  for (let round = 0; round < SPLIT_ROUNDS; round++) {
    currents = splitPorts(area, { fit, columns, ownColumns, slopeOf });
    columns = [...currents, ...others];
    ownColumns = area.ports.map((port) => [...(area.portsOf[port.consumer] as number[])]);
    const next = fitDrops(area.data, columns, first.phase);
    if (next === undefined) return undefined;
    fit = next;
  }
  return assemble(area, { fit, columns, currents, stoppedAt });
}

function collectVoltages(
  input: FleetInput,
  intervals: AreaIntervals,
  stoppedAt: ReadonlyMap<number, number>,
): AreaVoltages | undefined {
  const supply = intervals.supplyMeters
    .map((index) => meterOf(input, index))
    .find((meter) => meter.voltages.length > 0);
  if (supply === undefined || intervals.count < 200) return undefined;
  const n = intervals.consumers.length;
  const buses = supply.voltages.map((series) => intervalVoltage(series, intervals));
  const series = intervals.consumers.map((consumer) =>
    meterOf(input, consumer.meter)
      .voltages.map((values) => intervalVoltage(values, intervals))
      .filter((values) => finiteShare(values) >= MIN_VOLTAGE_SHARE),
  );
  if (buses.some((values) => finiteShare(values) < MIN_VOLTAGE_SHARE)) return undefined;
  if (series.filter((list) => list.length > 0).length < 0.8 * n) return undefined;
  const used = rowsWithAll([...buses, ...series.flat()]);
  if (used.length < Math.max(200, 2 * n)) return undefined;
  // While a meter stands still its load is missing among the regressors: fit on what came before.
  const firstStop = Math.min(intervals.count, ...stoppedAt.values());
  const before = used.findLastIndex((t) => t < firstStop) + 1;
  const pick = (values: Float64Array): Float64Array =>
    Float64Array.from(used, (t) => at(values, t));
  const ports: Port[] = [];
  const channels: Float64Array[] = [];
  const portsOf = series.map((list, consumer) =>
    list.map((values) => {
      channels.push(pick(values));
      return ports.push({ consumer, channel: channels.length - 1 }) - 1;
    }),
  );
  const busRows = buses.map(pick);
  const total = intervals.consumers.map((consumer, i) => {
    const own = (portsOf[i] as number[]).map((port) => channels[port] as Float64Array);
    const levels = own.length > 0 ? own : busRows;
    return Float64Array.from(used, (t, r) => {
      let volts = 0;
      for (const values of levels) volts += at(values, r) / levels.length;
      return (1000 * at(consumer.energy, t)) / at(intervals.hours, t) / volts;
    });
  });
  const training = before >= Math.max(300, 6 * n) ? before : used.length;
  const data = { rows: used.length, training, buses: busRows, channels };
  return { intervals, used, data, ports, portsOf, total };
}

/** Mean drop over a consumer's phases per ampere of its total current, from the fit on totals. */
function totalSlopes(area: AreaVoltages, fit: DropFit): Float64Array {
  const n = area.total.length;
  return Float64Array.from(area.portsOf, (ports, i) => {
    let sum = 0;
    for (const port of ports) sum += at(fit.slopes, port * n + i);
    return ports.length === 0 ? 0 : sum / ports.length;
  });
}

function splitPorts(
  area: AreaVoltages,
  state: {
    fit: DropFit;
    columns: readonly Float64Array[];
    /** Columns that carry a port's consumer itself. */
    ownColumns: readonly (readonly number[])[];
    slopeOf: Float64Array;
  },
): Float64Array[] {
  const { fit, columns, ownColumns, slopeOf } = state;
  const currents = area.ports.map((port) => area.total[port.consumer] as Float64Array);
  area.portsOf.forEach((ports, i) => {
    if (ports.length < 2) return;
    const own = ports.map((port) => {
      const part = Float64Array.from(fit.rest[port] as Float64Array);
      for (const j of ownColumns[port] as readonly number[]) {
        const slope = at(fit.slopes, port * columns.length + j);
        const column = columns[j] as Float64Array;
        for (let t = 0; t < part.length; t++) part[t] = at(part, t) + slope * at(column, t);
      }
      return part;
    });
    for (let t = 0; t < area.data.rows; t++) {
      let sum = 0;
      for (const part of own) sum += at(part, t);
      for (const part of own) part[t] = at(part, t) - sum / own.length;
    }
    const split = splitCurrent(area.total[i] as Float64Array, own, at(slopeOf, i));
    ports.forEach((port, c) => {
      currents[port] = split[c] as Float64Array;
    });
  });
  return currents;
}

function assemble(
  area: AreaVoltages,
  state: {
    fit: DropFit;
    columns: readonly Float64Array[];
    currents: readonly Float64Array[];
    stoppedAt: ReadonlyMap<number, number>;
  },
): VoltageLoss {
  const { intervals, used, data, ports, portsOf } = area;
  const { fit, columns, currents, stoppedAt } = state;
  const n = intervals.consumers.length;
  const width = columns.length;
  const rows = data.rows;
  const fitted = new Float64Array(rows);
  const direct = new Float64Array(intervals.count);
  const even = new Float64Array(rows);
  const marginal = new Float64Array(n);
  const ownSlope = new Float64Array(n);
  const residual = new Float64Array(n).fill(NaN);
  const phase = new Int8Array(n).fill(-1);
  const ghosts = new Map<number, Float64Array>();
  const ghostVariance = new Float64Array(intervals.count);
  const meanCurrent = Float64Array.from(columns, mean);
  const drop = new Float64Array(rows);
  const evenDrop = new Float64Array(rows);
  const evenColumns = columns.map((column, j) => {
    const port = ports[j];
    const count = port === undefined ? 1 : (portsOf[port.consumer] as number[]).length;
    if (port === undefined || count === 1) return column;
    return (area.total[port.consumer] as Float64Array).map((value) => value / count);
  });
  ports.forEach((port, c) => {
    drop.fill(0);
    evenDrop.fill(0);
    for (let j = 0; j < width; j++) {
      const slope = at(fit.slopes, c * width + j);
      const column = columns[j] as Float64Array;
      const evenColumn = evenColumns[j] as Float64Array;
      for (let t = 0; t < rows; t++) {
        drop[t] = (drop[t] as number) + slope * (column[t] as number);
        evenDrop[t] = (evenDrop[t] as number) + slope * (evenColumn[t] as number);
      }
    }
    const current = currents[c] as Float64Array;
    const evenCurrent = evenColumns[c] as Float64Array;
    const rest = fit.rest[c] as Float64Array;
    const list = portsOf[port.consumer] as readonly number[];
    const volts = mean(data.channels[c] as Float64Array);
    for (let t = 0; t < rows; t++) {
      const hours = at(intervals.hours, at(used, t)) / 1000;
      fitted[t] = at(fitted, t) + at(current, t) * at(drop, t) * hours;
      even[t] = at(even, t) + at(evenCurrent, t) * at(evenDrop, t) * hours;
      const k = at(used, t);
      direct[k] = at(direct, k) + at(current, t) * at(rest, t) * hours;
    }
    const i = port.consumer;
    ownSlope[i] = Math.max(at(ownSlope, i), (1000 * at(fit.slopes, c * width + c)) / volts / volts);
    marginal[i] = at(marginal, i) + (2 * meanProduct(fit.slopes, c * width, meanCurrent)) / volts / list.length;
    residual[i] = Math.max(at(residual, i) || 0, at(fit.residual, c));
    if (list.length === 1) phase[i] = at(fit.phase, c);
    const stop = stoppedAt.get(i);
    const own = at(fit.slopes, c * width + c);
    if (stop !== undefined && list.length === 1 && own > 0)
      ghosts.set(
        i,
        ghostLoad({ intervals, used, rest, own, volts, stop, residual: at(fit.residual, c) }, ghostVariance),
      );
  });
  const loss = spread(intervals, used, fitted);
  const evenLoss = spread(intervals, used, even);
  return {
    loss,
    direct,
    unbalance: loss.map((value, t) => value - at(evenLoss, t)),
    ownSlope,
    marginal,
    phase,
    residual,
    ghosts,
    ghostVariance,
  };
}

function meanProduct(slopes: Float64Array, offset: number, currents: Float64Array): number {
  let sum = 0;
  for (let j = 0; j < currents.length; j++) sum += at(slopes, offset + j) * at(currents, j);
  return sum;
}

/** Rows without all voltages take the loss of their total load, by the ratio of loss to squared load at the nearest known rows. */
function spread(
  intervals: AreaIntervals,
  used: readonly number[],
  values: Float64Array,
): Float64Array {
  const load = new Float64Array(intervals.count);
  for (const consumer of intervals.consumers)
    for (let t = 0; t < load.length; t++) load[t] = at(load, t) + at(consumer.energy, t);
  const square = load.map((energy, t) => (energy * energy) / at(intervals.hours, t));
  const out = new Float64Array(intervals.count);
  let last = -1;
  for (let r = 0; r <= used.length; r++) {
    const next = used[r] ?? intervals.count;
    for (let t = last + 1; t < next; t++) {
      let known = 0;
      let squares = 0;
      for (let k = Math.max(0, r - 3); k < Math.min(used.length, r + 3); k++) {
        known += at(values, k);
        squares += at(square, at(used, k));
      }
      out[t] = squares > 0 ? (known / squares) * at(square, t) : 0;
    }
    if (r < used.length) out[next] = at(values, r);
    last = next;
  }
  return out;
}

/**
 * The drop a stopped meter's neighbours do not explain, over its own slope. Where a voltage is missing the mean stands in,
 * and the load's whole spread is its variance.
 */
function ghostLoad(
  terms: {
    intervals: AreaIntervals;
    used: readonly number[];
    rest: Float64Array;
    own: number;
    volts: number;
    stop: number;
    residual: number;
  },
  variance: Float64Array,
): Float64Array {
  const { intervals, used, rest, own, volts, stop } = terms;
  const kilowatts = volts / 1000 / own;
  let known = 0;
  let sum = 0;
  let squares = 0;
  used.forEach((t, r) => {
    if (t < stop) return;
    const power = at(rest, r) * kilowatts;
    known++;
    sum += power;
    squares += power * power;
  });
  const mean = known > 0 ? sum / known : 0;
  const spread = known > 0 ? squares / known - mean * mean : 0;
  const noise = (terms.residual * kilowatts) ** 2;
  const out = new Float64Array(intervals.count);
  let r = 0;
  for (let t = 0; t < out.length; t++) {
    const measured = used[r] === t;
    const power = measured ? at(rest, r++) * kilowatts : mean;
    if (t < stop) continue;
    const hours = at(intervals.hours, t);
    out[t] = power * hours;
    variance[t] = at(variance, t) + (measured ? noise : spread) * hours * hours;
  }
  return out;
}

function finiteShare(series: Float64Array): number {
  let count = 0;
  for (let t = 0; t < series.length; t++) if (Number.isFinite(at(series, t))) count++;
  return series.length === 0 ? 0 : count / series.length;
}

function rowsWithAll(series: readonly Float64Array[]): number[] {
  const rows: number[] = [];
  const count = series[0]?.length ?? 0;
  for (let t = 0; t < count; t++)
    if (series.every((values) => Number.isFinite(at(values, t)))) rows.push(t);
  return rows;
}
