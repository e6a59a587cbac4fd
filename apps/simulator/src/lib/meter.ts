import { INTERVALS_PER_DAY } from './calendar.ts';
import type { TrueFlow } from './area-flow.ts';
import { randomStream, STREAM } from './random.ts';

/** A meter as it is: what separates its readings from the truth. */
export interface MeterNature {
  readonly key: number;
  /** Ratio; constant part of e = (indicated - actual) / actual. */
  readonly baseError: number;
  /** s; positive: the clock is ahead, so the register stamped t was read this much before t. */
  readonly clockError: number;
  /** Ratio, one per phase. */
  readonly voltageErrors: readonly number[];
  /** Counter at the origin and its step, kW.h. */
  readonly registerStart: number;
  readonly quantum: number;
}

export type MeterFault =
  | { readonly kind: 'step'; readonly size: number; readonly sinceDay: number }
  /** Grows evenly from `sinceDay` and keeps its size from `untilDay` on. */
  | {
      readonly kind: 'ramp';
      readonly size: number;
      readonly sinceDay: number;
      readonly untilDay: number;
    }
  | { readonly kind: 'stopped'; readonly sinceDay: number };

export interface MeterReadings {
  /** Counter at grid point k, kW.h, NaN where the reading is missing. */
  readonly register: Float64Array;
  /** The same for energy fed back; only of meters whose flow tells it. Both directions have the same error. */
  readonly exportRegister?: Float64Array;
  /** V, mean of the interval that ends at k, NaN where the reading is missing. */
  readonly voltages: readonly Float64Array[];
  /** W the meter shows, mean of the interval that ends at k; for its display between registers. */
  readonly power: Float32Array;
}

/** Drift (ratio) of a fault at a time in days since the origin. */
export function driftAt(fault: MeterFault | undefined, day: number): number {
  if (fault === undefined || fault.kind === 'stopped') return 0;
  if (fault.kind === 'step') return day >= fault.sinceDay ? fault.size : 0;
  const share = (day - fault.sinceDay) / (fault.untilDay - fault.sinceDay);
  return fault.size * Math.min(1, Math.max(0, share));
}

/** How readings are taken and how many of them arrive. */
export interface ReadingRules {
  /** Chance of a reading to be lost by itself, and of a day to lose some hours on end. */
  readonly lost: { readonly single: number; readonly hours: number };
  /** Voltages are rounded to 1 / this. */
  readonly stepsPerVolt: number;
  /** V behind the static error; default the means of the flow. No arrays: the meter sends no voltages. */
  readonly volts?: readonly Float64Array[];
}

const CITY_RULES: ReadingRules = { lost: { single: 0.003, hours: 0.006 }, stepsPerVolt: 10 };

/** What the meter sends of a flow. */
// oxlint-disable-next-line max-params
export function readMeter(
  seed: number,
  meter: MeterNature,
  flow: TrueFlow,
  fault: MeterFault | undefined,
  rules: ReadingRules = CITY_RULES,
): MeterReadings {
  const count = flow.energy.length;
  const register = new Float64Array(count);
  const volts = rules.volts ?? flow.voltages;
  const voltages = volts.map(() => new Float64Array(count));
  const power = new Float32Array(count);
  const missing = missingReadings(seed, meter.key, count, rules.lost);
  const shiftHours = -meter.clockError / 3600;
  const { exported } = flow;
  const exportRegister = exported === undefined ? undefined : new Float64Array(count);
  let counter = meter.registerStart;
  let exportCounter = meter.registerStart / 3;
  let frozen = Number.NaN;
  for (let k = 0; k < count; k += 1) {
    const day = (k - 0.5) / INTERVALS_PER_DAY;
    const gain = 1 + meter.baseError + driftAt(fault, day);
    if (k > 0) counter += (flow.energy[k] ?? 0) * gain;
    const watts = (shiftHours < 0 ? flow.before[k] : flow.after[k]) ?? 0;
    power[k] = 4000 * (flow.energy[k] ?? 0) * gain;
    let shown = counter + (shiftHours * Math.max(0, watts) * gain) / 1000;
    if (exported !== undefined && exportRegister !== undefined) {
      if (k > 0) exportCounter += (exported[k] ?? 0) * gain;
      const shownExport = exportCounter + (shiftHours * Math.max(0, -watts) * gain) / 1000;
      exportRegister[k] = missing[k] === 1 ? Number.NaN : quantise(shownExport, meter.quantum);
    }
    if (fault?.kind === 'stopped' && k >= fault.sinceDay * INTERVALS_PER_DAY) {
      if (Number.isNaN(frozen)) frozen = shown;
      shown = frozen;
      power[k] = 0;
    }
    register[k] = missing[k] === 1 ? Number.NaN : quantise(shown, meter.quantum);
    voltages.forEach((series, phase) => {
      const shownVolts = (volts[phase]?.[k] ?? 0) * (1 + (meter.voltageErrors[phase] ?? 0));
      series[k] =
        missing[k] === 1
          ? Number.NaN
          : Math.round(shownVolts * rules.stepsPerVolt) / rules.stepsPerVolt;
    });
  }
  return { register, ...(exportRegister === undefined ? {} : { exportRegister }), voltages, power };
}

/** A counter shows whole quanta; rounding only removes binary dust behind the sixth decimal. */
function quantise(value: number, quantum: number): number {
  return Math.round(Math.floor(value / quantum + 1e-9) * quantum * 1e6) / 1e6;
}

/** 1 where a reading never arrived: single ones, and now and then some hours on end. */
function missingReadings(
  seed: number,
  key: number,
  count: number,
  lost: ReadingRules['lost'],
): Uint8Array {
  const missing = new Uint8Array(count);
  for (let day = 0; day * INTERVALS_PER_DAY < count; day += 1) {
    const random = randomStream(seed, STREAM.gap, key, day);
    const first = day * INTERVALS_PER_DAY;
    for (let k = 0; k < INTERVALS_PER_DAY; k += 1)
      if (random.chance(lost.single)) mark(missing, first + k, 1);
    if (random.chance(lost.hours)) {
      const length = random.integer(3, 16);
      mark(missing, first + random.integer(0, INTERVALS_PER_DAY - 1 - length), length);
    }
  }
  return missing;
}

function mark(missing: Uint8Array, from: number, length: number): void {
  missing.fill(1, Math.min(from, missing.length), Math.min(from + length, missing.length));
}
