import { daysBetween } from '@verimeter/metrology';
import type { Candidate, PlanSettings } from './candidate.ts';
import { lastDayOf } from './period.ts';
import type { PlannedDevice, Reason, Terms } from './plan-types.ts';

export interface Grounds {
  readonly candidate: Candidate;
  readonly device: Omit<PlannedDevice, 'terms' | 'reasons'>;
  readonly terms: Terms;
  readonly settings: PlanSettings;
  readonly uncertainty: number;
  readonly lotPoints: number;
  /** Results of its lot before this one. */
  readonly lotResults: number;
  readonly lotUncertain: number;
  readonly travelMinutes: number;
  /** Other stops in the street. */
  readonly neighbours: number;
  readonly random: boolean;
  /** Place among those that wait; undefined: it is visited. */
  readonly waiting: number | undefined;
}

/** Least part of the score for which a term is spoken of. */
const WORTH_SAYING = 0.05;

/** Why a device is where it is in the plan, what weighs most first. */
export function reasonsOf(grounds: Grounds): Reason[] {
  const { terms, random, settings, waiting } = grounds;
  const weighted: (readonly [weight: number, reasons: readonly Reason[]])[] = [
    [terms.legal, legalReasons(grounds)],
    [terms.risk + terms.stake, [...indicationReasons(grounds), ...stakeReasons(grounds)]],
    [terms.confirmation, confirmationReasons(grounds)],
  ];
  const reasons = weighted.toSorted(([left], [right]) => right - left).flatMap(([, one]) => one);
  const worth = terms.stake + terms.risk + terms.legal + terms.confirmation;
  return [
    ...(random ? [{ code: 'plan_random', values: { seed: settings.seed } }] : []),
    ...reasons,
    ...(waiting === undefined ? travelReasons(grounds) : []),
    ...(waiting === undefined && !random && worth < visitCost(grounds)
      ? [{ code: 'plan_fills', values: { points: worth, cost: visitCost(grounds) } }]
      : []),
    ...(waiting === undefined ? [] : [{ code: 'plan_waits', values: { position: waiting } }]),
  ];
}

const visitCost = ({ settings, travelMinutes }: Grounds): number =>
  settings.points.minute * (settings.workMinutes + travelMinutes);

function legalReasons({ candidate, settings }: Grounds): Reason[] {
  const { legal } = candidate;
  if (legal.state === 'void') return [{ code: 'plan_void', values: {} }];
  if (legal.state !== 'dated') return [];
  const { dueOn } = legal;
  const days = daysBetween(settings.asOf, dueOn);
  const values = { due_on: dueOn, days: Math.abs(days) };
  if (days < 0) return [{ code: 'plan_expired', values }];
  if (dueOn <= lastDayOf(settings.period)) return [{ code: 'plan_due', values }];
  return days <= SOON_DAYS ? [{ code: 'plan_due_later', values }] : [];
}

const SOON_DAYS = 120;
const LEAST_PROBABILITY = 0.01;

function indicationReasons({ candidate, device }: Grounds): Reason[] {
  const { recommendation, indication, limit, error, standardError } = candidate;
  const reasons: Reason[] = [];
  if (recommendation === 'inspect')
    reasons.push({
      code:
        indication === 'stopped'
          ? 'plan_stopped'
          : indication === 'tamper_or_fault'
            ? 'plan_tamper'
            : 'plan_inspect',
      values: {},
    });
  else if (!device.probabilityAssumed && device.probability >= LEAST_PROBABILITY)
    reasons.push(
      limit === undefined
        ? { code: 'plan_risk_only', values: { probability: device.probability } }
        : {
            code: recommendation === 'reverify' ? 'plan_reverify' : 'plan_risk',
            values: { probability: device.probability, limit },
          },
    );
  if (error !== undefined && standardError !== undefined)
    reasons.push({ code: 'plan_error', values: { error, standard_error: standardError } });
  return reasons;
}

function stakeReasons({ device, terms, settings }: Grounds): Reason[] {
  const { mismeasured, annualAmount, unit, amountAssumed, money } = device;
  if (mismeasured === undefined || annualAmount === undefined || unit === undefined) return [];
  if (terms.stake < WORTH_SAYING * Math.max(1, terms.score)) return [];
  const amount = { amount: mismeasured, annual: annualAmount, unit };
  return [
    { code: amountAssumed ? 'plan_at_stake_assumed' : 'plan_at_stake', values: amount },
    ...(money === undefined
      ? []
      : [{ code: 'plan_money', values: { money, currency: settings.tariffs.currency ?? 'VND' } }]),
  ];
}

function confirmationReasons(grounds: Grounds): Reason[] {
  const { terms, settings, uncertainty, lotPoints, lotResults, lotUncertain, device } = grounds;
  const least = WORTH_SAYING * Math.max(1, terms.score);
  const reasons: Reason[] = [];
  if (!device.probabilityAssumed && settings.points.confirmation * uncertainty >= least)
    reasons.push({ code: 'plan_uncertain', values: { probability: device.probability } });
  if (device.probabilityAssumed && terms.confirmation >= least)
    reasons.push({ code: 'plan_nothing_known', values: {} });
  if (lotPoints >= least && lotPoints >= 1)
    reasons.push({
      code: lotResults === 0 ? 'plan_lot_first' : 'plan_lot_further',
      values: { uncertain: lotUncertain, results: lotResults },
    });
  return reasons;
}

function travelReasons({ travelMinutes, neighbours }: Grounds): Reason[] {
  return neighbours > 0
    ? [{ code: 'plan_street', values: { others: neighbours, minutes: travelMinutes } }]
    : [{ code: 'plan_travel', values: { minutes: travelMinutes } }];
}
