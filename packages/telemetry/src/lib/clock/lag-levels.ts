import { median } from './median.ts';

/** The smallest lag of a slot with messages. */
export interface SlotLag {
  readonly startUs: number;
  /** Seconds. */
  readonly lag: number;
}

/** Slots that follow each other in which the clock had one offset. */
export interface LagLevel {
  /** Into the slots. */
  readonly first: number;
  /** Seconds. */
  readonly low: number;
}

/** A change of less than this is the transport's, seconds. */
export const LEAST_JUMP_S = 60;
/** A change of the envelope from slot to slot, times this, is the transport's as well. */
const NOISE = 4;
/** Slots that have to agree before a rise is believed: a connection that was away for a day is no jump. */
const RISE_SLOTS = 4;

const isPrompt = (lag: number): boolean => lag > -LEAST_JUMP_S && lag < 2 * LEAST_JUMP_S;

/**
 * The levels of the low envelope. A fall below all that was seen can only be the clock, if it lasts for two slots; a rise may be the
 * transport, unless the slots after it agree among themselves as prompt messages do. `strays`: slots that fell alone, or are the first to
 * fall, by their place: they say nothing of a level.
 */
export function lagLevels(slots: readonly SlotLag[]): {
  readonly levels: readonly LagLevel[];
  readonly strays: ReadonlySet<number>;
} {
  const steps = slots.slice(1).map(({ lag }, k) => Math.abs(lag - (slots[k]?.lag ?? lag)));
  const least = Math.max(LEAST_JUMP_S, steps.length === 0 ? 0 : NOISE * median(steps));
  const levels: { first: number; low: number }[] = [];
  const strays = new Set<number>();
  let current: { first: number; low: number } | undefined;
  const begin = (first: number, low: number): void => {
    current = { first, low };
    levels.push(current);
  };
  for (const [i, { lag }] of slots.entries()) {
    if (current === undefined) {
      begin(i, lag);
      continue;
    }
    if (lag < current.low - least) {
      const next = slots[i + 1];
      if (next !== undefined && next.lag < current.low - least) begin(i, lag);
      else strays.add(i);
      continue;
    }
    current.low = Math.min(current.low, lag);
    const before = slots[i - 1];
    if (isPrompt(lag) && before !== undefined && i - 1 > current.first && isPrompt(before.lag)) {
      // a clock that was ahead is right again: no delay hits that by chance twice
      if (current.low < -least - LEAST_JUMP_S) {
        begin(i - 1, Math.min(lag, before.lag));
        continue;
      }
    }
    if (lag <= current.low + least) continue;
    const first = i - RISE_SLOTS + 1;
    if (first <= current.first) continue;
    const last = slots
      .slice(first, i + 1)
      .map((slot) => slot.lag)
      .toSorted((a, b) => a - b);
    const low = last[0] ?? lag;
    // three of four: one of them may have had no prompt message
    const agree = (last.at(-2) ?? lag) - low <= least / 2;
    if (low > current.low + least && agree) begin(first, low);
  }
  return { levels, strays };
}
