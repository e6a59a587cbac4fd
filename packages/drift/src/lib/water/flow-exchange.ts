import { at, median, robustDeviation } from '@verimeter/statistics';

/** Two districts of which one feeds a part of the other, from a day on or until then. */
export interface FlowExchange {
  /** The one whose supply counts what is drawn in the other. */
  readonly giver: number;
  readonly taker: number;
  /** Day of the window on which it began or ended. */
  readonly day: number;
  readonly kind: 'opened' | 'closed';
  /** Mean flow. */
  readonly litresPerHour: number;
  /** Of what both leave over, hour by hour, while it lasts: between -1, always in opposite directions, and 1. */
  readonly agreement: number;
}

/** Litres per hour that a balance leaves over, by grid step; NaN where there is none. */
export type Unaccounted = Float32Array;

interface Window {
  /** Grid steps of a day. */
  readonly perDay: number;
}

/** Days on either side that a level is told from, at least and at most. */
const LEAST_DAYS = 5;
const MOST_DAYS = 14;
/** Hours of a day with a balance. */
const LEAST_HOURS = 12;
/** Standard errors of a step of the level. */
const LEAST_STEP = 4;
/** Of two steps, what they may differ by: share of the larger one, and standard errors. */
const UNLIKE = { share: 0.35, errors: 3 } as const;
/**
 * Hours are compared by whether more is left over, against the middle of the day, than a day before: agreement less disagreement while water is exchanged, and its
 * change, in standard errors of as many hours as are compared. What all districts draw at the same hours is the same every day.
 */
const LEAST_OPPOSED = 6;
const LEAST_CONTRAST = 5;
/** Days on either side whose hours are compared, and hours at least. */
const COMPARED_DAYS = 42;
const LEAST_COMPARED = 168;
/** The levels tell the day of a change this well. */
const NEAR_DAYS = 7;

interface Seen {
  /** Litres per hour by day. */
  readonly levels: Float64Array;
  readonly signs: Int8Array;
}

interface Step {
  readonly district: number;
  readonly day: number;
  readonly size: number;
  readonly error: number;
}

/**
 * Pairs of districts whose balances changed on one day by the same amount in opposite directions, and from hour to hour follow each other in opposite
 * directions on one side of it: bursts that begin here and are repaired there on the same day do not.
 */
export function findExchanges(
  balances: readonly (Unaccounted | undefined)[],
  { perDay }: Window,
): FlowExchange[] {
  const seen = balances.map(
    (balance): Seen | undefined =>
      balance && { levels: dailyLevels(balance, perDay), signs: signsByDay(balance, perDay) },
  );
  const byDay = Map.groupBy(
    seen.flatMap((own, district) => (own === undefined ? [] : stepsOf(own.levels, district))),
    ({ day }) => day,
  );
  const found = new Map<string, Clear[]>();
  for (const steps of byDay.values()) {
    const down = steps.filter(({ size }) => size < 0);
    for (const first of steps)
      for (const second of first.size > 0 ? down : []) {
        if (!areOpposite(first, second)) continue;
        const exchange = exchangeOf(first, second, seen, perDay);
        if (exchange === undefined) continue;
        const pair = JSON.stringify([first.district, second.district].toSorted((a, b) => a - b));
        const clear = Math.min(clearness(first), clearness(second));
        found.set(pair, [...(found.get(pair) ?? []), { exchange, clear }]);
      }
  }
  return [...found.values()]
    .flatMap(beginAndEnd)
    .toSorted((a, b) => a.day - b.day || a.giver - b.giver || a.taker - b.taker);
}

interface Clear {
  readonly exchange: FlowExchange;
  readonly clear: number;
}

/** Of what may have happened between two districts the clearest, and what then belongs to it: an end before a beginning or one the other way round does not. */
function beginAndEnd(found: readonly Clear[]): FlowExchange[] {
  const ordered = found.toSorted((a, b) => b.clear - a.clear).map(({ exchange }) => exchange);
  const [first] = ordered;
  if (first === undefined) return [];
  const other = ordered.find(
    ({ giver, kind, day }) =>
      giver === first.giver &&
      kind !== first.kind &&
      (kind === 'closed' ? day > first.day : day < first.day),
  );
  return other === undefined ? [first] : [first, other];
}

const clearness = ({ size, error }: Step): number => Math.abs(size) / Math.max(error, 1e-9);

function dailyLevels(balance: Unaccounted, perDay: number): Float64Array {
  return Float64Array.from({ length: Math.floor(balance.length / perDay) }, (_, day) => {
    let sum = 0;
    let known = 0;
    for (let k = day * perDay; k < (day + 1) * perDay; k++) {
      const value = balance[k] as number;
      if (!Number.isFinite(value)) continue;
      sum += value;
      known++;
    }
    return known >= (LEAST_HOURS / 24) * perDay ? sum / known : Number.NaN;
  });
}

/** Days at which the level of a balance has clearly stepped. */
function stepsOf(levels: Float64Array, district: number): Step[] {
  const known = (from: number, to: number): Float64Array =>
    levels.slice(Math.max(0, from), Math.max(0, to)).filter((value) => Number.isFinite(value));
  const changes = levels
    .map((value, day) => (day === 0 ? Number.NaN : value - at(levels, day - 1)))
    .filter((value) => Number.isFinite(value));
  if (changes.length < 2 * LEAST_DAYS) return [];
  const noise = robustDeviation(changes) / Math.SQRT2;
  const steps: Step[] = [];
  for (let day = LEAST_DAYS; day < levels.length - LEAST_DAYS; day++) {
    const before = known(day - MOST_DAYS, day);
    const after = known(day + 1, day + 1 + MOST_DAYS);
    if (before.length < LEAST_DAYS || after.length < LEAST_DAYS) continue;
    // the variance of a median is pi / 2 times that of a mean
    const error = noise * Math.sqrt((Math.PI / 2) * (1 / before.length + 1 / after.length));
    steps.push({ district, day, size: median(after) - median(before), error });
  }
  return steps.filter((step) => clearness(step) >= LEAST_STEP);
}

function areOpposite(up: Step, down: Step): boolean {
  const larger = Math.max(up.size, -down.size);
  return (
    Math.abs(up.size + down.size) <=
    UNLIKE.share * larger + UNLIKE.errors * Math.hypot(up.error, down.error)
  );
}

function exchangeOf(
  up: Step,
  down: Step,
  seen: readonly (Seen | undefined)[],
  perDay: number,
): FlowExchange | undefined {
  const first = seen[up.district];
  const second = seen[down.district];
  if (first === undefined || second === undefined) return undefined;
  const { day } = up;
  const before = agreement(first.signs, second.signs, [
    (day - COMPARED_DAYS) * perDay,
    day * perDay,
  ]);
  const after = agreement(first.signs, second.signs, [
    (day + 1) * perDay,
    (day + 1 + COMPARED_DAYS) * perDay,
  ]);
  if (before === undefined || after === undefined) return undefined;
  const opened = after.share < before.share;
  const { share, count } = opened ? after : before;
  const contrast =
    Math.abs(after.share - before.share) / Math.sqrt(1 / before.count + 1 / after.count);
  if (!(contrast >= LEAST_CONTRAST && -share * Math.sqrt(count) >= LEAST_OPPOSED)) return undefined;
  // what is left over rises where water begins to go elsewhere, and where it ends to come from there
  const [giver, taker] = opened ? [up.district, down.district] : [down.district, up.district];
  return {
    giver,
    taker,
    day: changeDay(first.levels, second.levels, day),
    kind: opened ? 'opened' : 'closed',
    litresPerHour: (up.size - down.size) / 2,
    agreement: share,
  };
}

/** 1 where more is left over, against the middle of the day, than at the same hour a day before, -1 where less, 0 where neither. */
function signsByDay(balance: Unaccounted, perDay: number): Int8Array {
  const rest = balance.slice();
  for (let from = 0; from < balance.length; from += perDay) {
    const day = balance.subarray(from, from + perDay);
    const middle = median(day.filter((value) => Number.isFinite(value)));
    day.forEach((value, k) => {
      rest[from + k] = value - middle;
    });
  }
  const out = new Int8Array(balance.length);
  for (let k = perDay; k < balance.length; k++) {
    const more = (rest[k] as number) - (rest[k - perDay] as number);
    out[k] = more > 0 ? 1 : more < 0 ? -1 : 0;
  }
  return out;
}

interface Agreement {
  /** Hours at which both have the same sign, less those of opposite ones, over all. */
  readonly share: number;
  readonly count: number;
}

/** Undefined where too few hours are known. */
function agreement(
  first: Int8Array,
  second: Int8Array,
  [from, to]: readonly [number, number],
): Agreement | undefined {
  let sum = 0;
  let count = 0;
  for (let k = Math.max(0, from); k < Math.min(to, first.length); k++) {
    const both = (first[k] as number) * (second[k] as number);
    sum += both;
    count += both === 0 ? 0 : 1;
  }
  return count < LEAST_COMPARED ? undefined : { share: sum / count, count };
}

/** The day near one from which on the difference of two levels is nearer to what it is after than to what it was before. */
function changeDay(first: Float64Array, second: Float64Array, day: number): number {
  const difference = first.map((level, k) => level - at(second, k));
  const usual = (from: number, to: number): number =>
    median(difference.subarray(Math.max(0, from), to).filter((value) => Number.isFinite(value)));
  const before = usual(day - MOST_DAYS - NEAR_DAYS, day - NEAR_DAYS);
  const after = usual(day + NEAR_DAYS + 1, day + NEAR_DAYS + 1 + MOST_DAYS);
  let sum = 0;
  let best = { day, sum: Number.NaN };
  if (!Number.isFinite(before - after)) return day;
  for (let candidate = day - NEAR_DAYS; candidate <= day + NEAR_DAYS; candidate++) {
    if (!(sum >= best.sum)) best = { day: candidate, sum };
    const value = difference[candidate] ?? Number.NaN;
    if (!Number.isFinite(value)) continue;
    // as long as the day belongs to the time before
    sum += Math.abs(value - before) - Math.abs(value - after);
  }
  return best.day;
}
