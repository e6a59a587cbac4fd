import { STEPS_PER_INTERVAL } from './calendar.ts';
import type { LoadBuffer } from './load-buffer.ts';
import { type FlowState, takenShare } from './power-flow.ts';

/** A quantity at grid point k: mean of the interval that ends there, and the value of the step just before it. */
export interface MeanAndSample {
  readonly mean: Float64Array;
  readonly sample: Float64Array;
}

/** Currents and powers at one metering point; one entry per phase. */
export interface ElectricalFlow {
  /** W; negative: fed back. */
  readonly watts: readonly MeanAndSample[];
  /** A, magnitudes. */
  readonly amperes: readonly MeanAndSample[];
  /** A, magnitude of the sum of the phase currents. */
  readonly neutral: MeanAndSample;
  /** Active over apparent power, of all phases. */
  readonly factor: MeanAndSample;
}

export function createElectricalFlow(phases: number, count: number): ElectricalFlow {
  const pair = (): MeanAndSample => ({
    mean: new Float64Array(count),
    sample: new Float64Array(count),
  });
  return {
    watts: Array.from({ length: phases }, pair),
    amperes: Array.from({ length: phases }, pair),
    neutral: pair(),
    factor: pair(),
  };
}

interface Step {
  readonly step: number;
  readonly k: number;
  readonly inside: number;
}

/** Adds a step of a customer's ports, from `first` on. */
export function addElectrical(
  flow: ElectricalFlow,
  state: FlowState,
  loads: LoadBuffer,
  first: number,
  at: Step,
): void {
  let re = 0;
  let im = 0;
  let active = 0;
  let apparent = 0;
  flow.watts.forEach((watts, phase) => {
    const port = first + phase;
    const own = (loads.active[port * loads.steps + at.step] ?? 0) * takenShare(state, port);
    const currentRe = state.loadRe[port] ?? 0;
    const currentIm = state.loadIm[port] ?? 0;
    const amperes = Math.hypot(currentRe, currentIm);
    const volts = Math.hypot(state.terminalRe[port] ?? 0, state.terminalIm[port] ?? 0);
    re += currentRe;
    im += currentIm;
    active += own;
    apparent += volts * amperes;
    add(watts, own, at);
    const series = flow.amperes[phase];
    if (series !== undefined) add(series, amperes, at);
  });
  add(flow.neutral, Math.hypot(re, im), at);
  add(flow.factor, apparent > 0 ? Math.abs(active) / apparent : 1, at);
}

function add({ mean, sample }: MeanAndSample, value: number, { k, inside }: Step): void {
  if (k >= mean.length) return;
  mean[k] = (mean[k] ?? 0) + value / STEPS_PER_INTERVAL;
  if (inside === STEPS_PER_INTERVAL - 1) sample[k] = value;
}
