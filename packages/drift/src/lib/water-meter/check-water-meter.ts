import type { EvidenceItem } from '../fleet-types.ts';
import type { WaterMeterSeries } from '../water/water-types.ts';
import { absenceRecord } from './absence-model.ts';
import { seasonFactor } from './absence-season.ts';
import { consumptionChange } from './consumption-change.ts';
import { continuousFlow } from './continuous-flow.ts';
import { lowFlowLoss, lowFlowOdds } from './low-flow-hours.ts';
import { comingsOf, otherUseEvidence, ownOtherUse } from './other-use.ts';
import { otherUseDays, ranksInSpell } from './other-use-days.ts';
import { type QuietNeighbour, usualDay } from './quiet-neighbours.ts';
import { type QuietRecord, quietRecord } from './quiet-spells.ts';
import { DAY_US, type RegisterHistory, registerHistory } from './register-history.ts';
import { residualGrowth } from './residual-growth.ts';
import { airSuspicion, reverseFlow } from './reverse-flow.ts';
import { isStop, stoppedProbability } from './stopped-meter.ts';
import { awayWeight, type WaterFleetContext } from './water-fleet-context.ts';
import {
  evidenceOf,
  statementsOf,
  type WaterMeterAnswer,
  type WaterMeterFinding,
} from './water-meter-findings.ts';
import { logWeeklyUse } from './weekly-use.ts';

/** Times a register must have moved for its standing still to be told, and days it must have been seen before. */
const LEAST_MOVES = 10;
const LEAST_DAYS_BEFORE = 14;
/** A quiet spell is mentioned from so many days on. */
const MENTIONED_DAYS = 3;
/** As for electricity: three breaks of a register in a month (docs/decisions/0097). */
const BREAKS = 3;
const BREAK_DAYS = 30;

export interface BesideTheMeter {
  readonly asOfUs: number;
  /** Supply less the sum of the consumers of its district in the interval that ends at each grid point, m3; NaN where one is missing. */
  readonly residual?: Float64Array;
  /** The homes of its district that stand still; the meter itself may be among them. */
  readonly quietNeighbours?: readonly QuietNeighbour[];
}

/** All checks of one water meter, up to as-of. */
export function checkWaterMeter(
  meter: WaterMeterSeries,
  context: WaterFleetContext,
  beside: BesideTheMeter = { asOfUs: context.asOfUs },
): WaterMeterAnswer {
  const history = registerHistory(meter, context.grid, beside.asOfUs);
  if (history === undefined)
    return { deviceId: meter.deviceId, findings: [], evidence: [], evidenceDays: 0 };
  const quiet = quietRecord(history);
  const stood = standing(meter, history, quiet, { context, beside });
  const findings = [
    ...stood.findings,
    ...flowing(meter, history),
    ...(stood.isStopped ? [] : lasting(history, context)),
  ];
  return {
    deviceId: meter.deviceId,
    findings,
    ...statementsOf(findings),
    evidence: [...stood.evidence, ...findings.map(evidenceOf)],
    evidenceDays: daysOf(history, history.points[0] ?? 0, history.points.at(-1) ?? 0),
  };
}

interface Standing {
  readonly findings: readonly WaterMeterFinding[];
  readonly evidence: readonly EvidenceItem[];
  readonly isStopped: boolean;
}

const MOVING: Standing = { findings: [], evidence: [], isStopped: false };

function standing(
  meter: WaterMeterSeries,
  history: RegisterHistory,
  quiet: QuietRecord,
  { context, beside }: { readonly context: WaterFleetContext; readonly beside: BesideTheMeter },
): Standing {
  const { current, moves, usualUse } = quiet;
  if (current === undefined || current.days < MENTIONED_DAYS) return MOVING;
  const before = daysOf(history, history.points[0] ?? 0, current.from);
  if (moves < LEAST_MOVES || before < LEAST_DAYS_BEFORE) return MOVING;
  const evidence: EvidenceItem[] = [];
  let log = 0;
  if (meter.otherUse !== undefined) {
    const days = otherUseDays(meter.otherUse, history, context.zoneMinutes, current.to);
    const ranks = ranksInSpell(days, current);
    const own = ownOtherUse(
      context.otherUse,
      quiet.spells.map((spell) => ranksInSpell(days, spell)),
    );
    const comings = comingsOf(days.people, days.dayOf(current.from + 1));
    const likelier = otherUseEvidence(own, ranks, comings);
    log += likelier;
    if (ranks.length > 0)
      evidence.push({
        code: likelier > 0 ? 'other_use_goes_on' : 'other_use_rests',
        values: { days: ranks.length, kwh: energyIn(days.energy, days.dayOf, current) },
      });
  }
  const usual = beside.residual === undefined ? undefined : usualDay(history, current.from);
  const growth =
    beside.residual === undefined || usual === undefined
      ? undefined
      : residualGrowth(
          beside.residual,
          { deviceId: meter.deviceId, from: current.from, usual },
          current.to,
          beside.quietNeighbours ?? [],
        );
  if (growth !== undefined) {
    log += growth.evidence;
    evidence.push({ code: 'residual_share', values: { share: growth.share, se: growth.shareSe } });
  }
  const record = absenceRecord(
    quiet.spells.map(({ days }) => days),
    quiet.daysInUse,
  );
  const season = seasonFactor(
    context.season,
    current.from,
    awayWeight(context.absences, record, current),
  );
  const probability = stoppedProbability(context.absences, record, {
    days: current.days,
    season,
    evidence: log,
  });
  const told = {
    sinceUs: history.startUs + current.from * history.stepUs,
    days: daysOf(history, current.from, current.to),
    probability,
  };
  const isStopped = isStop({ days: current.days, evidence: log, probability });
  return {
    findings: [
      isStopped
        ? { kind: 'stopped', ...told, expectedVolume: told.days * usualUse }
        : { kind: 'quiet', ...told },
    ],
    evidence,
    isStopped,
  };
}

function energyIn(
  energy: Float64Array,
  dayOf: (point: number) => number,
  spell: { readonly from: number; readonly to: number },
): number {
  return energy
    .slice(dayOf(spell.from + 1) + 1, dayOf(spell.to))
    .filter(Number.isFinite)
    .reduce((a, b) => a + b, 0);
}

function flowing(meter: WaterMeterSeries, history: RegisterHistory): WaterMeterFinding[] {
  const reverse = reverseFlow(meter, history);
  const air = airSuspicion(meter, history);
  const leak = continuousFlow(history);
  const lastUs = history.startUs + (history.points.at(-1) ?? 0) * history.stepUs;
  const count = history.breaks.filter(({ tsUs }) => lastUs - tsUs <= BREAK_DAYS * DAY_US).length;
  return [
    ...(reverse === undefined ? [] : [{ kind: 'reverse', ...reverse } as const]),
    ...(air === undefined ? [] : [{ kind: 'air', ...air } as const]),
    ...(count < BREAKS
      ? []
      : [{ kind: 'register_fault', breaks: count, windowDays: BREAK_DAYS } as const]),
    ...(leak === undefined
      ? []
      : [
          {
            kind: 'continuous_flow',
            sinceUs: history.startUs + leak.since * history.stepUs,
            days: leak.days,
            litresPerHour: leak.litresPerHour,
          } as const,
        ]),
  ];
}

function lasting(history: RegisterHistory, context: WaterFleetContext): WaterMeterFinding[] {
  const change = consumptionChange(
    logWeeklyUse(history, context.weeks.effects.length),
    context.weeks,
  );
  const loss = lowFlowLoss(lowFlowOdds(history, context.lowFlow.effects.length), context.lowFlow);
  return [
    ...(change === undefined
      ? []
      : [
          {
            kind: 'consumption_changed',
            sinceUs: history.startUs + change.week * 7 * DAY_US,
            ...change,
          } as const,
        ]),
    ...(loss === undefined ? [] : [{ kind: 'low_flow_loss', ...loss } as const]),
  ];
}

const daysOf = ({ stepUs }: RegisterHistory, from: number, to: number): number =>
  ((to - from) * stepUs) / DAY_US;
