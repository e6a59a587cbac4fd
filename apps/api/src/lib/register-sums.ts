import {
  countingEvents,
  type JudgedRegisterEvent,
  type RegisterReading,
  registerSteps,
  watchRegister,
} from '@verimeter/telemetry';

/** A bucket of a register as the database sums it up. Microseconds since 1970. */
export interface RegisterBucket {
  readonly start_at: number;
  readonly end_at: number;
  readonly sum: number | null;
  readonly count: number;
  readonly coverage: number | null;
  readonly steps_back: number;
  /** Largest rise from a reading to the next one; per hour, where that is longer. */
  readonly top_rise: number | null;
}

/** A rise that any register may make within an hour, kW.h or m3; see the pace of a register in `telemetry`. */
const ORDINARY_RISE = 100;
/** A rise so many times that of other buckets may be a spike that the next page falls back from. */
const UNUSUAL = 10;

/** Whether the sums of some buckets may be no consumption: the readings themselves then have to be looked at. */
export function looksOdd(buckets: readonly RegisterBucket[]): boolean {
  return buckets.some(oddAmong(buckets));
}

/** Tells of each bucket whether it is one of these. */
export function oddAmong(buckets: readonly RegisterBucket[]): (bucket: RegisterBucket) => boolean {
  const rises = buckets.map(({ top_rise }) => top_rise ?? 0).toSorted((a, b) => a - b);
  const usual = rises[Math.floor(rises.length / 2)] ?? 0;
  const most = Math.min(ORDINARY_RISE, UNUSUAL * usual);
  return ({ steps_back, top_rise }) => steps_back > 0 || (top_rise ?? 0) > most;
}

/**
 * Events of a register: what is known of them, and what its readings - with some hours before and after those that are asked for - show
 * that nobody has looked through yet.
 */
export function eventsOf(
  readings: readonly RegisterReading[],
  known: readonly JudgedRegisterEvent[],
): JudgedRegisterEvent[] {
  const register = watchRegister();
  const found = readings.flatMap(({ tsUs, value }) => register.take(tsUs, value) ?? []);
  const last = register.unsettled();
  const fresh = [...found, ...(last === undefined ? [] : [last])]
    .map((event) => ({ ...event, state: 'open' as const }))
    .filter((event) => !known.some((other) => overlap(event, other)));
  return [...known, ...fresh].toSorted((a, b) => a.tsUs - b.tsUs);
}

type Span = Pick<JudgedRegisterEvent, 'before' | 'after'>;

const endOf = ({ after }: Span): number => after?.tsUs ?? Infinity;

const overlap = (a: Span, b: Span): boolean => a.before.tsUs < endOf(b) && b.before.tsUs < endOf(a);

/** Whether an event reaches into a bucket. */
export const isTouched = (
  { start_at, end_at }: Pick<RegisterBucket, 'start_at' | 'end_at'>,
  events: readonly Span[],
): boolean => events.some((event) => event.before.tsUs < end_at && endOf(event) > start_at);

/** Sums carry no more digits than registers have. */
export const rounded = (sum: number): number => Math.round(sum * 1e9) / 1e9;

/**
 * Consumption and coverage of the buckets that an event reaches into; the others stay as they are. A step belongs to the bucket that its later
 * reading closes: (start, end]. What is not known of a bucket lowers its coverage; where nothing is known there is no sum.
 */
export function withEvents<B extends RegisterBucket>(
  buckets: readonly B[],
  readings: readonly RegisterReading[],
  events: readonly JudgedRegisterEvent[],
): B[] {
  const counting = countingEvents(events);
  const steps = registerSteps(readings, events);
  return buckets.map((bucket) => {
    const { start_at: start, end_at: end, coverage } = bucket;
    if (!isTouched(bucket, events)) return bucket;
    const amounts = steps.flatMap(({ toUs, amount }) =>
      toUs > start && toUs <= end && amount !== undefined ? amount : [],
    );
    const unknownUs = steps.reduce(
      (sum, { fromUs, toUs, amount }) =>
        amount === undefined
          ? sum + Math.max(0, Math.min(toUs, end) - Math.max(fromUs, start))
          : sum,
      0,
    );
    const leftOut = readings.filter(
      ({ tsUs }) =>
        tsUs >= start &&
        tsUs < end &&
        counting.some((event) => event.before.tsUs < tsUs && tsUs < endOf(event)),
    ).length;
    const present = bucket.count === 0 ? 0 : Math.max(0, 1 - leftOut / bucket.count);
    const known = Math.max(0, 1 - unknownUs / (end - start));
    return {
      ...bucket,
      sum: amounts.length === 0 ? null : rounded(amounts.reduce((sum, amount) => sum + amount, 0)),
      coverage: coverage === null ? null : Math.min(coverage * present, known),
    };
  });
}
