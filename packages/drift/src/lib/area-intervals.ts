import { at } from '@verimeter/statistics';
import { registerQuantum } from './register-quantum.ts';
import { smoothEnergies } from './register-smoothing.ts';
import type { AreaInput, FleetInput, MeterSeries } from './fleet-types.ts';

/** A longer hole leaves its interval out of the balance: its shape is lost, and voltages cannot be averaged over it. */
const MAX_MERGED_US = 12 * 3600 * 1e6;
/** Increments from which a register's quantum is told. */
export const QUANTUM_READINGS = 300;
const DAY_US = 86_400 * 1e6;

/** One consumer of an area on the area's merged intervals. */
export interface Consumer {
  /** Index into `FleetInput.meters`. */
  readonly meter: number;
  readonly feeder: string | undefined;
  /** Net energy (import - export) per interval, kW.h, rounding smoothed; zero while not a member. */
  readonly energy: Float64Array;
  /** Grid points between which the meter belongs to the area, both included. */
  readonly memberFrom: number;
  readonly memberTo: number;
  /** First interval that counts for the meter's own error (own verification, swap or membership). */
  readonly countsFrom: number;
}

/** The balance of an area: intervals between instants at which every member has a reading. */
export interface AreaIntervals {
  readonly consumers: readonly Consumer[];
  readonly supplyMeters: readonly number[];
  /** Net energy into the area, kW.h. */
  readonly supply: Float64Array;
  /** Grid points that bound interval k: (from[k], to[k]]. */
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly hours: Float64Array;
  /** Days since the first kept interval, by start of the interval. */
  readonly day: Int32Array;
  readonly days: number;
  /** Share of the window's time that kept intervals cover. */
  readonly completeness: number;
  readonly count: number;
  /** Grid points from the first to as-of at which the area has a supply reading span. */
  readonly windowFrom: number;
  readonly windowTo: number;
}

interface Active {
  readonly meter: number;
  readonly sign: number;
  readonly fromUs: number;
  readonly toUs: number;
  readonly feeder: string | undefined;
}

function gridIndexAtOrBefore(input: FleetInput, us: number): number {
  return Math.min(input.grid.count - 1, Math.floor((us - input.grid.startUs) / input.grid.stepUs));
}

function present(meter: MeterSeries, k: number): boolean {
  const exported = meter.exportRegister;
  return (
    Number.isFinite(meter.importRegister[k]) &&
    (exported === undefined || Number.isFinite(exported[k]))
  );
}

/** Import minus export between two grid points; undefined where a register ran backwards. */
function netEnergy(meter: MeterSeries, from: number, to: number): number | undefined {
  const imported = (meter.importRegister[to] as number) - (meter.importRegister[from] as number);
  if (imported < 0) return undefined;
  const exported = meter.exportRegister;
  if (exported === undefined) return imported;
  const out = (exported[to] as number) - (exported[from] as number);
  return out < 0 ? undefined : imported - out;
}

/** First grid point at which the meter's own error is estimated. */
function countsFromUs(member: Active, meter: MeterSeries): number {
  return Math.max(member.fromUs, meter.validFromUs ?? -Infinity);
}

/**
 * Merges registers to intervals at whose ends every member in force has a reading; nothing is interpolated. `excluded` are
 * meters taken out of the balance, `joined` meters taken in as consumers. `quantumOf`: steps of registers that were found before.
 */
export function formIntervals(
  input: FleetInput,
  area: AreaInput,
  excluded: ReadonlySet<number>,
  joined: readonly number[],
  quantumOf: (meter: number) => number = (meter) =>
    registerQuantum(meterOf(input, meter), QUANTUM_READINGS),
): AreaIntervals {
  const { startUs, stepUs } = input.grid;
  const members: Active[] = area.members
    .filter((member) => !excluded.has(member.meter))
    .map((member) => ({
      meter: member.meter,
      sign: member.role === 'supply' ? 1 : member.role === 'supply_out' ? -1 : 0,
      fromUs: member.fromUs,
      toUs: member.toUs,
      feeder: member.feeder,
    }));
  for (const meter of joined)
    members.push({ meter, sign: 0, fromUs: -Infinity, toUs: Infinity, feeder: undefined });
  const windowTo = gridIndexAtOrBefore(input, area.asOfUs);
  const supplies = members.filter((member) => member.sign !== 0);
  const loads = members.filter((member) => member.sign === 0);
  let windowFrom = 0;
  while (
    windowFrom < windowTo &&
    !supplies.some((member) => present(meterOf(input, member.meter), windowFrom))
  )
    windowFrom++;

  const points: number[] = [];
  for (let k = windowFrom; k <= windowTo; k++) {
    const us = startUs + k * stepUs;
    let complete = true;
    for (let m = 0; m < members.length && complete; m++) {
      const member = members[m] as Active;
      if (us < member.fromUs || us > member.toUs) continue;
      complete = present(meterOf(input, member.meter), k);
    }
    if (complete) points.push(k);
  }

  const from: number[] = [];
  const to: number[] = [];
  const supplied = new Float64Array(points.length);
  const energies = loads.map(() => new Float64Array(points.length));
  let covered = 0;
  for (let p = 1; p < points.length; p++) {
    const a = points[p - 1] as number;
    const b = points[p] as number;
    if ((b - a) * stepUs > MAX_MERGED_US) continue;
    const span = { a, b, startUs: startUs + a * stepUs, endUs: startUs + b * stepUs };
    const k = from.length;
    let sum = 0;
    let usable = true;
    for (let m = 0; m < supplies.length && usable; m++) {
      const supply = supplies[m] as Active;
      const energy = memberEnergy(input, supply, span);
      usable = energy !== undefined;
      sum += supply.sign * (energy ?? 0);
    }
    for (let m = 0; m < loads.length && usable; m++) {
      const energy = memberEnergy(input, loads[m] as Active, span);
      usable = energy !== undefined;
      (energies[m] as Float64Array)[k] = energy ?? 0;
    }
    if (!usable) continue;
    supplied[k] = sum;
    covered += b - a;
    from.push(a);
    to.push(b);
  }
  const count = from.length;
  const startDay = count === 0 ? 0 : Math.floor((startUs + at(from, 0) * stepUs) / DAY_US);
  const day = Int32Array.from(from, (k) => Math.floor((startUs + k * stepUs) / DAY_US) - startDay);
  return {
    consumers: loads.map((member, index) => {
      const counts = countsFromUs(member, meterOf(input, member.meter));
      let first = 0;
      while (first < count && startUs + at(from, first) * stepUs < counts) first++;
      return {
        meter: member.meter,
        feeder: member.feeder,
        energy: smoothEnergies(
          (energies[index] as Float64Array).slice(0, count),
          quantumOf(member.meter),
        ),
        memberFrom: Math.max(windowFrom, Math.ceil((member.fromUs - startUs) / stepUs)),
        memberTo: Math.min(windowTo, Math.floor((member.toUs - startUs) / stepUs)),
        countsFrom: first,
      };
    }),
    supplyMeters: supplies.map((member) => member.meter),
    supply: supplied.slice(0, count),
    from: Int32Array.from(from),
    to: Int32Array.from(to),
    hours: Float64Array.from(from, (a, index) => ((at(to, index) - a) * stepUs) / 3.6e9),
    day,
    days: count === 0 ? 0 : at(day, count - 1) + 1,
    completeness: windowTo > windowFrom ? covered / (windowTo - windowFrom) : 0,
    count,
    windowFrom,
    windowTo,
  };
}

/** Undefined where a register ran backwards or the membership began or ended inside. */
function memberEnergy(
  input: FleetInput,
  member: Active,
  span: { a: number; b: number; startUs: number; endUs: number },
): number | undefined {
  const out = span.endUs <= member.fromUs || span.startUs >= member.toUs;
  if (out) return 0;
  if (span.startUs < member.fromUs || span.endUs > member.toUs) return undefined;
  return netEnergy(meterOf(input, member.meter), span.a, span.b);
}

export function meterOf(input: FleetInput, index: number): MeterSeries {
  return input.meters[index] as MeterSeries;
}

/** Hours. */
export function shortestInterval({ hours }: AreaIntervals): number {
  return hours.reduce((a, b) => Math.min(a, b), Infinity);
}

/** Per interval the sum of a series of grid steps, each step named by the grid point that ends it. */
export function sumOfSteps(series: Float64Array, { from, to }: AreaIntervals): Float64Array {
  return Float64Array.from(from, (start, t) => {
    let sum = 0;
    for (let k = start + 1; k <= (to[t] as number); k++) sum += series[k] as number;
    return sum;
  });
}
