import { type AreaSimulation, flowThrough } from './area-flow.ts';
import { INTERVALS_PER_DAY, originMs, STEPS_PER_INTERVAL } from './calendar.ts';
import { type Customer, drawCustomer } from './customer.ts';
import { addSelfConsumption, fillLoads } from './electricity-area.ts';
import type { AreaNetwork, NetworkOptions } from './feeder.ts';
import { fitNetwork } from './grid-fit.ts';
import { createLoadBuffer, type LoadBuffer, TAIL_STEPS } from './load-buffer.ts';
import {
  driftAt,
  type MeterFault,
  type MeterNature,
  type MeterReadings,
  readMeter,
} from './meter.ts';
import { CURRENT_TRANSFORMERS } from './meter-record.ts';
import { UnsettledFlowError } from './power-flow.ts';
import { boundedNormal, randomStream, STREAM } from './random.ts';
import { phasesOfHousehold, writeSeriesLoads } from './series-loads.ts';
import { weekSequence, weeksNeeded, INTERVALS_PER_WEEK } from './series-weeks.ts';
import { createSource } from './source-voltage.ts';
import type { TrialAreaOptions } from './trial-options.ts';
import { addRoof } from './trial-solar.ts';
import { restamp } from './trial-stamps.ts';
import { onlyBetween, writeUnmetered } from './trial-unmetered.ts';
import { reportedVoltages } from './trial-voltages.ts';
import { cityWeather } from './weather.ts';

/** A Monday, 00:00 UTC: the first grid point. */
export const TRIAL_ORIGIN = '2026-10-19';

/** A meter's readings, and what only the simulator knows of it. Ratios; e = (indicated - actual) / actual. */
export interface TrialMeter extends MeterReadings {
  readonly deviceId: string;
  readonly lot: string;
  /** 0, 1, 2 */
  readonly phases: readonly number[];
  readonly feeder: number;
  readonly fault: MeterFault | undefined;
  readonly baseError: number;
  readonly clockError: number;
  readonly meanWatts: number;
}

export interface TrialArea {
  readonly startMs: number;
  readonly supply: TrialMeter;
  /** The listed customers, then the guests. */
  readonly consumers: readonly TrialMeter[];
  /** kW.h of the interval that ends at grid point k: heat of the conductors and what the meters take. */
  readonly lossKwh: Float64Array;
  readonly simulation: AreaSimulation;
}

/** e of a meter at a time in days since the origin. */
export function trialError(meter: TrialMeter, day: number): number {
  return meter.baseError + driftAt(meter.fault, day);
}

export function simulateTrialArea(options: TrialAreaOptions): TrialArea {
  const { seed, area, days } = options;
  const startMs = originMs(TRIAL_ORIGIN);
  const city = { seed, startMs, days, weather: cityWeather(seed, startMs, days) };
  const count = days * INTERVALS_PER_DAY + 1;
  const steps = count * STEPS_PER_INTERVAL + TAIL_STEPS;
  const metered = trialLoads(options, city, steps);
  changeLoads(options, metered, city);
  const { loads, phases } = withUnmetered(options, metered);
  const simulation = flowThroughLines(options, { loads, phases, steps }, (network) =>
    flowThrough(network, loads, createSource(area, city), {
      count,
      samples: options.voltages === 'instantaneous',
      exports: options.pvShare !== undefined,
      electrical: options.electrical === true,
    }),
  );
  const faults = faultsOf(options);
  return {
    startMs,
    supply: readTrialMeter(options, simulation, -1, undefined),
    consumers: metered.phases.map((_, index) =>
      readTrialMeter(options, simulation, index, faults.get(index)),
    ),
    lossKwh: simulation.loss,
    simulation,
  };
}

/**
 * Lowest voltage at any meter in the steps for which the lines are made, V. A utility would stop at about 197; losses of 4 % are found
 * where it did not. A peak between these steps may be more than such lines carry: then they are made shorter, with less loss than asked.
 */
const LOWEST_VOLTS = [150, 165, 180, 195] as const;

function flowThroughLines(
  options: TrialAreaOptions,
  { loads, phases, steps }: AreaLoads & { readonly steps: number },
  flow: (network: AreaNetwork) => AreaSimulation,
): AreaSimulation {
  let unsettled: UnsettledFlowError | undefined;
  for (const lowestVolts of LOWEST_VOLTS) {
    const network = fitNetwork(loads, {
      seed: options.seed,
      area: options.area,
      phases,
      network: networkOptions(options),
      targetLoss: options.targetLoss,
      lowestVolts,
      scales: [0.02, 12],
      refinements: 4,
      stride: Math.max(1, Math.floor(steps / 600)),
    });
    try {
      return flow(network);
    } catch (error) {
      if (!(error instanceof UnsettledFlowError)) throw error;
      unsettled = error;
    }
  }
  throw unsettled ?? new RangeError('no voltage to make the lines for');
}

function networkOptions({ meters, singlePhaseFeeders }: TrialAreaOptions): NetworkOptions {
  const many = Math.ceil(meters / 30);
  if (singlePhaseFeeders) return { singlePhaseFeeders, feeders: 3 * Math.ceil(many / 3) };
  return many > 3 ? { feeders: many } : {};
}

function trialLoads(
  options: TrialAreaOptions,
  city: Parameters<typeof fillLoads>[1],
  steps: number,
): AreaLoads {
  const { seed, area } = options;
  const count = options.meters + (options.guests ?? 0);
  const single = options.singlePhaseFeeders;
  if (options.loads.kind === 'built-in') {
    const customers = Array.from({ length: count }, (_, index) => {
      const made = options.sameMeter?.get(index) ?? { area, index };
      const customer = drawOne(seed, 1000 * (made.area + 1) + made.index, options.threePhase);
      return single ? { ...customer, phases: 1 as const } : customer;
    });
    return { loads: fillLoads(customers, city, steps), phases: customers.map((c) => c.phases) };
  }
  const { households } = options.loads;
  const ids = new Set(households.map(({ household }) => household.id));
  if (households.length !== count || ids.size !== count)
    throw new RangeError(`an area of ${count} customers needs as many different households`);
  const phases = households.map((use) => (single ? 1 : phasesOfHousehold(use)));
  const ports = phases.reduce((sum: number, own) => sum + own, 0);
  const loads = createLoadBuffer(ports, steps);
  const available = (households[0]?.household.energy.length ?? 0) / INTERVALS_PER_WEEK;
  const weeks = weekSequence(
    seed,
    area,
    weeksNeeded(Math.ceil(steps / STEPS_PER_INTERVAL)),
    available,
  );
  let first = 0;
  households.forEach((use, index) => {
    const own = phases[index] ?? 1;
    writeSeriesLoads(loads, use, { first, count: own }, { seed, area, weeks });
    first += own;
  });
  addSelfConsumption(loads);
  return { loads, phases };
}

/** The customer with a key; where three phases are asked for, the next one with these among keys that no area uses. */
function drawOne(seed: number, key: number, threePhase = false): Customer {
  for (let next = key; ; next += 1_000_003) {
    const customer = drawCustomer(seed, next);
    if (!threePhase || customer.phases === 3) return customer;
  }
}

interface AreaLoads {
  readonly loads: LoadBuffer;
  /** Phases of each customer. */
  readonly phases: readonly (1 | 3)[];
}

/** Roofs, and customers that hang on another transformer for a time. */
function changeLoads(
  options: TrialAreaOptions,
  { loads, phases }: AreaLoads,
  city: Parameters<typeof fillLoads>[1],
): void {
  const { seed, area, pvShare, fedDays } = options;
  let first = 0;
  phases.forEach((count, index) => {
    const ports = { first, count };
    first += count;
    if (pvShare !== undefined && index < options.meters)
      addRoof(loads, ports, { seed, area, index, share: pvShare }, city.weather);
    const days = fedDays?.get(index);
    if (days !== undefined) onlyBetween(loads, ports, days);
  });
}

/** The same loads and behind them those that no meter counts, on three phases each; theft on one. */
function withUnmetered(options: TrialAreaOptions, metered: AreaLoads): AreaLoads {
  const { seed, area, unmetered = [] } = options;
  if (unmetered.length === 0) return metered;
  const own = unmetered.map(({ kind }) => (kind === 'theft' ? 1 : 3));
  const { steps, active, reactive } = metered.loads;
  const before = active.length / steps;
  const loads = createLoadBuffer(
    before + own.reduce((sum: number, count) => sum + count, 0),
    steps,
  );
  loads.active.set(active);
  loads.reactive.set(reactive);
  let first = before;
  unmetered.forEach((load, index) => {
    const count = own[index] ?? 1;
    writeUnmetered(loads, load, { first, count }, { seed, area, index });
    first += count;
  });
  return { loads, phases: [...metered.phases, ...own] };
}

/** Meter -1 is the supply's. */
function readTrialMeter(
  options: TrialAreaOptions,
  simulation: AreaSimulation,
  index: number,
  fault: MeterFault | undefined,
): TrialMeter {
  const { seed, area, clockSd, gapRate } = options;
  const { network } = simulation.network;
  const isSupply = index < 0;
  const own = isSupply ? simulation.bus : simulation.customers[index];
  if (own === undefined) throw new RangeError('a meter without a customer');
  const first = network.customerPort[index] ?? 0;
  const phases = isSupply
    ? [0, 1, 2]
    : [...network.portPhase.subarray(first, first + (network.customerPorts[index] ?? 0))];
  const made = options.sameMeter?.get(index) ?? { area, index };
  const random = randomStream(seed, STREAM.trial, made.area, 4, made.index);
  const lot = random.pick(options.lots);
  const sd = isSupply ? options.supplySd : options.healthySd;
  const factor = CURRENT_TRANSFORMERS[simulation.network.transformerKva]?.factor ?? 30;
  const nature: MeterNature = {
    key: 1000 * (made.area + 1) + made.index,
    baseError: (isSupply ? 0 : lot.meanError) + boundedNormal(random, sd, 3 * sd),
    clockError: clockSd > 0 ? boundedNormal(random, clockSd, 3 * clockSd) : 0,
    voltageErrors: phases.map(() => boundedNormal(random, 0.0025, 0.005)),
    registerStart: random.uniform(300, 22_000),
    quantum: isSupply ? (options.supplyQuantum ?? factor / 1000) : options.consumerQuantum,
  };
  const readings = readMeter(seed, nature, own, fault, {
    lost: { single: gapRate, hours: 2 * gapRate },
    ...reportedVoltages(
      options.voltages,
      options.voltageResolution,
      { own, bus: simulation.bus, phases },
      [seed, area, index],
    ),
  });
  const name = isSupply ? 'SUM' : String(index + 1).padStart(4, '0');
  return {
    ...restamp(readings, options.stamps?.get(index)),
    deviceId: `E-A${String(area + 1).padStart(4, '0')}-${name}`,
    lot: isSupply ? 'supply' : `${lot.name} | ${phases.length}P`,
    phases,
    feeder: isSupply ? 0 : (simulation.network.feeder[index] ?? 0),
    fault,
    baseError: nature.baseError,
    clockError: nature.clockError,
    meanWatts: (4000 * own.energy.reduce((sum, value) => sum + value, 0)) / own.energy.length,
  };
}

function faultsOf({
  drift,
  seed,
  area,
  meters,
}: TrialAreaOptions): ReadonlyMap<number, MeterFault> {
  if (drift.kind === 'list') return drift.faults;
  const random = randomStream(seed, STREAM.trial, area, 5);
  const faults = new Map<number, MeterFault>();
  for (let index = 0; index < meters; index += 1) {
    const size = random.chance(0.5) ? drift.size : -drift.size;
    if (random.chance(drift.share)) faults.set(index, { kind: 'step', size, sinceDay: -1 });
  }
  return faults;
}
