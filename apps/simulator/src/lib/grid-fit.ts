import { type AreaNetwork, buildAreaNetwork, type NetworkOptions } from './feeder.ts';
import type { LoadBuffer } from './load-buffer.ts';
import { createFlowState, type Network, solveFlow, UnsettledFlowError } from './power-flow.ts';

/** What each phase of an electronic meter takes for itself, W; it is taken before the meter counts (IEC 62053-21: at most 2 W). */
export const METER_SELF_WATTS = 0.9;
const TRIAL_SOURCE_VOLTS = 233;

export interface FitOptions {
  readonly seed: number;
  readonly area: number;
  readonly phases: readonly (1 | 3)[];
  readonly network?: NetworkOptions;
  /** Loss over supply that the mains are stretched to. */
  readonly targetLoss: number;
  /** No mains that let any meter see less, V. */
  readonly lowestVolts: number;
  /** Bounds of the stretching. */
  readonly scales: readonly [shortest: number, longest: number];
  /** Loss and drop are nearly linear in the length: one step, and as many more as wanted. */
  readonly refinements: number;
  /** Every how many steps of the trial loads are solved. */
  readonly stride: number;
}

interface Trial {
  readonly scale: number;
  /** Over the energy supplied. */
  readonly loss: number;
  /** Lowest voltage of any meter, V. */
  readonly lowest: number;
}

/** Of what is tried where lines are too long for their loads; trials from 0.5 and from 1 never meet. */
const SHORTER = 0.7;
const SHORTEST = 0.05;

/** The network whose spans between poles are stretched so that the loss of the trial loads comes near the target. */
export function fitNetwork(loads: LoadBuffer, options: FitOptions): AreaNetwork {
  const peakWatts = peakOf(loads);
  const build = (mainLengthScale: number): AreaNetwork =>
    buildAreaNetwork(options.seed, options.area, options.phases, {
      ...options.network,
      peakWatts,
      mainLengthScale,
    });
  const trial = (scale: number): Trial => {
    try {
      return { scale, ...tryNetwork(build(scale).network, loads, options.stride) };
    } catch (error) {
      if (!(error instanceof UnsettledFlowError) || scale < SHORTEST) throw error;
      return trial(scale * SHORTER);
    }
  };
  let before = trial(0.5);
  let after = trial(1);
  let scale = nextScale(before, after, options);
  for (let round = 0; round < options.refinements; round += 1) {
    if (Math.abs(scale / after.scale - 1) < 0.01) break;
    before = after;
    after = trial(scale);
    scale = nextScale(before, after, options);
  }
  return build(scale);
}

/** Secant for the loss, unless the voltage asks for shorter mains (service cables keep their length). */
function nextScale(before: Trial, after: Trial, options: FitOptions): number {
  const step = after.scale - before.scale;
  const forLoss =
    before.scale + (step * (options.targetLoss - before.loss)) / (after.loss - before.loss);
  const drop = (result: Trial): number => TRIAL_SOURCE_VOLTS - result.lowest;
  const room = TRIAL_SOURCE_VOLTS - options.lowestVolts;
  const forVolts = before.scale + (step * (room - drop(before))) / (drop(after) - drop(before));
  return Math.max(options.scales[0], Math.min(options.scales[1], forLoss, forVolts));
}

function peakOf(buffer: LoadBuffer): number {
  const ports = buffer.active.length / buffer.steps;
  let peak = 0;
  for (let step = 0; step < buffer.steps; step += 1) {
    let sum = 0;
    for (let port = 0; port < ports; port += 1)
      sum += buffer.active[port * buffer.steps + step] ?? 0;
    if (sum > peak) peak = sum;
  }
  return peak;
}

/** Every so many steps, at a constant source. */
function tryNetwork(network: Network, buffer: LoadBuffer, stride: number): Omit<Trial, 'scale'> {
  const state = createFlowState(network);
  const sourceVolts: [number, number, number] = [
    TRIAL_SOURCE_VOLTS,
    TRIAL_SOURCE_VOLTS,
    TRIAL_SOURCE_VOLTS,
  ];
  const request = {
    activePower: buffer.active,
    reactivePower: buffer.reactive,
    stride: buffer.steps,
    offset: 0,
    sourceVolts,
    resistanceScale: 1.08,
  };
  let loss = 0;
  let supplied = 0;
  let lowest = TRIAL_SOURCE_VOLTS;
  for (let step = 0; step < buffer.steps; step += stride) {
    request.offset = step;
    solveFlow(network, state, request);
    loss += state.loss + network.portPhase.length * METER_SELF_WATTS;
    supplied += state.busPower;
    for (let port = 0; port < state.terminalRe.length; port += 1)
      lowest = Math.min(
        lowest,
        Math.hypot(state.terminalRe[port] ?? 0, state.terminalIm[port] ?? 0),
      );
  }
  return { loss: loss / supplied, lowest };
}
