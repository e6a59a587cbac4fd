import type { PlanItem } from '@verimeter/api-schema';

const TERMS = ['legal', 'stake', 'risk', 'confirmation', 'travel'] as const;
export type PlanTerm = (typeof TERMS)[number];

/** The terms that count, as they are drawn: what speaks for the visit first, the way last. */
export function termsOf(item: Pick<PlanItem, 'terms'>): (readonly [PlanTerm, number])[] {
  return TERMS.map((name) => [name, item.terms[name]] as const).filter(
    ([, points]) => Math.abs(points) >= 0.5,
  );
}

/** The estimate behind the probability, from the reason that names it: the error and half its 95 % interval, ratios. */
export function errorOf(
  item: Pick<PlanItem, 'reasons'>,
): { readonly error: number; readonly half: number } | undefined {
  const values = item.reasons.find(({ code }) => code === 'plan_error')?.values;
  const error = values?.['error'];
  const se = values?.['standard_error'];
  return typeof error === 'number' && typeof se === 'number'
    ? { error, half: 1.96 * se }
    : undefined;
}

/** How many of the devices are expected beyond their limits: mean, and 95 % range if they err independently of each other. */
export function expectedFinds(
  items: readonly Pick<PlanItem, 'probability_over_limit'>[],
): { readonly mean: number; readonly low: number; readonly high: number } | undefined {
  const known = items.flatMap(({ probability_over_limit: p }) => (p === null ? [] : [p]));
  if (known.length === 0) return undefined;
  const mean = known.reduce((sum, p) => sum + p, 0);
  const sd = Math.sqrt(known.reduce((sum, p) => sum + p * (1 - p), 0));
  return {
    mean,
    low: Math.max(0, Math.floor(mean - 1.96 * sd)),
    high: Math.min(known.length, Math.ceil(mean + 1.96 * sd)),
  };
}

/** As plans read addresses (packages/planning, travel.ts), but with the letters as they are written. */
const NUMBER_IN_FRONT =
  /^\s*(?:(?:số(?:\s+nhà)?|no\.?|nhà|căn(?:\s+hộ)?)\s+)?(?:[\p{L}]{0,2}\d[\p{L}\d/.-]*)[\s,]+/iu;

/** The street of an address: without the number in front. */
export function streetOf(address: string | null): string | undefined {
  const street = address?.normalize('NFC').replace(NUMBER_IN_FRONT, '').trim();
  return street === undefined || street === '' ? undefined : street;
}

interface StreetVisits {
  readonly street: string | undefined;
  readonly items: readonly PlanItem[];
}

/** The visits of a day of a team, in order. */
export interface DayVisits {
  readonly key: string;
  readonly team: string;
  readonly day: number;
  readonly visitOn: string | null;
  readonly workOrder: string | null;
  readonly minutes: number;
  readonly items: readonly PlanItem[];
  /** Stops that follow each other in one street. */
  readonly streets: readonly StreetVisits[];
}

function streetsOf(items: readonly PlanItem[]): StreetVisits[] {
  const streets: { street: string | undefined; items: PlanItem[] }[] = [];
  for (const item of items) {
    const street = streetOf(item.address);
    const last = streets.at(-1);
    if (last?.street?.toLowerCase() === street?.toLowerCase() && last !== undefined)
      last.items.push(item);
    else streets.push({ street, items: [item] });
  }
  return streets;
}

/** Items by team and day, in the order of the visits. */
export function daysOf(items: readonly PlanItem[]): DayVisits[] {
  const days = new Map<string, PlanItem[]>();
  for (const item of items.toSorted(
    (a, b) => a.team.localeCompare(b.team) || a.day - b.day || a.stop - b.stop,
  )) {
    const key = `${item.team} ${item.day}`;
    const day = days.get(key);
    if (day === undefined) days.set(key, [item]);
    else day.push(item);
  }
  return [...days].flatMap(([key, visits]) => {
    const [first] = visits;
    if (first === undefined) return [];
    return {
      key,
      team: first.team,
      day: first.day,
      visitOn: first.visit_on,
      workOrder: visits.find(({ work_order: number }) => number !== null)?.work_order ?? null,
      minutes: visits.reduce((sum, one) => sum + one.travel_minutes + one.work_minutes, 0),
      items: visits,
      streets: streetsOf(visits),
    };
  });
}
