import { STEP_HOURS, STEPS_PER_INTERVAL } from './calendar.ts';
import { addElectrical, createElectricalFlow, type ElectricalFlow } from './electrical-flow.ts';
import type { AreaNetwork } from './feeder.ts';
import { METER_SELF_WATTS } from './grid-fit.ts';
import type { LoadBuffer } from './load-buffer.ts';
import {
  createFlowState,
  type FlowState,
  type Network,
  solveFlow,
  takenShare,
} from './power-flow.ts';
import type { Source } from './source-voltage.ts';

/** What passes one metering point, before any meter error. Index k is grid point k = 0 .. T. */
export interface TrueFlow {
  /** kW.h of the interval that ends at grid point k. */
  readonly energy: Float64Array;
  /** kW.h fed back in the same interval; only where it was asked for. Then `energy` is what was drawn, else the net. */
  readonly exported?: Float64Array;
  /** W in the power-flow step just before and just after grid point k. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** V, mean of the magnitudes over the interval that ends at k; one array per phase. */
  readonly voltages: readonly Float64Array[];
  /** V, the magnitude in the power-flow step just before k; only where it was asked for. */
  readonly samples?: readonly Float64Array[];
  /** Currents and powers per phase; only where they were asked for, of customers. */
  readonly electrical?: ElectricalFlow;
}

export interface AreaSimulation {
  readonly customers: readonly TrueFlow[];
  readonly bus: TrueFlow;
  /** kW.h per interval: heat of the conductors and what the meters take for themselves. */
  readonly loss: Float64Array;
  readonly network: AreaNetwork;
}

/** Solves every step of the loads and adds it up per interval. */
export function flowThrough(
  network: AreaNetwork,
  loads: LoadBuffer,
  source: Source,
  options: {
    readonly count: number;
    readonly samples?: boolean;
    /** Tells what is fed back from what is drawn. */
    readonly exports?: boolean;
    /** Records currents and powers of the customers. */
    readonly electrical?: boolean;
  },
): AreaSimulation {
  const { count } = options;
  const ports = network.network.customerPorts;
  const state = createFlowState(network.network);
  const flows = Array.from(ports, (own) => createFlow(own, options));
  const bus = createFlow(3, { ...options, electrical: false });
  const loss = new Float64Array(count);
  const selfWatts = METER_SELF_WATTS * ports.reduce((sum, own) => sum + own, 0);
  const request = {
    activePower: loads.active,
    reactivePower: loads.reactive,
    stride: loads.steps,
    offset: 0,
    sourceVolts: source.volts,
    resistanceScale: 1,
  };
  for (let step = 0; step < loads.steps; step += 1) {
    source.advance(step);
    request.offset = step;
    request.resistanceScale = source.resistanceScale();
    solveFlow(network.network, state, request);
    record(network.network, state, loads, step, flows, bus);
    const k = Math.floor(step / STEPS_PER_INTERVAL);
    if (k < count) loss[k] = (loss[k] ?? 0) + ((state.loss + selfWatts) * STEP_HOURS) / 1000;
  }
  return { customers: flows, bus, loss, network };
}

function createFlow(
  phases: number,
  {
    count,
    samples = false,
    exports = false,
    electrical = false,
  }: Parameters<typeof flowThrough>[3],
): TrueFlow {
  const perPhase = (): Float64Array[] =>
    Array.from({ length: phases }, () => new Float64Array(count));
  return {
    energy: new Float64Array(count),
    ...(exports ? { exported: new Float64Array(count) } : {}),
    before: new Float64Array(count),
    after: new Float64Array(count),
    voltages: perPhase(),
    ...(samples ? { samples: perPhase() } : {}),
    ...(electrical ? { electrical: createElectricalFlow(phases, count) } : {}),
  };
}

/** Adds one step to the interval it lies in; grid point k ends the steps k*S .. k*S + S-1. */
function record(
  network: Network,
  state: FlowState,
  loads: LoadBuffer,
  step: number,
  flows: readonly TrueFlow[],
  bus: TrueFlow,
): void {
  const k = Math.floor(step / STEPS_PER_INTERVAL);
  const inside = step - k * STEPS_PER_INTERVAL;
  const { customerPort, customerPorts } = network;
  flows.forEach((flow, customer) => {
    const first = customerPort[customer] ?? 0;
    let watts = -METER_SELF_WATTS * (customerPorts[customer] ?? 0);
    for (let p = 0; p < (customerPorts[customer] ?? 0); p += 1) {
      const port = first + p;
      watts += (loads.active[port * loads.steps + step] ?? 0) * takenShare(state, port);
      addVoltage(flow, p, k, inside, state.terminalRe[port] ?? 0, state.terminalIm[port] ?? 0);
    }
    tally(flow, k, inside, flow.exported === undefined ? Math.max(0, watts) : watts);
    if (flow.electrical !== undefined)
      addElectrical(flow.electrical, state, loads, first, { step, k, inside });
  });
  for (let phase = 0; phase < 3; phase += 1)
    addVoltage(bus, phase, k, inside, state.voltageRe[phase] ?? 0, state.voltageIm[phase] ?? 0);
  tally(bus, k, inside, state.busPower);
}

// oxlint-disable-next-line max-params
function addVoltage(
  flow: TrueFlow,
  phase: number,
  k: number,
  inside: number,
  re: number,
  im: number,
): void {
  const series = flow.voltages[phase];
  if (series === undefined || k >= series.length) return;
  const volts = Math.sqrt(re * re + im * im);
  series[k] = (series[k] ?? 0) + volts / STEPS_PER_INTERVAL;
  const sampled = flow.samples?.[phase];
  if (sampled !== undefined && inside === STEPS_PER_INTERVAL - 1) sampled[k] = volts;
}

function tally(flow: TrueFlow, k: number, inside: number, watts: number): void {
  if (inside === 0 && k > 0) flow.after[k - 1] = watts;
  if (k >= flow.energy.length) return;
  const energy = (watts * STEP_HOURS) / 1000;
  if (flow.exported !== undefined && watts < 0) flow.exported[k] = (flow.exported[k] ?? 0) - energy;
  else flow.energy[k] = (flow.energy[k] ?? 0) + energy;
  if (inside === STEPS_PER_INTERVAL - 1) flow.before[k] = watts;
}
