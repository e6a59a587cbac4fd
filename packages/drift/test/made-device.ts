import { at } from '@verimeter/statistics';
import type { DeviceSeries, PerPhase } from '../src/lib/self-consistency/device-series.ts';
import { bellSequence, sequence } from './sequence.ts';

export const STEP_US = 900e6;
export const PER_DAY = 96;
export const AT_US: number = Date.UTC(2026, 9, 5) * 1000; // a Monday
/** Steps of the load in one interval. */
const INSIDE = 5;

export interface MadeDevice {
  readonly days?: number;
  readonly phases?: 1 | 3;
  readonly seed?: number;
  /** Whether V, I, P and the power factor are samples at the grid point; default: means of the interval. */
  readonly samples?: boolean;
  /** A: step of the currents. */
  readonly ampereStep?: number;
  /** Share of points without readings. */
  readonly missing?: number;
  /** W of a phase at a step of three minutes, in place of the usual load. */
  readonly load?: (phase: number, step: number) => number;
}

/** What flows at a step of three minutes. */
interface Step {
  readonly volts: readonly number[];
  readonly watts: readonly number[];
  readonly factor: readonly number[];
}

const NOTHING: Step = { volts: [], watts: [], factor: [] };

/** A meter in order, with loads that come and go, motors among them. */
export function madeDevice(options: MadeDevice = {}): DeviceSeries {
  const { days = 28, phases = 1, seed = 1, samples = false, ampereStep = 0.01 } = options;
  const count = days * PER_DAY + 1;
  const steps = flow(options, count * INSIDE, phases, seed);
  const gone = Array.from(uniform(count, seed + 50), (value) => value < (options.missing ?? 0));
  const of = (value: (step: Step) => number, resolution: number): Float64Array =>
    Float64Array.from({ length: count }, (_, k) => {
      if (gone[k] === true) return NaN;
      let sum = 0;
      for (let inside = samples ? INSIDE - 1 : 0; inside < INSIDE; inside++)
        sum += value(steps[k * INSIDE + inside] ?? NOTHING) / (samples ? 1 : INSIDE);
      return Math.round(sum / resolution) * resolution;
    });
  const register = new Float64Array(count);
  let energy = 1000;
  for (let k = 0; k < count; k++) {
    for (let inside = 0; inside < INSIDE; inside++)
      energy += total(steps[k * INSIDE + inside] ?? NOTHING) * (0.05 / 1000);
    register[k] = gone[k] === true ? NaN : Math.floor(energy * 1000) / 1000;
  }
  const slots = (kind: (step: Step, phase: number) => number, resolution: number): PerPhase => {
    const one = (phase: number): Float64Array | undefined =>
      phase < phases ? of((step) => kind(step, phase), resolution) : undefined;
    return [one(0), one(1), one(2)];
  };
  return {
    deviceId: 'm',
    grid: { startUs: AT_US, stepUs: STEP_US, count },
    importRegister: register,
    activePower: of(total, 1),
    powerFactor: of((step) => {
      const apparent = step.volts.reduce((sum, volts, p) => sum + volts * amperes(step, p), 0);
      return apparent > 0 ? total(step) / apparent : 1;
    }, 0.001),
    voltages: slots((step, phase) => at(step.volts, phase), 0.1),
    currents: slots(amperes, ampereStep),
    neutralCurrent: of(neutral, ampereStep),
  };
}

const total = (step: Step): number => step.watts.reduce((sum, watts) => sum + watts, 0);
const amperes = (step: Step, phase: number): number =>
  at(step.watts, phase) / at(step.volts, phase) / at(step.factor, phase);

/** Magnitude of the sum of the phase currents, each behind its own voltage by the angle of its load. */
function neutral(step: Step): number {
  let re = 0;
  let im = 0;
  for (const [phase] of step.watts.entries()) {
    const angle = (-2 * Math.PI * phase) / 3 - Math.acos(at(step.factor, phase));
    re += amperes(step, phase) * Math.cos(angle);
    im += amperes(step, phase) * Math.sin(angle);
  }
  return Math.hypot(re, im);
}

function flow(options: MadeDevice, length: number, phases: number, seed: number): Step[] {
  const wander = bellSequence(length, seed);
  const chance = uniform(length * phases, seed + 1);
  const sizes = uniform(length * phases, seed + 2);
  const appliance = Array.from({ length: phases }, () => ({ left: 0, watts: 0, factor: 1 }));
  return Array.from({ length }, (_, step): Step => {
    const hour = (step / 20) % 24;
    const busy = hour > 6 && hour < 23 ? 0.03 : 0.004;
    const motor = step % 11 < 4 ? 90 : 0; // a refrigerator
    const own = Array.from({ length: phases }, (_unused, phase) => {
      const running = appliance[phase] ?? { left: 0, watts: 0, factor: 1 };
      const draw = at(chance, step * phases + phase);
      if (running.left > 0) running.left--;
      else if (draw < busy) {
        running.left = 1 + Math.floor(draw * 400);
        running.watts = 200 + 1800 * at(sizes, step * phases + phase);
        running.factor = draw < busy / 3 ? 0.75 : 1;
      }
      const on = running.left > 0;
      return { watts: 30 + motor + (on ? running.watts : 0), factor: on ? running.factor : 0.85 };
    });
    const watts = own.map((load, phase) => options.load?.(phase, step) ?? load.watts);
    return {
      volts: own.map((_load, phase) => 231 + at(wander, step) - at(watts, phase) / 700),
      watts,
      factor: own.map((load) => load.factor),
    };
  });
}

const uniform = (n: number, seed: number): Float64Array =>
  sequence(n, 7919 * seed).map((value) => (value + 1) / 2);

/** A series from a point on, as it is shown. */
export const from = (
  series: Float64Array | undefined,
  first: number,
  shown: (value: number, k: number) => number,
): Float64Array =>
  Float64Array.from(series ?? [], (value, k) => (k < first ? value : shown(value, k)));
