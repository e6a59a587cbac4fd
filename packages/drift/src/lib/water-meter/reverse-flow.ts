import { binomialTail } from '@verimeter/statistics';
import type { WaterMeterSeries } from '../water/water-types.ts';
import { DAY_US, type RegisterHistory } from './register-history.ts';

/** What flowed back is looked at so far back, days. */
const WINDOW_DAYS = 30;
/** Days with water that flows back, and its share of what flowed forward, from which it is told. */
const LEAST_DAYS = 3;
const LEAST_SHARE = 0.01;
const LEAST_QUANTA = 3;
/** bar: nothing is in the pipe. */
const EMPTY = 0.2;
/** Most probability by chance of as many large pulses after interruptions, and fewest interruptions. */
const CHANCE = 1e-3;
const LEAST_RETURNS = 3;
/** A pulse is larger than all but this share of the intervals of the same meter. */
const LARGE = 0.02;

export interface ReverseFlow {
  /** m3 that flowed back in the window, and its share of what flowed forward. */
  readonly volume: number;
  readonly share: number;
  readonly days: number;
  readonly windowDays: number;
}

/** Water that flows back through the meter again and again: by falls of the register, or by a counter of its own. */
export function reverseFlow(
  meter: WaterMeterSeries,
  history: RegisterHistory,
): ReverseFlow | undefined {
  const { points, amounts, quantum, stepUs } = history;
  const last = points.at(-1) ?? 0;
  const from = Math.max(points[0] ?? 0, last - Math.round((WINDOW_DAYS * DAY_US) / stepUs));
  const backs = [...history.falls, ...reverseSteps(meter, from, last)].filter(
    ({ point }) => point > from,
  );
  const volume = backs.reduce((sum, fall) => sum + fall.volume, 0);
  const days = new Set(backs.map(({ point }) => Math.floor((point * stepUs) / DAY_US))).size;
  let forward = 0;
  points.forEach((point, i) => {
    if (point > from && (amounts[i] as number) > 0) forward += amounts[i] as number;
  });
  const share = volume / Math.max(forward, volume, 1e-9);
  const least = Math.max(LEAST_QUANTA * quantum, LEAST_SHARE * forward);
  if (days < LEAST_DAYS || volume < least) return undefined;
  return { volume, share, days, windowDays: Math.round(((last - from) * stepUs) / DAY_US) };
}

/** Increments of the counter of what flowed back. */
function reverseSteps(
  { reverseRegister }: WaterMeterSeries,
  from: number,
  to: number,
): { readonly point: number; readonly volume: number }[] {
  if (reverseRegister === undefined) return [];
  const steps: { point: number; volume: number }[] = [];
  let previous = NaN;
  for (let k = from; k <= to; k++) {
    const value = reverseRegister[k] as number;
    if (!Number.isFinite(value)) continue;
    if (value > previous) steps.push({ point: k, volume: value - previous });
    previous = value;
  }
  return steps;
}

export interface AirSuspicion {
  /** Times that pressure came back after the pipe had been empty, and times the register then ran as fast as it hardly ever does. */
  readonly returns: number;
  readonly pulses: number;
  /** Intervals in which water flowed forward and back. */
  readonly alternations: number;
}

/**
 * Air that turns a meter: pulses larger than nearly all other flows when pressure comes back to an empty pipe, or forward and back within the same
 * intervals around it. Needs pressure.
 */
export function airSuspicion(
  meter: WaterMeterSeries,
  history: RegisterHistory,
): AirSuspicion | undefined {
  const { pressure } = meter;
  if (pressure === undefined) return undefined;
  const { points, amounts } = history;
  const steps = new Map<number, number>();
  for (let i = 1; i < points.length; i++)
    if ((points[i] as number) - (points[i - 1] as number) === 1 && Number.isFinite(amounts[i]))
      steps.set(points[i] as number, amounts[i] as number);
  const sorted = [...steps.values()].toSorted((a, b) => a - b);
  if (sorted.length < 200) return undefined;
  const large = sorted[Math.floor((1 - LARGE) * sorted.length)] as number;
  const share = sorted.filter((value) => value > large).length / sorted.length;
  const backs = new Set(
    [...history.falls, ...reverseSteps(meter, points[0] ?? 0, points.at(-1) ?? 0)].map(
      ({ point }) => point,
    ),
  );
  let returns = 0;
  let pulses = 0;
  let alternations = 0;
  for (let k = (points[0] ?? 0) + 1; k <= (points.at(-1) ?? 0); k++) {
    const isBack = (pressure[k - 1] as number) < EMPTY && (pressure[k] as number) >= EMPTY;
    if (!isBack) continue;
    const [first, next] = [steps.get(k), steps.get(k + 1)];
    if (first === undefined && next === undefined) continue;
    returns++;
    if (Math.max(first ?? 0, next ?? 0) > large) pulses++;
    if ([k - 1, k, k + 1].some((point) => backs.has(point) && (steps.get(point) ?? 0) > 0))
      alternations++;
  }
  if (returns < LEAST_RETURNS) return undefined;
  // the larger of two intervals is a large one twice as often
  const byChance = binomialTail(pulses - 1, { trials: returns, success: Math.min(1, 2 * share) });
  const isAir = byChance < CHANCE || alternations >= Math.max(LEAST_RETURNS, returns / 2);
  return isAir ? { returns, pulses, alternations } : undefined;
}
