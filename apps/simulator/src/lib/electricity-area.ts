import { TEMPERATURE_COEFFICIENT } from './cables.ts';
import {
  INTERVALS_PER_DAY,
  STEP_HOURS,
  STEPS_PER_DAY,
  STEPS_PER_HOUR,
  STEPS_PER_INTERVAL,
  ZONE_HOURS,
} from './calendar.ts';
import type { Customer } from './customer.ts';
import { type AreaNetwork, buildAreaNetwork } from './feeder.ts';
import { createLoadBuffer, LEAD_STEPS, type LoadBuffer, TAIL_STEPS } from './load-buffer.ts';
import { writeLoads } from './loads.ts';
import {
  createFlowState,
  type FlowState,
  type Network,
  solveFlow,
  takenShare,
} from './power-flow.ts';
import { randomStream, STREAM } from './random.ts';
import { airTemperature, type DayWeather } from './weather.ts';

/** What passes one metering point, before any meter error. Index k is grid point k = 0 .. T. */
export interface TrueFlow {
  /** kW.h of the interval that ends at grid point k. */
  readonly energy: Float64Array;
  /** W in the power-flow step just before and just after grid point k. */
  readonly before: Float64Array;
  readonly after: Float64Array;
  /** V, mean of the magnitudes over the interval that ends at k; one array per phase. */
  readonly voltages: readonly Float64Array[];
}

export interface AreaSimulation {
  readonly customers: readonly TrueFlow[];
  readonly bus: TrueFlow;
  /** kW.h per interval: heat of the conductors and what the meters take for themselves. */
  readonly loss: Float64Array;
  readonly network: AreaNetwork;
}

export interface CitySetting {
  readonly seed: number;
  readonly startMs: number;
  readonly days: number;
  readonly weather: readonly DayWeather[];
}

/** What each phase of an electronic meter takes for itself, W; it is taken before the meter counts (IEC 62053-21: at most 2 W). */
const METER_SELF_WATTS = 0.9;
const PILOT_DAYS = 7;

/** Mean W of each customer over the first week; the same however many days are built. */
export function pilotMeans(customers: readonly Customer[], city: CitySetting): number[] {
  const pilot = { ...city, days: PILOT_DAYS };
  return customers.map((customer) => {
    const buffer = createLoadBuffer(customer.phases, LEAD_STEPS + PILOT_DAYS * STEPS_PER_DAY);
    writeLoads(buffer, customer, 0, pilot);
    let sum = 0;
    for (const watts of buffer.active) sum += watts;
    return sum / buffer.steps;
  });
}

/**
 * One transformer area over all days. The spans between poles are stretched so that the loss of the first week
 * comes near `targetLoss` (ratio of the supply); everything else follows from the power flow.
 */
export function simulateArea(
  area: number,
  customers: readonly Customer[],
  targetLoss: number,
  city: CitySetting,
): AreaSimulation {
  const phases = customers.map((customer) => customer.phases);
  const pilot = fillLoads(
    customers,
    { ...city, days: PILOT_DAYS },
    LEAD_STEPS + PILOT_DAYS * STEPS_PER_DAY,
  );
  const peakWatts = peakOf(pilot);
  const mainLengthScale = fitLength(targetLoss, (scale) => {
    const options = { peakWatts, mainLengthScale: scale };
    return tryNetwork(buildAreaNetwork(city.seed, area, phases, options).network, pilot);
  });
  const network = buildAreaNetwork(city.seed, area, phases, { peakWatts, mainLengthScale });

  const count = city.days * INTERVALS_PER_DAY + 1;
  const steps = count * STEPS_PER_INTERVAL + TAIL_STEPS;
  const loads = fillLoads(customers, city, steps);
  const state = createFlowState(network.network);
  const source = createSource(area, city);
  const flows = customers.map((customer) => createFlow(count, customer.phases));
  const bus = createFlow(count, 3);
  const loss = new Float64Array(count);
  const selfWatts = METER_SELF_WATTS * customers.reduce((sum, { phases: ports }) => sum + ports, 0);
  const request = {
    activePower: loads.active,
    reactivePower: loads.reactive,
    stride: steps,
    offset: 0,
    sourceVolts: source.volts,
    resistanceScale: 1,
  };
  for (let step = 0; step < steps; step += 1) {
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

interface Trial {
  /** Over the energy supplied. */
  readonly loss: number;
  /** Lowest voltage of any meter, V. */
  readonly lowest: number;
}

/** A utility would not build mains that let the voltage fall further than this in the first week. */
const LOWEST_VOLTS = 197;
const TRIAL_SOURCE_VOLTS = 233;

/** Loss and voltage drop are nearly linear in the length of the mains (service cables keep theirs): one step each. */
function fitLength(target: number, trial: (scale: number) => Trial): number {
  const short = trial(0.5);
  const long = trial(1);
  const forLoss = 0.5 + (0.5 * (target - short.loss)) / (long.loss - short.loss);
  const drop = (result: Trial): number => TRIAL_SOURCE_VOLTS - result.lowest;
  const room = TRIAL_SOURCE_VOLTS - LOWEST_VOLTS;
  const forVolts = 0.5 + (0.5 * (room - drop(short))) / (drop(long) - drop(short));
  return Math.max(0.3, Math.min(4, forLoss, forVolts));
}

function fillLoads(customers: readonly Customer[], city: CitySetting, steps: number): LoadBuffer {
  const ports = customers.reduce((sum, customer) => sum + customer.phases, 0);
  const buffer = createLoadBuffer(ports, steps);
  let port = 0;
  for (const customer of customers) {
    writeLoads(buffer, customer, port, city);
    for (let step = 0; step < steps; step += 1) {
      const at = port * steps + step;
      buffer.active[at] = (buffer.active[at] ?? 0) + METER_SELF_WATTS;
    }
    port += customer.phases;
  }
  return buffer;
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

/** The first week, every fourth step, at a constant source. */
function tryNetwork(network: Network, buffer: LoadBuffer): Trial {
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
  for (let step = 0; step < buffer.steps; step += 4) {
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

function createFlow(count: number, phases: number): TrueFlow {
  return {
    energy: new Float64Array(count),
    before: new Float64Array(count),
    after: new Float64Array(count),
    voltages: Array.from({ length: phases }, () => new Float64Array(count)),
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
      addVoltage(flow.voltages[p], k, state.terminalRe[port] ?? 0, state.terminalIm[port] ?? 0);
    }
    tally(flow, k, inside, Math.max(0, watts));
  });
  bus.voltages.forEach((series, phase) =>
    addVoltage(series, k, state.voltageRe[phase] ?? 0, state.voltageIm[phase] ?? 0),
  );
  tally(bus, k, inside, state.busPower);
}

function addVoltage(series: Float64Array | undefined, k: number, re: number, im: number): void {
  if (series === undefined || k >= series.length) return;
  series[k] = (series[k] ?? 0) + Math.sqrt(re * re + im * im) / STEPS_PER_INTERVAL;
}

function tally(flow: TrueFlow, k: number, inside: number, watts: number): void {
  if (inside === 0 && k > 0) flow.after[k - 1] = watts;
  if (k >= flow.energy.length) return;
  flow.energy[k] = (flow.energy[k] ?? 0) + (watts * STEP_HOURS) / 1000;
  if (inside === STEPS_PER_INTERVAL - 1) flow.before[k] = watts;
}

interface Source {
  readonly volts: [number, number, number];
  advance(step: number): void;
  resistanceScale(): number;
}

/**
 * No-load voltages behind the transformer: its tap, the evening sag of the 22 kV network, a slow random part common
 * to the phases and a small one of each phase. The temperature of the conductors follows the air.
 */
function createSource(area: number, city: CitySetting): Source {
  const fixed = randomStream(city.seed, STREAM.grid, area);
  const tap = fixed.uniform(232, 239);
  const sag = fixed.uniform(0.006, 0.02);
  const volts: [number, number, number] = [tap, tap, tap];
  const unbalance: [number, number, number] = [0, 0, 0];
  let common = 0;
  let scale = 1;
  let random = randomStream(city.seed, STREAM.grid, area, -1);
  return {
    volts,
    resistanceScale: () => scale,
    advance(step) {
      const sinceOrigin = step - LEAD_STEPS;
      if (sinceOrigin % STEPS_PER_DAY === 0)
        random = randomStream(city.seed, STREAM.grid, area, sinceOrigin / STEPS_PER_DAY);
      common = 0.93 * common + 0.0013 * random.normal();
      const localHour = sinceOrigin / STEPS_PER_HOUR + ZONE_HOURS;
      const day = Math.floor(localHour / 24);
      const hour = localHour - 24 * day;
      const evening =
        Math.exp(-(((hour - 19.5) / 2.5) ** 2)) + 0.4 * Math.exp(-(((hour - 11.5) / 2) ** 2));
      for (let phase = 0; phase < 3; phase += 1) {
        const own = 0.9 * (unbalance[phase] ?? 0) + 0.0004 * random.normal();
        unbalance[phase] = own;
        volts[phase] = tap * (1 + common + own - sag * evening);
      }
      const air = airTemperature(city.weather, day, hour);
      scale = 1 + TEMPERATURE_COEFFICIENT * (air + 8 - 20);
    },
  };
}
