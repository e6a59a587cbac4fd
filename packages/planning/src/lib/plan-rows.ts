import { bestOf } from './best-of.ts';
import type { Candidate, PlanSettings } from './candidate.ts';
import type { Choice } from './choose.ts';
import type { PlannedDevice, PlannedVisit, Terms, WaitingDevice } from './plan-types.ts';
import { reasonsOf } from './reasons.ts';
import type { TeamPlan } from './team-plan.ts';
import { amountOf, tariffOf } from './value.ts';
import type { Worth } from './worth.ts';

interface Source {
  readonly candidates: readonly Candidate[];
  readonly worth: Worth;
  readonly settings: PlanSettings;
}

export function describeVisits(
  source: Source & { readonly choice: Choice; readonly team: string; readonly street: Int32Array },
  { members, random, route }: TeamPlan,
): PlannedVisit[] {
  const { settings, choice, team, worth, street } = source;
  const lots = resultsBefore(worth, members);
  const inStreet = new Map<number, number>();
  for (const index of members) {
    const number = street[index] ?? -1;
    if (number >= 0) inStreet.set(number, (inStreet.get(number) ?? 0) + 1);
  }
  return route.days.flatMap(({ stops }, day) =>
    stops.map((index, stop): PlannedVisit => {
      const last = stops[stop - 1];
      const travelMinutes =
        last === undefined ? choice.travel.fromDepot(index) : choice.travel.between(last, index);
      const isRandom = random.has(index);
      const device = describe(source, index, {
        lot: lots.get(index) ?? { points: 0, results: 0 },
        travelMinutes,
        neighbours: (inStreet.get(street[index] ?? -1) ?? 1) - 1,
        random: isRandom,
      });
      return {
        ...device,
        rank: 0,
        team,
        day: day + 1,
        stop: stop + 1,
        travelMinutes,
        workMinutes: settings.workMinutes,
        random: isRandom,
        first: settings.policy === 'legal_first' && device.must,
      };
    }),
  );
}

/** What waits, by what it would be worth now. */
export function describeWaiting(
  source: Source,
  waiting: readonly number[],
  reach: Float64Array,
  count: number,
): WaitingDevice[] {
  const { worth, settings } = source;
  const isFirst = (index: number): boolean =>
    settings.policy === 'legal_first' && worth.values[index]?.must === true;
  const scored = waiting.map((index) => ({
    index,
    first: isFirst(index),
    score:
      (worth.own[index] ?? 0) +
      worth.lotPoints(index) -
      settings.points.minute * (reach[index] ?? 0),
  }));
  return bestOf(
    scored,
    count,
    (left, right) =>
      Number(right.first) - Number(left.first) ||
      right.score - left.score ||
      left.index - right.index,
  ).map(({ index, first }, position) => ({
    ...describe(source, index, {
      lot: { points: worth.lotPoints(index), results: worth.results(index) },
      travelMinutes: reach[index] ?? 0,
      neighbours: 0,
      random: false,
      waiting: position + 1,
    }),
    position: position + 1,
    first,
  }));
}

/** What each result of a lot tells, the device that is worth most first: the first one tells most. */
function resultsBefore(
  worth: Worth,
  members: readonly number[],
): Map<number, { points: number; results: number }> {
  const ordered = [...members].toSorted(
    (left, right) => (worth.own[right] ?? 0) - (worth.own[left] ?? 0) || left - right,
  );
  for (const index of ordered) worth.giveBack(index);
  const found = new Map<number, { points: number; results: number }>();
  for (const index of ordered) {
    found.set(index, { points: worth.lotPoints(index), results: worth.results(index) });
    worth.take(index);
  }
  return found;
}

function describe(
  { candidates, worth, settings }: Source,
  index: number,
  visit: {
    readonly lot: { readonly points: number; readonly results: number };
    readonly travelMinutes: number;
    readonly neighbours: number;
    readonly random: boolean;
    readonly waiting?: number;
  },
): PlannedDevice {
  const candidate = candidates[index];
  const value = worth.values[index];
  if (candidate === undefined || value === undefined)
    throw new RangeError(`no candidate ${index} of ${candidates.length}`);
  const confirmation = settings.points.confirmation * value.uncertainty + visit.lot.points;
  const travel = -settings.points.minute * visit.travelMinutes;
  const { stake, risk, legal, mismeasured } = value;
  const tariff = tariffOf(candidate.kind, settings.tariffs);
  const terms: Terms = {
    stake,
    risk,
    legal,
    confirmation,
    travel,
    score: stake + risk + legal + confirmation + travel,
  };
  const device = {
    deviceId: candidate.deviceId,
    unit: amountOf(candidate.kind),
    annualAmount: value.annualAmount,
    amountAssumed: value.amountAssumed,
    mismeasured,
    recoverable: value.recoverable,
    money: mismeasured === undefined || tariff === undefined ? undefined : mismeasured * tariff,
    probability: value.probability,
    probabilityAssumed: value.probabilityAssumed,
    must: value.must,
  };
  return {
    ...device,
    terms,
    reasons: reasonsOf({
      candidate,
      device,
      terms,
      settings,
      uncertainty: value.uncertainty,
      lotPoints: visit.lot.points,
      lotResults: visit.lot.results,
      lotUncertain: worth.lotUncertain(index),
      travelMinutes: visit.travelMinutes,
      neighbours: visit.neighbours,
      random: visit.random,
      waiting: visit.waiting,
    }),
  };
}
