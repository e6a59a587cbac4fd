import { at, mean } from '@verimeter/statistics';
import { type AreaIntervals, meterOf } from './area-intervals.ts';
import { betaErrors } from './beta-errors.ts';
import { addClocks } from './clock-columns.ts';
import { consumerFlows, lossOfFlow, relativeFlows, unaccountedShare } from './consumer-flows.ts';
import type { FleetInput } from './fleet-types.ts';
import { addLossTerms, burstPowers } from './loss-terms.ts';
import { addGhosts, type UnmeasuredLoad } from './unmeasured-load.ts';
import { applyVoltageLoss, fitVoltageLoss, type VoltageLoss } from './voltage-loss.ts';

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
  const clockMiddleUs = addClocks({
    add,
    input,
    intervals,
    energies,
    total,
    middleUs: options.units?.clockMiddleUs,
  });

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
