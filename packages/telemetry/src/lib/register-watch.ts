import type { RegisterEvent, RegisterReading } from './register-events.ts';
import {
  backwardsOf,
  isKnown,
  jumpOf,
  paceAfter,
  reachOf,
  type RegisterPace,
  unknownPace,
} from './register-pace.ts';
import { wrapsAt } from './register-wrap.ts';

/** Readings that follow each other from which a register counts from a new level. */
const SETTLED_READINGS = 4;
/** Odd readings, none following from another, after which the last one is taken for the new level. */
const MOST_ODD_READINGS = 32;
/** A jump that is followed by a step of this part of it was none. */
const COMPARABLE = 30;
/** Readings that are looked back at for a spike when the register falls. */
const SPIKE_READINGS = 3;

/** So long after it left a level a register may come back to it. */
const LEFT_US = 7 * 86_400e6;

/** What is known of a register from elsewhere. */
export interface RegisterFacts {
  /** Value at which it starts again from 0. Default: powers of ten, and what 32 bits hold. */
  readonly modulus?: number | undefined;
  /** Units per hour that it can count at most. */
  readonly maximumRate?: number | undefined;
}

/** Follows one register, in memory that does not grow. */
export interface RegisterWatch {
  /** The next reading, later than all before; returns the event that it settles. */
  take(tsUs: number, value: number): RegisterEvent | undefined;
  /** What is odd about the last readings and not settled yet. */
  unsettled(): RegisterEvent | undefined;
}

/** A reading that counted, and the pace before it did. */
interface Counted extends RegisterReading {
  readonly paceBefore: RegisterPace;
}

/** Readings off the line; the last `run` of them follow from each other. `jumped`: the first one rose further than it can have counted. */
interface Odd {
  readonly type: 'odd';
  readonly before: RegisterReading;
  readonly jumped: boolean;
  readonly readings: readonly RegisterReading[];
  readonly run: number;
}

/** A run backwards from `before`, which is made up when the register shows that value again. */
interface Backwards {
  readonly type: 'backwards';
  readonly before: RegisterReading;
  readonly first: RegisterReading;
  readonly last: RegisterReading;
  readonly falls: number;
}

/**
 * Tells rollover, reset, swap, glitch and a run backwards apart (docs/decisions/0096). What a register says depends on its readings in the order of
 * their times alone. A register that rises is called something only where it rises once, by far more than it can have counted.
 */
export function watchRegister(facts: RegisterFacts = {}): RegisterWatch {
  let pace = unknownPace(facts.maximumRate);
  /** The last readings that counted, oldest first. */
  let counted: readonly Counted[] = [];
  let doubt: Odd | Backwards | undefined;
  /** What it showed before its last new level: it may come back to that. */
  let left: RegisterReading | undefined;

  const count = (reading: RegisterReading): void => {
    const last = counted.at(-1);
    const paceBefore = pace;
    if (last !== undefined && reading.value >= last.value)
      pace = paceAfter(pace, reading.value - last.value, reading.tsUs - last.tsUs);
    counted = [...counted.slice(-SPIKE_READINGS), { ...reading, paceBefore }];
  };
  /** Goes on from readings that do not follow from those that counted before. */
  const startFrom = (readings: readonly RegisterReading[]): void => {
    counted = [];
    for (const reading of readings) count(reading);
  };

  const isLeftLine = (reading: RegisterReading, last: RegisterReading): boolean => {
    if (left === undefined || reading.tsUs - left.tsUs > LEFT_US) return false;
    if (last.value >= left.value || reading.value < left.value) return false;
    const most = isKnown(pace) ? reachOf(pace, reading.tsUs - last.tsUs) : left.value / 2;
    const since = reading.value - left.value;
    return reading.value - last.value > most && since <= reachOf(pace, reading.tsUs - left.tsUs);
  };

  const takeOdd = (odd: Odd, reading: RegisterReading): RegisterEvent | undefined => {
    const { before, readings, run } = odd;
    const [first = reading] = readings;
    const previous = readings.at(-1) ?? before;
    if (isBack(pace, odd, reading)) {
      startFrom([before, reading]);
      doubt = undefined;
      return event('glitch', { first, before, after: reading, settledUs: reading.tsUs, pace });
    }
    const step = reading.value - previous.value;
    const us = reading.tsUs - previous.tsUs;
    if (countsOn(pace, odd, reading)) {
      doubt = undefined;
      for (const one of [...readings, reading]) count(one);
      return undefined;
    }
    const follows = step >= 0 && step <= reachOf(pace, us);
    const next = {
      ...odd,
      readings: [...readings, reading],
      run: follows ? run + 1 : 1,
    };
    doubt = next;
    const level = next.readings.slice(-next.run);
    const counts = next.run >= SETTLED_READINGS && reading.value > (level[0] ?? reading).value;
    if (!counts && next.readings.length < MOST_ODD_READINGS) return undefined;
    doubt = undefined;
    const settled = settle(pace, facts, next, level);
    if (settled.kind === 'reset' || settled.kind === 'swap') left = before;
    startFrom(level);
    return settled;
  };

  const takeBackwards = (run: Backwards, reading: RegisterReading): RegisterEvent | undefined => {
    const { before, first, last } = run;
    const us = reading.tsUs - last.tsUs;
    if (reading.value >= before.value) {
      doubt = undefined;
      if (reading.value - before.value > jumpOf(pace, reading.tsUs - before.tsUs))
        doubt = { type: 'odd', before: last, readings: [reading], run: 1, jumped: true };
      startFrom(doubt === undefined ? [before, reading] : [last]);
      const after = doubt === undefined ? reading : last;
      return event('backwards', { first, before, after, settledUs: reading.tsUs, pace });
    }
    const fall = last.value - reading.value;
    if (fall > 0 && !isSlow(pace, last, reading)) {
      startFrom([last]);
      doubt = { type: 'odd', before: last, readings: [reading], run: 1, jumped: false };
      return event('backwards', { first, before, after: last, settledUs: reading.tsUs, pace });
    }
    doubt = { ...run, last: reading, falls: run.falls + (us > 0 && fall > 0 ? 1 : 0) };
    return undefined;
  };

  const takeNext = (reading: RegisterReading): RegisterEvent | undefined => {
    const last = counted.at(-1);
    if (last === undefined) {
      count(reading);
      return undefined;
    }
    const rise = reading.value - last.value;
    if (rise >= 0) {
      const jumped = rise > jumpOf(pace, reading.tsUs - last.tsUs) || isLeftLine(reading, last);
      if (jumped) doubt = { type: 'odd', before: last, readings: [reading], run: 1, jumped };
      else count(reading);
      return undefined;
    }
    const spike = spikeBefore(counted, reading);
    if (spike !== undefined) {
      const { before, first } = spike;
      pace = first.paceBefore;
      startFrom([before, reading]);
      return event('glitch', { first, before, after: reading, settledUs: reading.tsUs, pace });
    }
    doubt = isSlow(pace, last, reading)
      ? { type: 'backwards', before: last, first: reading, last: reading, falls: 1 }
      : { type: 'odd', before: last, readings: [reading], run: 1, jumped: false };
    return undefined;
  };

  return {
    take(tsUs, value) {
      const reading = { tsUs, value };
      if (doubt === undefined) return takeNext(reading);
      return doubt.type === 'odd' ? takeOdd(doubt, reading) : takeBackwards(doubt, reading);
    },
    unsettled() {
      if (doubt === undefined) return undefined;
      const { before } = doubt;
      const rest = { before, after: undefined, settledUs: undefined, pace };
      if (doubt.type === 'backwards') return event('backwards', { ...rest, first: doubt.first });
      return event('glitch', { ...rest, first: doubt.readings[0] ?? before, isGuess: true });
    },
  };
}

function event(
  kind: RegisterEvent['kind'],
  of: Pick<RegisterEvent, 'before' | 'after' | 'settledUs'> & {
    readonly first: RegisterReading;
    readonly pace: RegisterPace;
    readonly isGuess?: boolean;
    readonly modulus?: number | undefined;
  },
): RegisterEvent {
  const { first, before, after, settledUs, modulus } = of;
  return {
    kind,
    certainty: isKnown(of.pace) && of.isGuess !== true ? 'likely' : 'possible',
    tsUs: first.tsUs,
    value: first.value,
    before: { tsUs: before.tsUs, value: before.value },
    after: after === undefined ? undefined : { tsUs: after.tsUs, value: after.value },
    settledUs,
    ...(modulus === undefined ? {} : { modulus }),
  };
}

/** Whether a reading is where the register would be without the odd ones in between. */
function isBack(pace: RegisterPace, { before, readings }: Odd, reading: RegisterReading): boolean {
  const amount = reading.value - before.value;
  if (amount < 0 || amount > reachOf(pace, reading.tsUs - before.tsUs)) return false;
  // From above it comes back by a fall, from below by a rise.
  return readings.every(({ value }) => value < before.value || value > reading.value);
}

/**
 * Whether a register that jumped goes on at such a pace, so that this is what it consumes: another step comparable to the jump. One that is a
 * jump itself needs a second one beside it: a return to an old level and a spike may follow each other.
 */
function countsOn(
  pace: RegisterPace,
  { before, readings }: Odd,
  reading: RegisterReading,
): boolean {
  const [first = reading, second] = readings;
  const jump = first.value - before.value;
  if (jump <= 0 || readings.length > 2) return false;
  const isPace = (from: RegisterReading, to: RegisterReading): boolean =>
    to.value - from.value > Math.max(reachOf(pace, to.tsUs - from.tsUs), jump / COMPARABLE);
  if (second !== undefined) return isPace(first, second) && isPace(second, reading);
  return (
    isPace(first, reading) && reading.value - first.value <= jumpOf(pace, reading.tsUs - first.tsUs)
  );
}

/** A fall that a register which runs backwards could make; to nothing at all is none. */
function isSlow(pace: RegisterPace, from: RegisterReading, to: RegisterReading): boolean {
  const most = backwardsOf(pace, to.tsUs - from.tsUs, from.value);
  return to.value !== 0 && from.value - to.value <= most;
}

/** Readings that rose further than the register could have counted, and from which it now falls back to the line before them. */
function spikeBefore(
  counted: readonly Counted[],
  reading: RegisterReading,
): { readonly before: RegisterReading; readonly first: Counted } | undefined {
  for (let k = counted.length - 2; k >= 0; k--) {
    const [before, first] = counted.slice(k, k + 2);
    if (before === undefined || first === undefined || before.value > reading.value) continue;
    const { paceBefore } = first;
    const isSpike =
      isKnown(paceBefore) &&
      first.value - before.value > reachOf(paceBefore, first.tsUs - before.tsUs);
    const isOnLine =
      reading.value < first.value &&
      reading.value - before.value <= reachOf(paceBefore, reading.tsUs - before.tsUs);
    return isSpike && isOnLine ? { before, first } : undefined;
  }
  return undefined;
}

/** What has happened where a register counts on from another level. */
function settle(
  pace: RegisterPace,
  facts: RegisterFacts,
  { before, readings, jumped }: Odd,
  level: readonly RegisterReading[],
): RegisterEvent {
  const [after = before] = level;
  const [first = after] = readings;
  const us = after.tsUs - before.tsUs;
  const rest = { first, before, after, settledUs: readings.at(-1)?.tsUs, pace };
  if (after.value >= before.value) {
    if (jumped || after.value - before.value > jumpOf(pace, us)) return event('swap', rest);
    return event('glitch', { ...rest, isGuess: true });
  }
  const modulus = wrapsAt(before.value, after.value, reachOf(pace, us), facts.modulus);
  if (modulus !== undefined) return event('rollover', { ...rest, modulus });
  return event(after.value <= reachOf(pace, us) ? 'reset' : 'swap', rest);
}
