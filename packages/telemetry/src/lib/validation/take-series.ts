import type { JudgedRegisterEvent } from '../register-events.ts';
import { amountAcross, countingEvents } from '../register-steps.ts';
import { dayOf, reserve, type SeriesWorkspace } from './series-workspace.ts';
import type { ChannelFacts, SeriesColumns } from './validation-types.ts';

/**
 * Takes the readings up to `untilUs` into the workspace, with what each of them adds to the one before. Readings inside an event of a
 * register count for nothing and are left out; a value that is none for `isValue` stays as NaN. Whether there is any reading.
 */
export function takeSeries(
  work: SeriesWorkspace,
  series: SeriesColumns,
  facts: ChannelFacts,
  untilUs: number,
  isValue?: (value: number) => boolean,
): boolean {
  const { length, tsUs } = series;
  const firstUs = length > 0 ? (tsUs[0] ?? 0) : 0;
  const lastUs = length > 0 ? Math.min(untilUs, tsUs[length - 1] ?? 0) : 0;
  const firstDay = dayOf(firstUs);
  reserve(work, length, Math.max(0, dayOf(lastUs) - firstDay + 1));
  work.untilUs = untilUs;
  const isRegister = facts.kind === 'register';
  const counting =
    isRegister && facts.events !== undefined ? countingEvents(facts.events) : NO_EVENTS;
  if (counting.length === 0) compact(work, series, untilUs);
  else compactAround(work, series, untilUs, counting);
  if (work.count === 0) return false;
  if (isRegister) differences(work, counting);
  else {
    if (isValue !== undefined) dropValues(work, isValue);
    juts(work);
  }
  splitDays(work);
  if (!isRegister) forgetLastJuts(work);
  return true;
}

const NO_EVENTS: readonly JudgedRegisterEvent[] = [];

function compact(
  work: SeriesWorkspace,
  { length, tsUs, value }: SeriesColumns,
  untilUs: number,
): void {
  const { tsUs: times, value: values } = work;
  let count = 0;
  for (let k = 0; k < length; k++) {
    const v = value[k] ?? Number.NaN;
    if (Number.isNaN(v)) continue;
    const t = tsUs[k] ?? 0;
    if (t > untilUs) break;
    times[count] = t;
    values[count] = v;
    count++;
  }
  work.count = count;
}

function compactAround(
  work: SeriesWorkspace,
  { length, tsUs, value }: SeriesColumns,
  untilUs: number,
  counting: readonly JudgedRegisterEvent[],
): void {
  let count = 0;
  let next = 0;
  for (let k = 0; k < length; k++) {
    const v = value[k] ?? Number.NaN;
    if (Number.isNaN(v)) continue;
    const t = tsUs[k] ?? 0;
    if (t > untilUs) break;
    while (next < counting.length && (counting[next]?.after?.tsUs ?? Infinity) < t) next++;
    const event = counting[next];
    if (event !== undefined && event.before.tsUs < t && event.after?.tsUs !== t) continue;
    work.tsUs[count] = t;
    work.value[count] = v;
    count++;
  }
  work.count = count;
}

function differences(work: SeriesWorkspace, counting: readonly JudgedRegisterEvent[]): void {
  const { count, tsUs, value, amount, stepUs } = work;
  amount[0] = Number.NaN;
  stepUs[0] = Number.NaN;
  let beforeUs = tsUs[0] ?? 0;
  let before = value[0] ?? 0;
  for (let k = 1; k < count; k++) {
    const t = tsUs[k] ?? 0;
    const v = value[k] ?? 0;
    amount[k] = v - before;
    stepUs[k] = t - beforeUs;
    beforeUs = t;
    before = v;
  }
  for (const event of counting) {
    const at = event.after === undefined ? -1 : indexAt(work, event.after.tsUs);
    if (at > 0) amount[at] = amountAcross(event) ?? Number.NaN;
  }
}

function dropValues({ count, value }: SeriesWorkspace, isValue: (value: number) => boolean): void {
  for (let k = 0; k < count; k++) if (!isValue(value[k] ?? 0)) value[k] = Number.NaN;
}

/** By how much a value lies outside of both values beside it, on the same side; 0: it does not. */
function juts(work: SeriesWorkspace): void {
  const { count, tsUs, value, amount, stepUs } = work;
  amount[0] = 0;
  stepUs[0] = Number.NaN;
  for (let k = 1; k < count; k++) {
    stepUs[k] = (tsUs[k] ?? 0) - (tsUs[k - 1] ?? 0);
    const v = value[k] ?? 0;
    const rise = v - (value[k - 1] ?? 0);
    const fall = v - (k + 1 < count ? (value[k + 1] ?? 0) : Number.NaN);
    amount[k] = rise * fall > 0 ? Math.min(Math.abs(rise), Math.abs(fall)) : 0;
  }
}

/** A day is validated when it is over: what lies behind its last reading may not be there yet, or come later. */
function forgetLastJuts({ days, dayEnd, amount }: SeriesWorkspace): void {
  for (let day = 0; day < days; day++) {
    const last = (dayEnd[day] ?? 0) - 1;
    if (last >= 0) amount[last] = 0;
  }
}

function splitDays(work: SeriesWorkspace): void {
  const { count, tsUs, dayEnd } = work;
  const firstDay = dayOf(tsUs[0] ?? 0);
  work.firstDay = firstDay;
  work.days = dayOf(tsUs[count - 1] ?? 0) - firstDay + 1;
  let k = 0;
  for (let day = 0; day < work.days; day++) {
    const endUs = (firstDay + day + 1) * 86_400e6;
    while (k < count && (tsUs[k] ?? 0) <= endUs) k++;
    dayEnd[day] = k;
  }
}

/** Index of the reading at an instant, -1: there is none. */
function indexAt({ count, tsUs }: SeriesWorkspace, atUs: number): number {
  const at = firstFrom(tsUs, count, atUs);
  return at < count && tsUs[at] === atUs ? at : -1;
}

/** Index of the first of `count` ascending instants at or after one. */
export function firstFrom(tsUs: Float64Array, count: number, atUs: number): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tsUs[middle] ?? 0) < atUs) low = middle + 1;
    else high = middle;
  }
  return low;
}
