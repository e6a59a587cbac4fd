import { at, mean } from '@verimeter/statistics';
import type { AreaIntervals, Consumer } from './area-intervals.ts';
import { meterOf, sumOfSteps } from './area-intervals.ts';
import type { DropRows } from './drop-fit.ts';
import type { FleetInput, MeterSeries } from './fleet-types.ts';
import { type GhostLoad, predictGhost } from './ghost-load.ts';

/** Share of grid steps at which a meter must have a voltage for its slopes to be fitted. */
const MIN_VOLTAGE_SHARE = 0.6;
/** Share of consumers that must have voltages for the loss to be told from them. */
const MIN_MEASURED_SHARE = 0.8;

/** A voltage of a consumer. */
interface Port {
  readonly consumer: number;
  /** Which of the meter's voltages it is. */
  readonly voltage: number;
}

/** Rows are single grid steps of the window: first those of the training, then all others. */
export interface AreaVoltages {
  /** Grid point that ends each row's step. */
  readonly step: Int32Array;
  readonly stepHours: number;
  readonly data: DropRows;
  readonly ports: readonly Port[];
  /** Ports of each consumer; none where it has no voltages. */
  readonly portsOf: readonly (readonly number[])[];
  /** Mean voltage of each port, V. */
  readonly usual: Float64Array;
  /** Total current of each consumer at the rows, A. */
  readonly total: readonly Float64Array[];
  /** Load of each consumer at the rows, kW; behind a stopped meter what the voltages tell. */
  readonly power: readonly Float64Array[];
  readonly ghosts: ReadonlyMap<number, GhostLoad>;
  /** The regressions of the loads behind stopped meters rest on rows 0..untilStop-1. */
  readonly untilStop: number;
}

/** Undefined where the supply has no voltages, or too few consumers have. `stoppedAt`: first interval after the stop. */
export function collectVoltages(
  input: FleetInput,
  intervals: AreaIntervals,
  stoppedAt: ReadonlyMap<number, number>,
): AreaVoltages | undefined {
  const supply = supplyWithVoltages(input, intervals);
  if (supply === undefined || intervals.count < 200) return undefined;
  const n = intervals.consumers.length;
  const { windowFrom, windowTo } = intervals;
  const usable = (values: Float64Array): boolean =>
    finiteShare(values, windowFrom + 1, windowTo) >= MIN_VOLTAGE_SHARE;
  const ports = intervals.consumers.flatMap(({ meter }, consumer) =>
    meterOf(input, meter).voltages.flatMap((values, voltage): Port[] =>
      usable(values) ? [{ consumer, voltage }] : [],
    ),
  );
  if (!supply.voltages.every(usable)) return undefined;
  if (new Set(ports.map(({ consumer }) => consumer)).size < MIN_MEASURED_SHARE * n)
    return undefined;

  const all = [...supply.voltages, ...ports.map((port) => voltageOf(input, intervals, port))];
  const complete: number[] = [];
  const others: number[] = [];
  const missing = missingAt(all);
  for (let k = windowFrom + 1; k <= windowTo; k++) (missing[k] === 0 ? complete : others).push(k);
  // While a meter stands still its load is missing among the regressors: fit on what came before.
  const stops = [...stoppedAt.values()].map((t) => at(intervals.from, t));
  const firstStop = Math.min(windowTo, ...stops);
  const before = complete.filter((k) => k <= firstStop);
  const training = before.length >= Math.max(300, 6 * n) ? before : complete;
  if (training.length < Math.max(200, 2 * n)) return undefined;
  const chosen = new Set(training);
  const later = complete.filter((k) => !chosen.has(k));
  const step = Int32Array.from([...training, ...later, ...others]);
  const rows = rowsAt(input, intervals, ports, step);
  const { channels, buses, power, pick } = rows;
  const ghosts = ghostLoads({
    step,
    training: training.length,
    voltages: [...channels, ...supply.voltages.map(pick)],
    power,
    stoppedAt: new Map([...stoppedAt].map(([i, t]) => [i, at(intervals.from, t)])),
  });
  for (const [i, ghost] of ghosts) power[i] = ghost.power;
  const usual = Float64Array.from(channels, (values) => mean(values.subarray(0, training.length)));
  // With the loads behind stopped meters told, the rows after the stops serve as well.
  const known = ghosts.size === stoppedAt.size ? complete.length : training.length;
  const portsOf = byConsumer(ports, n);
  return {
    step,
    stepHours: rows.stepHours,
    data: { rows: step.length, training: known, buses, channels },
    ports,
    portsOf,
    usual,
    total: totalCurrents({ ...rows, portsOf, usual }),
    power,
    ghosts,
    untilStop: training.length,
  };
}

/** The same at all grid steps of other intervals of the same consumers: nothing is fitted to them. */
export function voltagesAt(
  input: FleetInput,
  intervals: AreaIntervals,
  model: { readonly ports: readonly Port[]; readonly usual: Float64Array },
): AreaVoltages {
  const { ports, usual } = model;
  const { windowFrom, windowTo } = intervals;
  const step = Int32Array.from({ length: windowTo - windowFrom }, (_, r) => windowFrom + 1 + r);
  const rows = rowsAt(input, intervals, ports, step);
  const portsOf = byConsumer(ports, intervals.consumers.length);
  const { channels, buses, power, stepHours } = rows;
  return {
    step,
    stepHours,
    data: { rows: step.length, training: step.length, buses, channels },
    ports,
    portsOf,
    usual,
    total: totalCurrents({ ...rows, portsOf, usual }),
    power,
    ghosts: new Map(),
    untilStop: step.length,
  };
}

function supplyWithVoltages(input: FleetInput, intervals: AreaIntervals): MeterSeries | undefined {
  return intervals.supplyMeters
    .map((index) => meterOf(input, index))
    .find((meter) => meter.voltages.length > 0);
}

function voltageOf(input: FleetInput, intervals: AreaIntervals, port: Port): Float64Array {
  const meter = intervals.consumers[port.consumer]?.meter ?? -1;
  return meterOf(input, meter).voltages[port.voltage] as Float64Array;
}

/** Ports of each consumer. */
function byConsumer(ports: readonly Port[], consumers: number): number[][] {
  const portsOf = Array.from({ length: consumers }, (): number[] => []);
  ports.forEach(({ consumer }, port) => portsOf[consumer]?.push(port));
  return portsOf;
}

interface Rows {
  readonly channels: readonly Float64Array[];
  readonly buses: readonly Float64Array[];
  readonly power: Float64Array[];
  readonly stepHours: number;
  readonly pick: (values: Float64Array) => Float64Array;
}

function rowsAt(
  input: FleetInput,
  intervals: AreaIntervals,
  ports: readonly Port[],
  step: Int32Array,
): Rows {
  const pick = (values: Float64Array): Float64Array => {
    const out = new Float64Array(step.length);
    for (let r = 0; r < out.length; r++) out[r] = values[step[r] as number] as number;
    return out;
  };
  const stepHours = input.grid.stepUs / 3.6e9;
  return {
    pick,
    stepHours,
    channels: ports.map((port) => pick(voltageOf(input, intervals, port))),
    buses: (supplyWithVoltages(input, intervals)?.voltages ?? []).map((values) =>
      pick(held(values)),
    ),
    power: intervals.consumers.map((consumer) =>
      pick(stepEnergies(meterOf(input, consumer.meter), consumer)).map(
        (value) => value / stepHours,
      ),
    ),
  };
}

/** Load over mean voltage of the consumer's ports, of a bus where it has none; a missing voltage counts as its usual one. A. */
function totalCurrents({
  power,
  channels,
  buses,
  portsOf,
  usual,
}: Rows & {
  readonly portsOf: readonly (readonly number[])[];
  readonly usual: Float64Array;
}): Float64Array[] {
  return power.map((kilowatts, i) => {
    const own = portsOf[i] as readonly number[];
    if (own.length === 0)
      return kilowatts.map((value, r) => (1000 * value) / at(buses[0] as Float64Array, r));
    const volts = new Float64Array(kilowatts.length);
    for (const port of own) {
      const values = channels[port] as Float64Array;
      for (let r = 0; r < volts.length; r++) {
        const measured = values[r] as number;
        volts[r] =
          (volts[r] as number) +
          (Number.isFinite(measured) ? measured : at(usual, port)) / own.length;
      }
    }
    return kilowatts.map((value, r) => (1000 * value) / (volts[r] as number));
  });
}

/** Loads behind the stopped meters, each from the voltages and the loads of meters that run. */
function ghostLoads(rows: {
  readonly step: Int32Array;
  readonly training: number;
  readonly voltages: readonly Float64Array[];
  readonly power: readonly Float64Array[];
  /** Grid point of the stop, by consumer. */
  readonly stoppedAt: ReadonlyMap<number, number>;
}): Map<number, GhostLoad> {
  const { step, training, voltages, power, stoppedAt } = rows;
  const running = power.filter((_, i) => !stoppedAt.has(i));
  const ghosts = new Map<number, GhostLoad>();
  for (const [i, stop] of stoppedAt) {
    // Too little before the stop: the training reaches past it, where the register shows nothing.
    if (training === 0 || at(step, training - 1) > stop) continue;
    const ghost = predictGhost({
      features: [...voltages, ...running],
      target: power[i] as Float64Array,
      training,
      measured: Uint8Array.from(step, (k) => (k <= stop ? 1 : 0)),
    });
    if (ghost !== undefined) ghosts.set(i, ghost);
  }
  return ghosts;
}

/** Sums over the steps of each interval of the balance. */
export function perInterval(
  area: AreaVoltages,
  intervals: AreaIntervals,
  values: Float64Array,
): Float64Array {
  const byStep = new Float64Array(intervals.windowTo + 1);
  for (let r = 0; r < values.length; r++) byStep[area.step[r] as number] = values[r] as number;
  return sumOfSteps(byStep, intervals);
}

/** 1 at the grid points at which any of the series has no value. */
function missingAt(series: readonly Float64Array[]): Uint8Array {
  const missing = new Uint8Array(series[0]?.length ?? 0);
  for (const values of series)
    for (let k = 0; k < missing.length; k++) if (!Number.isFinite(values[k])) missing[k] = 1;
  return missing;
}

/** The last value where one is missing: such rows are in no fit, and count only for channels that have their voltage. */
function held(values: Float64Array): Float64Array {
  const out = Float64Array.from(values);
  let last = out.find((value) => Number.isFinite(value)) ?? 0;
  for (let k = 0; k < out.length; k++) {
    if (Number.isFinite(at(out, k))) last = at(out, k);
    else out[k] = last;
  }
  return out;
}

/** Energy of each grid step, kW.h, a hole in the register spread evenly: only the loss is formed from it, never the balance. */
function stepEnergies(meter: MeterSeries, consumer: Consumer): Float64Array {
  const out = new Float64Array(meter.importRegister.length);
  const exported = meter.exportRegister;
  let last = -1;
  let before = 0;
  for (let k = consumer.memberFrom; k <= consumer.memberTo; k++) {
    const counter =
      (meter.importRegister[k] as number) - (exported === undefined ? 0 : (exported[k] as number));
    if (!Number.isFinite(counter)) continue;
    if (last >= 0) {
      const each = (counter - before) / (k - last);
      // a counter that was reset or replaced says nothing of the load
      if (each >= 0 || exported !== undefined) out.fill(each, last + 1, k + 1);
    }
    last = k;
    before = counter;
  }
  return out;
}

function finiteShare(values: Float64Array, from: number, to: number): number {
  let count = 0;
  for (let k = from; k <= to; k++) if (Number.isFinite(values[k])) count++;
  return to < from ? 0 : count / (to - from + 1);
}
