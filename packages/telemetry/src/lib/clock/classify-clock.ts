import {
  type ClockContext,
  type ClockHealth,
  type ClockOffset,
  type ClockSlot,
  CLOCK_LATE_US,
} from './clock-health.ts';
import { type LagLevel, LEAST_JUMP_S, type SlotLag, lagLevels } from './lag-levels.ts';
import { lagTrend } from './lag-trend.ts';
import { median } from './median.ts';
import { zoneOfOffset } from './utc-offsets.ts';

const DAY_US = 86_400e6;
/** What is said of a clock is said of its last days. */
const RECENT_US = 3 * DAY_US;
const JUMPS_US = 14 * DAY_US;
/** Messages, and slots, from which on something is said. */
const LEAST_MESSAGES = 3;
const LEAST_SLOTS = 4;
/** A clock ahead by less is not worth a visit: it is set by the next reading on site. Seconds. */
const AHEAD_S = 60;
/** Transport alone may take so long at its best. Seconds. */
const PROMPT_S = 120;
/** Slots whose fastest messages differ by more than this are not prompt. Seconds. */
const SHARP_S = 60;
/** The clock of the receiver. Seconds. */
const RECEIVER_S = 1;
/** A clock further behind than this was not set wrongly, it has lost its time. Seconds. */
const LOST_S = 365 * 86_400;
/** A device may send so long after it has read. Seconds. */
const LONGEST_WAIT_S = 900;
/** A step of the device below this is no metering interval. Seconds. */
const LEAST_STEP_S = 300;

/**
 * What a clock is like, from slots in the order of time. Since no message arrives before it is sent, a lag below zero proves a clock
 * that is ahead, and the smallest lag bounds the offset from below; that a clock is behind is said where the fastest messages of
 * many slots agree, no message holds more than one instant, and the lag is longer than the device may wait before it sends.
 */
export function classifyClock(
  slots: readonly ClockSlot[],
  context: ClockContext = {},
): ClockHealth {
  const last = slots.at(-1);
  if (last === undefined) return { state: 'unknown', sinceUs: 0 };
  const recent = lately(slots, last.startUs);
  return (
    fromCounts(slots, recent, context) ??
    fromLags(slots, recent, context) ?? { state: 'unknown', sinceUs: last.startUs }
  );
}

/** The last days, and those before where a device seldom sends. */
const lately = <Slot extends { readonly startUs: number }>(
  slots: readonly Slot[],
  endUs: number,
): Slot[] =>
  slots.filter(({ startUs }, k) => startUs > endUs - RECENT_US || k >= slots.length - LEAST_SLOTS);

const sum = (slots: readonly ClockSlot[], of: (slot: ClockSlot) => number): number =>
  slots.reduce((total, slot) => total + of(slot), 0);

/** Start of the first slot since which all have been so. */
function sinceOf(slots: readonly ClockSlot[], isSo: (slot: ClockSlot) => boolean): number {
  let since = slots.at(-1)?.startUs ?? 0;
  for (const slot of slots.toReversed()) {
    if (!isSo(slot)) break;
    since = slot.startUs;
  }
  return since;
}

/** What needs no lag: clocks without a time, messages without one, too few of them. */
function fromCounts(
  slots: readonly ClockSlot[],
  recent: readonly ClockSlot[],
  { areaOffset, zoneMinutes = [] }: ClockContext,
): ClockHealth | undefined {
  // a device that was mended a moment ago is judged by what it has sent since
  const newest = recent.slice(-2);
  const unset = sum(newest, (slot) => slot.unset);
  const stamped = sum(newest, (slot) => slot.messages);
  if (unset > 0 && unset >= stamped)
    return { state: 'unset', offset: undefined, sinceUs: sinceOf(slots, (slot) => slot.unset > 0) };
  const messages = sum(recent, (slot) => slot.messages);
  const arrival = sum(recent, (slot) => slot.arrival);
  if (arrival >= LEAST_MESSAGES && arrival > messages)
    return {
      state: 'no_own_time',
      sinceUs: sinceOf(slots, (slot) => slot.arrival > slot.messages),
    };
  if (areaOffset !== undefined && !isCertainlyAhead(recent))
    return fromArea(areaOffset, zoneMinutes, recent);
  if (messages < LEAST_MESSAGES) return { state: 'unknown', sinceUs: recent[0]?.startUs ?? 0 };
  return undefined;
}

const isCertainlyAhead = (recent: readonly ClockSlot[]): boolean =>
  median(recent.flatMap(({ lagMinMs }) => lagMinMs ?? [])) < -1000 * AHEAD_S;

/** The balance of an area knows to which interval the energy belongs, whatever the transport does. */
function fromArea(
  seconds: number,
  zoneMinutes: readonly number[],
  recent: readonly ClockSlot[],
): ClockHealth {
  const step = stepOf(recent);
  const offset = { seconds, uncertainty: (step ?? LEAST_STEP_S) / 2 };
  const sinceUs = recent[0]?.startUs ?? 0;
  return (
    named(offset, sinceUs, step, { zoneMinutes }) ?? {
      state: seconds > 0 ? 'ahead' : 'behind',
      offset,
      sinceUs,
    }
  );
}

function fromLags(
  slots: readonly ClockSlot[],
  recent: readonly ClockSlot[],
  context: ClockContext,
): ClockHealth | undefined {
  const lags = slots.flatMap(({ startUs, lagMinMs }): SlotLag[] =>
    lagMinMs === null ? [] : [{ startUs, lag: lagMinMs / 1000 }],
  );
  const end = lags.at(-1)?.startUs;
  if (end === undefined) return undefined;
  const drift = driftOf(lags);
  if (drift !== undefined) return drift;
  const { levels, strays } = lagLevels(lags);
  const level = levels.at(-1);
  if (level === undefined) return undefined;
  const own = lately(
    lags.filter((_, k) => k >= level.first && !strays.has(k)),
    end,
  );
  const sinceUs = lags[level.first]?.startUs ?? end;
  const offset = offsetOf(own);
  const changes = levels.filter(
    ({ first }, k) => k > 0 && (lags[first]?.startUs ?? 0) > end - JUMPS_US,
  ).length;
  const single = [...strays].filter((k) => (lags[k]?.startUs ?? 0) > end - JUMPS_US).length;
  if (changes >= 2 || changes + single >= 3)
    return {
      state: 'jumping',
      offset,
      jumps: changes + single,
      sinceUs: firstJump(lags, levels),
    };
  const low = Math.min(...own.map(({ lag }) => lag));
  const look = {
    low,
    offset,
    sinceUs,
    own,
    recent,
    context,
    hasRisen: level.low > (levels.at(-2)?.low ?? Infinity),
  };
  return low < 0 ? whenAhead(look) : whenBehind(look);
}

interface Look {
  /** The smallest lag, seconds. */
  readonly low: number;
  readonly offset: ClockOffset;
  readonly sinceUs: number;
  readonly own: readonly SlotLag[];
  readonly recent: readonly ClockSlot[];
  readonly context: ClockContext;
  /** Whether its messages were faster before. */
  readonly hasRisen: boolean;
}

/** The delay of the fastest messages is about as large as it differs from slot to slot. */
function offsetOf(lags: readonly SlotLag[]): ClockOffset {
  const low = Math.min(...lags.map(({ lag }) => lag));
  const delay = Math.max(RECEIVER_S, median(lags.map(({ lag }) => lag)) - low);
  return { seconds: -low + delay / 2, uncertainty: delay / 2 + RECEIVER_S };
}

const stepOf = (slots: readonly ClockSlot[]): number | undefined => {
  const steps = slots.flatMap(({ stepMs }) => stepMs ?? []);
  return steps.length === 0 ? undefined : median(steps) / 1000;
};

function whenAhead({ low, offset, sinceUs, recent, context }: Look): ClockHealth {
  if (-low <= AHEAD_S) return { state: 'ok', offset, sinceUs };
  return named(offset, sinceUs, stepOf(recent), context) ?? { state: 'ahead', offset, sinceUs };
}

function whenBehind(look: Look): ClockHealth {
  const { low, offset, sinceUs, own, recent, context } = look;
  const messages = sum(recent, (slot) => slot.messages);
  if (low <= PROMPT_S) {
    // by slots: what is sent after an outage, or at the start, comes late in one of them however much it is
    const late = own.filter(({ lag }) => lag > CLOCK_LATE_US / 1e6).length;
    return 2 * late > own.length
      ? { state: 'buffered', sinceUs }
      : { state: 'ok', offset: { ...offset, seconds: Math.min(0, offset.seconds) }, sinceUs };
  }
  if (own.length < LEAST_SLOTS) return { state: 'unknown', sinceUs };
  const step = stepOf(recent);
  const holdsSeveral =
    step === undefined || median(recent.map(({ spanMs }) => spanMs)) / 1000 >= step;
  const isSharp = median(own.map(({ lag }) => lag)) - low <= SHARP_S;
  if (!isSharp || holdsSeveral) return { state: 'buffered', sinceUs };
  if (low > LOST_S) return { state: 'unset', offset, sinceUs };
  const onMinute = 2 * sum(recent, ({ offMinute }) => offMinute) < messages;
  // Meters that read on the grid of their interval may wait within it before they send, so as not to send all at once.
  if (onMinute && !look.hasRisen && low < step - LEAST_JUMP_S)
    return { state: 'ok', offset: { seconds: -low / 2, uncertainty: low / 2 }, sinceUs };
  return named(offset, sinceUs, step, context) ?? { state: 'behind', offset, sinceUs };
}

/** An offset that has an explanation: an interval, or a zone. That of the tenant's zone goes first, where a step is as long as it. */
function named(
  offset: ClockOffset,
  sinceUs: number,
  step: number | undefined,
  { zoneMinutes = [] }: ClockContext,
): ClockHealth | undefined {
  const zone = zoneOfOffset(offset.seconds, zoneMinutes, Math.min(step ?? 0, LONGEST_WAIT_S));
  const isOwnZone = zone !== undefined && zoneMinutes.includes(zone);
  const tolerance = Math.min(PROMPT_S, (step ?? 0) / 4);
  if (
    step !== undefined &&
    step >= LEAST_STEP_S &&
    !isOwnZone &&
    Math.abs(Math.abs(offset.seconds) - step) <= tolerance
  )
    return {
      state: 'interval_shift',
      offset,
      steps: offset.seconds > 0 ? 1 : -1,
      stepSeconds: step,
      sinceUs,
    };
  if (zone !== undefined) return { state: 'wrong_zone', offset, zoneMinutes: zone, sinceUs };
  return undefined;
}

/** Seconds per day below which a clock keeps what IEC 62054-21 asks of one (0.5 s/day), with a margin for the transport. */
const LEAST_RATE = 2;
const LEAST_CHANGE_S = 30;
/** Distance from the line, as a share of the change: a clock that jumps once does not lie on one. */
const ON_THE_LINE = 0.06;
const DRIFT_WINDOWS_DAYS = [35, 14, 7];
const LEAST_DRIFT_DAYS = 5;
/** Of few points some lie on a line by chance. */
const LEAST_DRIFT_SLOTS = 12;
/** Up to so many days slot by slot. */
const FINE_DAYS = 7;

function driftOf(lags: readonly SlotLag[]): ClockHealth | undefined {
  const end = lags.at(-1)?.startUs ?? 0;
  for (const window of DRIFT_WINDOWS_DAYS) {
    const all = lags.filter(({ startUs }) => startUs > end - window * DAY_US);
    // Slopes of all pairs: a long window by its days.
    const within = window > FINE_DAYS ? fastestOfDays(all) : all;
    if (within.length < LEAST_DRIFT_SLOTS) continue;
    if (!hasMoved(within)) continue;
    const trend = lagTrend(within);
    if (trend === undefined || trend.days < LEAST_DRIFT_DAYS) continue;
    const { slope, spread, days } = trend;
    const change = Math.abs(slope) * days;
    if (Math.abs(slope) < LEAST_RATE || change < LEAST_CHANGE_S) continue;
    if (spread > Math.max(RECEIVER_S, ON_THE_LINE * change)) continue;
    const since = (slope * (end - (within.at(-1)?.startUs ?? end))) / DAY_US;
    // the fastest message of a slot may be the first or the last of it
    const ofSlot = Math.abs(slope) / 4;
    return {
      state: 'drifting',
      offset: { seconds: -trend.last - since, uncertainty: spread + ofSlot + RECEIVER_S },
      rate: -slope,
      sinceUs: within[0]?.startUs ?? end,
    };
  }
  return undefined;
}

/** Whether the ends differ as those of a clock that drifts do: most clocks are right, and slopes of all pairs take a while. */
function hasMoved(lags: readonly SlotLag[]): boolean {
  const [first, last] = [lags.slice(0, 4), lags.slice(-4)].map((slots) =>
    median(slots.map(({ lag }) => lag)),
  );
  return Math.abs((last ?? 0) - (first ?? 0)) > LEAST_CHANGE_S / 2;
}

/** Of each day the slot with the smallest lag. */
function fastestOfDays(lags: readonly SlotLag[]): SlotLag[] {
  const days = new Map<number, SlotLag>();
  for (const slot of lags) {
    const day = Math.floor(slot.startUs / DAY_US);
    const before = days.get(day);
    if (before === undefined || slot.lag < before.lag) days.set(day, slot);
  }
  return [...days.values()];
}

function firstJump(lags: readonly SlotLag[], levels: readonly LagLevel[]): number {
  const end = lags.at(-1)?.startUs ?? 0;
  const starts = levels.slice(1).map(({ first }) => lags[first]?.startUs ?? end);
  return starts.find((startUs) => startUs > end - JUMPS_US) ?? end;
}
