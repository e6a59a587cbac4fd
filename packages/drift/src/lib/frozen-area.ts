import { at } from '@verimeter/statistics';
import type { DesignUnits } from './area-design.ts';
import {
  type AreaEvidence,
  type AreaSums,
  type KnownDrift,
  type NoiseUnits,
  noiseUnits,
} from './area-evidence.ts';
import type { AreaIntervals } from './area-intervals.ts';
import { meterOf, QUANTUM_READINGS } from './area-intervals.ts';
import type { AreaState } from './area-state.ts';
import { CARRIED, type Whitening, whitenInto } from './balance-noise.ts';
import type { AreaAnswers } from './area-answers.ts';
import type { AreaInput, EvidenceItem, FleetInput, HistoryPoint } from './fleet-types.ts';
import { NOTHING_SEEN, type RunningCheck, watchMeter } from './meter-checks.ts';
import { registerQuantum } from './register-quantum.ts';
import { wideModel } from './wide-model.ts';

export const DAY_US = 86_400e6;

/**
 * An area between two full analyses. What a full analysis finds once - slopes of the voltages, units of the columns, noise filter,
 * misfit - stays as it was found there; the sums go on with the readings of each day. Devices are named: indices of meters
 * change from night to night.
 */
export interface FrozenArea {
  readonly groupId: string;
  /** Members with role and time, meters taken out and taken in: other ones need another full analysis. */
  readonly membership: string;
  readonly excluded: readonly string[];
  readonly joined: readonly string[];
  readonly consumers: readonly string[];
  readonly prepared: Pick<AreaState['prepared'], 'status' | 'items'> & {
    readonly misfiled: readonly { readonly deviceId: string; readonly beta: number }[];
    readonly candidates: readonly {
      readonly deviceId: string;
      readonly correlation: number;
      readonly gain: number;
    }[];
    readonly clockFaults: readonly { readonly deviceId: string; readonly fault: EvidenceItem }[];
  };
  /** Steps of the registers, by consumer, kW.h. */
  readonly quanta: Float64Array;
  readonly units: DesignUnits;
  readonly noiseUnits: NoiseUnits;
  readonly filter: Pick<Whitening, 'model' | 'phi' | 'scale' | 'end'>;
  /** Wide fit, from which the weight of an innovation is told. */
  readonly coefficients: Float64Array;
  /** Where the whitening of each column and, last, of the balance stands. */
  readonly carry: Float64Array;
  /** Start of the first day, and end of the last interval. */
  readonly firstDayUs: number;
  readonly untilUs: number;
  /** Step of the grid, of which `untilUs` is a point. */
  readonly stepUs: number;
  /** Columns of the loss in pairs of days; behind them some that have no data any more. */
  readonly wander: { readonly at: number; readonly count: number };
  readonly ended: number;
  readonly sums: AreaSums;
  /** Drifts that were found last, by block. */
  readonly drifts: readonly KnownDrift[];
  /** Variance inflation of each consumer's evidence. */
  readonly inflation: Float64Array;
  /** What was said of each consumer at weekly steps: by the full analysis, then by each seventh night. */
  readonly history: ReadonlyMap<string, readonly HistoryPoint[]>;
  /** Of each member's meter. */
  readonly seen: ReadonlyMap<string, RunningCheck>;
}

/** Members of an area as of a night, for comparison. */
export function membershipOf(input: FleetInput, area: AreaInput): string {
  return area.members
    .map(({ meter, role, fromUs, toUs }) =>
      [
        meterOf(input, meter).deviceId,
        role,
        fromUs,
        toUs,
        meterOf(input, meter).validFromUs,
      ].join(),
    )
    .join('\n');
}

/**
 * The area as the full analysis leaves it. Undefined where its columns cannot go on by themselves: nothing is published of the area,
 * times, a changed network or a load without meter were put right in its window, or a load behind a stopped meter is told from
 * voltages.
 */
export function freezeArea(
  input: FleetInput,
  state: AreaState,
  answers: AreaAnswers,
): FrozenArea | undefined {
  const { prepared } = state;
  const { evidence, area } = prepared;
  if (evidence === undefined || prepared.putRight) return undefined;
  if (evidence.design.unmeasured.some((energy) => energy !== 0)) return undefined;
  const { design } = evidence;
  const { intervals } = design;
  const idOf = (meter: number): string => meterOf(input, meter).deviceId;
  const seen = new Map(
    area.members.map(({ meter }) => [
      idOf(meter),
      watchMeter(NOTHING_SEEN, input, meterOf(input, meter), area.asOfUs),
    ]),
  );
  const coefficients = wideModel(design, evidence.gram, evidence.moment).coefficients;
  const { model, phi, scale, end } = evidence.filter;
  return {
    groupId: area.groupId,
    membership: membershipOf(input, area),
    excluded: prepared.misfiled.map(({ meter }) => idOf(meter)),
    joined: prepared.candidates.map(({ meter }) => idOf(meter)),
    consumers: intervals.consumers.map(({ meter }) => idOf(meter)),
    prepared: {
      status: prepared.status,
      items: prepared.items,
      misfiled: prepared.misfiled.map(({ meter, beta }) => ({ deviceId: idOf(meter), beta })),
      candidates: prepared.candidates.map(({ meter, ...rest }) => ({
        deviceId: idOf(meter),
        ...rest,
      })),
      clockFaults: [...prepared.clockFaults].map(([meter, fault]) => ({
        deviceId: idOf(meter),
        fault,
      })),
    },
    quanta: Float64Array.from(intervals.consumers, ({ meter }) =>
      registerQuantum(meterOf(input, meter), QUANTUM_READINGS),
    ),
    units: withoutSeries(design.units),
    noiseUnits: noiseUnits(design),
    filter: { model, phi, scale, end },
    coefficients,
    carry: carryOf(evidence),
    ...spanOf(input, intervals),
    wander: { at: design.wanderAt, count: design.wanderCount },
    ended: intervals.consumers.filter(({ countsFrom }) => countsFrom > 0).length,
    sums: sumsOf(evidence),
    drifts: state.actives.map(({ consumer, profile }) => ({ consumer, shape: profile.shape })),
    inflation: state.inflation,
    history: new Map(answers.estimated.map(({ result }) => [result.deviceId, result.history])),
    seen,
  };
}

/** The loss of the window itself is in the sums. */
function withoutSeries(units: DesignUnits): DesignUnits {
  const none = new Float64Array(0);
  if (units.voltage === undefined) return units;
  return { ...units, voltage: { ...units.voltage, loss: none, direct: none, unbalance: none } };
}

function sumsOf(evidence: AreaEvidence): AreaSums {
  const { p, blocks, daysPerBlock, days, gram, moment, blockRows, blockMoments, design } = evidence;
  const { n, lossSeen, lossShare, position, priorSd, priorMean, betaBiasSd, betaWanderSd } = design;
  return {
    design: { n, lossSeen, lossShare, position, priorSd, priorMean, betaBiasSd, betaWanderSd },
    p,
    blocks,
    daysPerBlock,
    days,
    gram,
    moment,
    blockRows,
    blockMoments,
  };
}

function spanOf(
  { grid }: FleetInput,
  intervals: AreaIntervals,
): Pick<FrozenArea, 'firstDayUs' | 'untilUs' | 'stepUs'> {
  const instant = (k: number): number => grid.startUs + k * grid.stepUs;
  return {
    firstDayUs: Math.floor(instant(at(intervals.from, 0)) / DAY_US) * DAY_US,
    untilUs: instant(at(intervals.to, intervals.count - 1)),
    stepUs: grid.stepUs,
  };
}

/** Where the whitening of all columns and of the balance stands at the end of the window. */
function carryOf({ design, filter }: AreaEvidence): Float64Array {
  const all = [...design.columns, design.balance];
  const carry = new Float64Array(all.length * CARRIED);
  const out = new Float64Array(design.intervals.count);
  all.forEach((series, j) => whitenInto(out, filter, series, { values: carry, at: j * CARRIED }));
  return carry;
}
