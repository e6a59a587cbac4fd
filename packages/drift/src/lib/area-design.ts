import { at, mean } from '@verimeter/statistics';
import type { AreaIntervals } from './area-intervals.ts';
import { meterOf } from './area-intervals.ts';
import type { FleetInput } from './fleet-types.ts';
import { registerQuantum } from './register-quantum.ts';
import { addLossTerms, burstPowers } from './loss-terms.ts';
import { hasSunShape, SUN_WANDER_SD } from './sun-shape.ts';
import { addGhosts, type UnmeasuredLoad } from './unmeasured-load.ts';
import { applyVoltageLoss, fitVoltageLoss, type VoltageLoss } from './voltage-loss.ts';

/** Prior sd of a meter's clock offset, s (drift-estimation.md 2.4). */
const CLOCK_SD_S = 15;
/** Prior sd of the rate of the supply's clock, s per day: what IEC 62054-21 allows a clock that nothing sets. */
const CLOCK_RATE_SD_S = 0.5;
const DAY_US = 86_400e6;
/** Prior sd of the position term with voltage slopes, ratio. */
const KAPPA_SD_VOLTAGES = 0.001;
/**
 * sd of the loss around its model from one pair of days to the next, ratio: weather and weekday change the share of reactive
 * power and of bursts shorter than an interval.
 */
const LOSS_WANDER_SD = 0.02;
const LOSS_WANDER_DAYS = 2;
/**
 * Without voltages: sd of the position term over the loss. Customers along a feeder lose from nothing to twice the mean; from the power
 * flow of simulated areas 0.3 to 0.5.
 */
const POSITION_SD = 0.4;
/** Bounds of the loss that is taken from the balance where neither voltages nor the utility say anything; ratio. */
const LEAST_LOSS = 0.005;
const MOST_LOSS = 0.05;
/** Fixed load per meter (its own supply), kW: mean and sd. */
const FIXED_LOAD_KW = 0.001;

/** What the columns of a design are relative to: told from its window, or kept from an earlier one. */
export interface DesignUnits {
  readonly voltage: VoltageLoss | undefined;
  /** Of each consumer: mean size of the flow that its position term grows with, kW. */
  readonly meanFlows: Float64Array;
  /** Share of the supply that was taken for loss where nothing told it. */
  readonly assumedLoss: number;
  /** Of each consumer, kW. */
  readonly bursts: Float64Array;
  /** Where the rate of the supply's clock changes nothing, microseconds since 1970. */
  readonly clockMiddleUs: number;
}

/** d = X b + n with d = s - sum r - Lhat: columns and the priors of their coefficients (drift-estimation.md 2.4). */
export interface AreaDesign extends UnmeasuredLoad {
  readonly intervals: AreaIntervals;
  readonly voltage: VoltageLoss | undefined;
  /** Whether the loss is told by voltages or known, not assumed. */
  readonly lossSeen: boolean;
  /** Expected loss over all consumption; 0 where it is known from elsewhere. */
  readonly lossShare: number;
  /** Without voltages: first of the position terms, and the loss they are told by. */
  readonly position: { readonly at: number; readonly loss: number } | undefined;
  readonly units: DesignUnits;
  /** First of the columns of the loss in pairs of days, and how many there are. */
  readonly wanderAt: number;
  readonly wanderCount: number;
  /** Number of consumers: columns 0..n-1 are -r_i, their coefficients beta_i. */
  readonly n: number;
  readonly columns: readonly Float64Array[];
  /** Prior standard deviations of the coefficients; those of beta_i are set by the two-group prior. */
  readonly priorSd: Float64Array;
  readonly priorMean: Float64Array;
  /**
   * First clock column, those of the consumers, then that of the supply: coefficients in intervals of the grid; then the rate of the
   * supply's clock, intervals per day.
   */
  readonly clockAt: number;
  readonly balance: Float64Array;
  /** Sum of consumer energies per interval, kW.h. */
  readonly total: Float64Array;
  readonly stepSeconds: number;
  /** sd of what stays in each beta whatever the length of the window: loss of the own line, rounding of a small load. */
  readonly betaBiasSd: Float64Array;
  /** sd of what changes in each beta from block to block: rounding of a small load. */
  readonly betaWanderSd: Float64Array;
}

/** Energy by which a clock one grid step late changes each interval: the difference of the load at its bounds; zero beside a hole. */
function clockColumn(
  energy: Float64Array,
  intervals: AreaIntervals,
  stepHours: number,
): Float64Array {
  const { from, to, hours } = intervals;
  const out = new Float64Array(energy.length);
  for (let t = 1; t + 1 < energy.length; t++) {
    if (
      (to[t - 1] as number) !== (from[t] as number) ||
      (to[t] as number) !== (from[t + 1] as number)
    )
      continue;
    const before = (energy[t - 1] as number) / (hours[t - 1] as number);
    const after = (energy[t + 1] as number) / (hours[t + 1] as number);
    out[t] = ((after - before) / 2) * stepHours;
  }
  return out;
}

/** Middle of each interval, microseconds since 1970. */
function instantsOf({ grid }: FleetInput, { from, to, count }: AreaIntervals): Float64Array {
  return Float64Array.from(
    { length: count },
    (_, t) => grid.startUs + ((at(from, t) + at(to, t)) / 2) * grid.stepUs,
  );
}

/** Power that the loss of each consumer grows with, kW: of its feeder where the archive knows one, or of the area. */
function consumerFlows(
  { consumers, hours }: AreaIntervals,
  of: 'area' | 'feeder',
  total: Float64Array,
): Float64Array[] {
  const power = (energy: Float64Array): Float64Array =>
    energy.map((value, t) => value / at(hours, t));
  const area = power(total);
  const sums = new Map<string, Float64Array>();
  for (const { feeder, energy } of of === 'feeder' ? consumers : []) {
    if (feeder === undefined) continue;
    const sum = sums.get(feeder);
    if (sum === undefined) sums.set(feeder, Float64Array.from(energy));
    else for (let t = 0; t < sum.length; t++) sum[t] = at(sum, t) + at(energy, t);
  }
  const flows = new Map([...sums].map(([feeder, sum]) => [feeder, power(sum)]));
  return consumers.map(({ feeder }) => flows.get(feeder ?? '') ?? area);
}

/** Where roofs feed back the net may be next to nothing, the flow is not. An area without load is refused by its loss gate. */
function meanSize(power: Float64Array): number {
  return mean(power.map(Math.abs)) || 1;
}

/** Of each consumer, its flow over the mean size; consumers of one flow share one series. */
function relativeFlows(
  flows: readonly Float64Array[],
  known: Float64Array | undefined,
): { readonly flow: readonly Float64Array[]; readonly meanFlows: Float64Array } {
  const shared = new Map<Float64Array, { readonly size: number; readonly flow: Float64Array }>();
  flows.forEach((power, i) => {
    if (shared.has(power)) return;
    const size = known === undefined ? meanSize(power) : at(known, i);
    shared.set(power, { size, flow: power.map((value) => value / size) });
  });
  return {
    flow: flows.map((power) => shared.get(power)?.flow ?? power),
    meanFlows: Float64Array.from(flows, (power) => shared.get(power)?.size ?? 1),
  };
}

function unaccountedShare(intervals: AreaIntervals, total: Float64Array): number {
  const share = 1 - mean(total) / (mean(intervals.supply) || 1);
  return Math.min(MOST_LOSS, Math.max(LEAST_LOSS, share));
}

/** A loss of the given share of all energy that grows with the flow. */
function lossOfFlow(
  energies: readonly Float64Array[],
  flow: readonly Float64Array[],
  share: number,
): Float64Array {
  const loss = new Float64Array(energies[0]?.length ?? 0);
  energies.forEach((energy, i) => {
    const own = flow[i] as Float64Array;
    for (let t = 0; t < loss.length; t++)
      loss[t] = (loss[t] as number) + share * (energy[t] as number) * (own[t] as number);
  });
  return loss;
}

export function buildDesign(
  input: FleetInput,
  intervals: AreaIntervals,
  options: {
    readonly technicalLoss?: number | undefined;
    readonly useVoltages: boolean;
    /** The technical loss itself, kW.h per interval, where it is known from elsewhere. */
    readonly knownLoss?: Float64Array | undefined;
    /** First interval after the stop, by consumer. */
    readonly stoppedAt: ReadonlyMap<number, number>;
    /** Those of the window before, where the columns go on from there; what stays in each beta was told from it. */
    readonly units?: DesignUnits | undefined;
  },
): AreaDesign {
  const n = intervals.consumers.length;
  const count = intervals.count;
  const energies = intervals.consumers.map((consumer) => consumer.energy);
  const total = new Float64Array(count);
  for (const energy of energies)
    for (let t = 0; t < count; t++) total[t] = (total[t] as number) + (energy[t] as number);
  const voltage = voltageLoss(input, intervals, options);
  const stepSeconds = input.grid.stepUs / 1e6;
  const columns: Float64Array[] = [];
  const sd: number[] = [];
  const prior: number[] = [];
  const add = (column: Float64Array, deviation: number, centre = 0): void => {
    columns.push(column);
    sd.push(deviation);
    prior.push(centre);
  };

  for (const consumer of intervals.consumers)
    add(
      consumer.energy.map((energy, t) => (t < consumer.countsFrom ? 0 : -energy)),
      0.004,
    );
  const clockAt = columns.length;
  for (const energy of energies)
    add(
      clockColumn(energy, intervals, stepSeconds / 3600).map((value) => -value),
      CLOCK_SD_S / stepSeconds,
    );
  // The supply's own rounding stands in the balance: its columns are formed from the consumers, or they would share it.
  const late = clockColumn(total, intervals, stepSeconds / 3600);
  add(late, CLOCK_SD_S / stepSeconds);
  const instants = instantsOf(input, intervals);
  const clockMiddleUs =
    options.units?.clockMiddleUs ?? (at(instants, 0) + at(instants, count - 1)) / 2;
  // A clock that runs: so many steps later with every day.
  add(
    late.map((value, t) => (value * (at(instants, t) - clockMiddleUs)) / DAY_US),
    CLOCK_RATE_SD_S / stepSeconds,
  );

  const { flow, meanFlows } = relativeFlows(
    consumerFlows(intervals, voltage === undefined ? 'feeder' : 'area', total),
    options.units?.meanFlows,
  );
  const bursts = options.units?.bursts ?? burstPowers(energies, intervals.hours);
  const assumed =
    options.technicalLoss ?? options.units?.assumedLoss ?? unaccountedShare(intervals, total);
  let wanderAt = 0;
  let wanderCount = 0;
  const kappaSd = voltage === undefined ? POSITION_SD * assumed : KAPPA_SD_VOLTAGES;
  const { knownLoss } = options;
  const expected = knownLoss ?? voltage?.loss ?? lossOfFlow(energies, flow, assumed);
  const position =
    knownLoss === undefined && voltage === undefined
      ? { at: columns.length, loss: assumed }
      : undefined;
  if (knownLoss === undefined) {
    energies.forEach((energy, i) =>
      add(
        energy.map((value, t) => value * at(flow[i] as Float64Array, t)),
        kappaSd,
      ),
    );
    addLossTerms({ add, intervals, voltage, expected, energies, bursts });
    wanderAt = columns.length;
    for (let day = 0; day < intervals.days; day += LOSS_WANDER_DAYS)
      add(
        expected.map((value, t) =>
          (intervals.day[t] as number) >= day &&
          (intervals.day[t] as number) < day + LOSS_WANDER_DAYS
            ? value
            : 0,
        ),
        voltage === undefined ? 0.1 : LOSS_WANDER_SD,
      );
    wanderCount = columns.length - wanderAt;
  }
  add(Float64Array.from(intervals.hours), 3 * n * FIXED_LOAD_KW, n * FIXED_LOAD_KW);
  const supplyLimit = Math.max(
    ...intervals.supplyMeters.map((index) => meterOf(input, index).limit),
  );
  add(
    total.map((energy, t) => energy + (expected[t] as number)),
    supplyLimit / Math.sqrt(3),
  );
  for (const consumer of intervals.consumers)
    if (consumer.countsFrom > 0)
      add(
        consumer.energy.map((energy, t) => (t < consumer.countsFrom ? -energy : 0)),
        0.03,
      );
  const beside = addGhosts({
    add,
    intervals,
    voltage,
    energies,
    stoppedAt: options.stoppedAt,
    at: columns.length,
  });
  return {
    intervals,
    voltage,
    lossSeen: knownLoss !== undefined || voltage !== undefined,
    position,
    lossShare: knownLoss === undefined ? mean(expected) / (mean(total) || 1) : 0,
    units: { voltage, meanFlows, assumedLoss: assumed, bursts, clockMiddleUs },
    wanderAt,
    wanderCount,
    n,
    columns,
    priorSd: Float64Array.from(sd),
    priorMean: Float64Array.from(prior),
    clockAt,
    ...beside,
    balance: intervals.supply.map(
      (value, t) =>
        value - (total[t] as number) - (expected[t] as number) - (beside.unmeasured[t] as number),
    ),
    total,
    stepSeconds,
    ...(options.units === undefined
      ? betaErrors(
          input,
          intervals,
          knownLoss === undefined ? (voltage ?? { assumedLoss: assumed }) : undefined,
        )
      : { betaBiasSd: new Float64Array(n), betaWanderSd: new Float64Array(n) }),
  };
}

function voltageLoss(
  input: FleetInput,
  intervals: AreaIntervals,
  options: Pick<Parameters<typeof buildDesign>[2], 'useVoltages' | 'units' | 'stoppedAt'>,
): VoltageLoss | undefined {
  if (!options.useVoltages) return undefined;
  if (options.units === undefined) return fitVoltageLoss(input, intervals, options.stoppedAt);
  const { voltage } = options.units;
  return voltage === undefined ? undefined : applyVoltageLoss(input, intervals, voltage);
}

/**
 * What stays wrong in one meter's share of the loss whatever the length of the window, as an error of its beta: in bursts shorter than
 * an interval (kW of its own slope), in reactive power (share of its marginal loss), and in the slopes themselves. From the
 * loss of simulated areas against their power flow: decision 0082.
 */
const BURST_SD_KW = 0.22;
const REACTIVE_SD = 0.09;
const SLOPE_SD = 0.0027;
/** Without voltages: share of the loss, from 559 healthy meters of ten simulated areas (errors of 0.8 to 1.1 % where noise explains 0.6 to 0.9). */
const UNSEEN_LOSS_SD = 0.3;
/** Share of the rounding variance in a smoothed column that is left as bias. */
const ROUNDING_LEFT = 0.2;

/**
 * The variance of a load inside the interval loses own slope x appliance power more than its mean tells: the common part has
 * its own column, what differs between customers looks exactly like a gain error.
 */
function betaErrors(
  input: FleetInput,
  intervals: AreaIntervals,
  loss: VoltageLoss | { readonly assumedLoss: number } | undefined,
): Pick<AreaDesign, 'betaBiasSd' | 'betaWanderSd'> {
  const betaWanderSd = Float64Array.from(intervals.consumers, (consumer) => {
    const centre = mean(consumer.energy);
    let variance = 0;
    for (let t = 0; t < consumer.energy.length; t++)
      variance += ((consumer.energy[t] as number) - centre) ** 2;
    variance = Math.max(variance / consumer.energy.length, 1e-12);
    if (hasSunShape(consumer.energy)) return SUN_WANDER_SD;
    const quantum = registerQuantum(meterOf(input, consumer.meter), 300);
    return Math.min(3, (ROUNDING_LEFT * quantum * quantum) / 6 / variance);
  });
  const betaBiasSd = betaWanderSd.map((rounding, i) => {
    if (loss === undefined) return rounding;
    if ('assumedLoss' in loss) return Math.hypot(rounding, UNSEEN_LOSS_SD * loss.assumedLoss);
    return Math.hypot(
      rounding,
      (loss.ownSlope[i] as number) * BURST_SD_KW,
      (loss.marginal[i] as number) * REACTIVE_SD,
      SLOPE_SD,
    );
  });
  return { betaBiasSd, betaWanderSd };
}
