import type { EvidencePack } from '@verimeter/api-schema';
import { formatTimestamp, zoneDays } from '@verimeter/telemetry';
import { aggregatePage, consumptionOf, type Source } from '../reading-buckets.ts';
import { rounded } from '../register-sums.ts';
import { equalMonths } from './equal-months.ts';

type RegisterRecord = NonNullable<EvidencePack['register']>;
type Day = RegisterRecord['days'][number];

const DAY_US = 86_400e6;
/** Days before the end whose months are told: twelve whole months and the one that runs. */
const YEAR_DAYS = 397;

/** The day of an instant where the tenant is. */
export function dayIn(zone: string, us: number): string {
  return new Intl.DateTimeFormat('en-CA', { timeZone: zone, dateStyle: 'short' }).format(
    new Date(us / 1000),
  );
}

export interface RegisterPlace {
  readonly tenant: string;
  readonly deviceId: string;
  readonly quantity: string;
  readonly unit: string;
  readonly zone: string;
  /** The last reading, microseconds since 1970. */
  readonly last: { readonly tsUs: number; readonly value: number };
}

/** Every day from one to another, those without a reading too. */
async function daysOf(source: Source, place: RegisterPlace, starts: readonly number[]) {
  const range = {
    tenant: place.tenant,
    deviceId: place.deviceId,
    quantity: place.quantity,
    fromUs: starts[0] ?? 0,
    toUs: place.last.tsUs + 1,
  };
  const buckets = await consumptionOf(
    source,
    range,
    await aggregatePage(source, range, {
      afterUs: undefined,
      resolution: '1d',
      zone: place.zone,
      limit: starts.length + 1,
    }),
  );
  const byStart = new Map(buckets.map((bucket) => [bucket.start_at, bucket]));
  return starts.map((startUs): Day & { readonly startUs: number } => {
    const bucket = byStart.get(startUs);
    return {
      startUs,
      day: dayIn(place.zone, startUs),
      first: bucket?.first ?? null,
      last: bucket?.last ?? null,
      amount: bucket?.sum ?? null,
      coverage: bucket === undefined ? 0 : bucket.coverage,
    };
  });
}

const sum = (amounts: readonly (number | null)[]): number | null => {
  const known = amounts.filter((amount) => amount !== null);
  return known.length === 0 ? null : rounded(known.reduce((total, one) => total + one, 0));
};

/** Of a month not a day may be missing for its amount to be compared; a few readings may. */
const WHOLE_COVERAGE = 0.95;

function monthsOf(days: readonly Day[], running: string): RegisterRecord['months'] {
  const groups = [...Map.groupBy(days, ({ day }) => day.slice(0, 7))];
  const months = groups.map(([month, of]) => {
    const coverages = of.map(({ coverage }) => coverage ?? 0);
    const coverage = coverages.reduce((total, one) => total + one, 0) / of.length;
    return {
      month,
      first: of.find(({ first }) => first !== null)?.first ?? null,
      last: of.findLast(({ last }) => last !== null)?.last ?? null,
      amount: sum(of.map(({ amount }) => amount)),
      coverage: Math.min(1, coverage),
      days_with_use: of.filter(({ amount }) => amount !== null && amount > 0).length,
      isWhole: month !== running && coverage >= WHOLE_COVERAGE,
    };
  });
  const equal = equalMonths(months);
  return months
    .filter(({ amount, coverage }) => amount !== null || coverage > 0)
    .map(({ isWhole: _whole, ...month }) => ({ ...month, equal: equal.has(month.month) }));
}

/** What a register counted: day by day over a window, month by month over a year. */
export async function readRegisterRecord(
  source: Source,
  place: RegisterPlace,
  days: number,
): Promise<{ readonly record: RegisterRecord; readonly fromUs: number; readonly toUs: number }> {
  const { last, zone } = place;
  // A reading at midnight closes the day before.
  const all = zoneDays(zone, last.tsUs - Math.max(days, YEAR_DAYS) * DAY_US, last.tsUs);
  const toUs = all.at(-1) ?? last.tsUs + 1;
  const starts = all.slice(0, -1);
  const known = await daysOf(source, place, starts);
  const wanted = known.slice(-days);
  // Days before there was any reading are no missing ones.
  const window = wanted.slice(
    Math.max(
      0,
      wanted.findIndex(({ first }) => first !== null),
    ),
  );
  const fromUs = window[0]?.startUs ?? toUs;
  const [first] = await source.readings.page(
    source.client,
    {
      deviceId: place.deviceId,
      quantity: place.quantity,
      fromUs,
      toUs: last.tsUs + 1,
    },
    { limit: 1, conflicts: false, after: undefined },
  );
  // The first month counts only where its first day is in.
  const firstMonth = known.findIndex(({ day }) => day.endsWith('-01'));
  const record = {
    quantity: place.quantity,
    unit: place.unit,
    start: first === undefined ? null : { ts: formatTimestamp(first.tsUs), value: first.value },
    end: { ts: formatTimestamp(last.tsUs), value: last.value },
    amount: sum(window.map(({ amount }) => amount)),
    days: window.map(({ startUs: _start, ...day }) => day),
    months: monthsOf(known.slice(Math.max(0, firstMonth)), dayIn(zone, last.tsUs).slice(0, 7)),
  };
  return { record, fromUs, toUs };
}
