import { setTimeout as sleep } from 'node:timers/promises';
import type { DirtyDay } from '@verimeter/reading-store';
import type { Client, Pool } from 'pg';
import { int4Array, timestamptz, timestamptzArray } from '../binary-format.ts';
import { openOwnConnection } from '../own-connection.ts';
import { STRAGGLERS_KEPT_US } from './dirty-days.ts';
import { SHOWN } from './shown.ts';

/** A day is summed up when it has been over for two days; it has up to 25 hours. Whatever the caller takes for now. */
const BEFORE = `least($1::timestamptz, now()) - interval '73 hours'`;
const DAYS_AT_A_TIME = 1000;
const CHANNELS_AT_A_TIME = 20;

/** Who keeps the days has this lock: one at a time, and none while partitions are dropped. */
export const DAYS_LOCK = `hashtext('verimeter.reading_days')`;

export interface DayRoundOptions {
  /** A round ends at the next piece of work after this. */
  readonly budgetMs: number;
  /** How often arrivals are looked through. */
  readonly lookEveryMs: number;
  /** Days of readings that were shown since a name, as the layout of the readings tells them. */
  readonly dirtyDays: (notIn: string) => AsyncIterable<readonly DirtyDay[]>;
  /** Ends the round where it is. */
  readonly signal?: AbortSignal | undefined;
}

const query = async <T extends object>(
  client: Client,
  text: string,
  values: unknown[] = [],
): Promise<T[]> => (await client.query<T>(text, values)).rows;

/**
 * Brings the days that are summed up ahead up to date, as far as the budget goes: days of readings that came since the last look, and of
 * tenants whose days were never summed up, or in another zone. Each step may be repeated, so that a round may break off anywhere. Does
 * nothing where somebody else is at it.
 */
export async function keepReadingDays(
  pool: Pool,
  nowUs: number,
  options: DayRoundOptions,
): Promise<void> {
  const client = await openOwnConnection(pool, options.signal);
  try {
    const [lock] = await query<{ locked: boolean }>(
      client,
      `SELECT pg_try_advisory_lock(${DAYS_LOCK}) AS locked`,
    );
    if (lock?.locked === true) await round(client, nowUs, options);
  } finally {
    await client.end(); // and the lock with it
  }
}

async function round(
  client: Client,
  nowUs: number,
  { budgetMs, lookEveryMs, dirtyDays }: DayRoundOptions,
): Promise<void> {
  const beganMs = performance.now();
  const isOver = (share: number) => (): boolean => performance.now() > beganMs + share * budgetMs;
  await lookAround(client, lookEveryMs, dirtyDays);
  await planTenants(client, isOver(0.5));
  const now = timestamptz(nowUs);
  const [open] = await query<{ some: boolean }>(
    client,
    `SELECT EXISTS (SELECT FROM reading_days WHERE count IS NULL AND start_at < ${BEFORE}) AS some`,
    [now],
  );
  const isDone = isOver(1);
  if (open?.some !== true || isDone() || !(await olderTransactionsEnd(client, isDone))) return;
  for (let done = 1; done > 0 && !isDone();) {
    // oxlint-disable-next-line no-await-in-loop -- one piece after the other
    const [summed] = await query<{ days: number }>(
      client,
      `SELECT sum_reading_days(${BEFORE}, $2) AS days`,
      [now, DAYS_AT_A_TIME],
    );
    done = summed?.days ?? 0;
  }
}

/** Plans the days of what was shown since the last look, then remembers this one. The first look is a mark only: all days are planned. */
async function lookAround(
  client: Client,
  everyMs: number,
  dirtyDays: DayRoundOptions['dirtyDays'],
): Promise<void> {
  const [last] = await query<{ shown: string; due: boolean }>(
    client,
    `SELECT shown, looked_at <= now() - $1::float8 * interval '1 millisecond' AS due FROM reading_day_look`,
    [everyMs],
  );
  if (last?.due === false) return;
  const [now] = await query<{ shown: string }>(client, SHOWN);
  if (now === undefined) throw new Error('the database has no snapshot');
  if (last !== undefined)
    for await (const days of dirtyDays(last.shown)) {
      const rows = Uint32Array.from(days, (_, row) => row);
      await client.query('SELECT plan_reading_days($1, $2)', [
        int4Array(
          days.map(({ channelId }) => channelId),
          rows,
        ),
        timestamptzArray(
          days.map(({ dayUs }) => dayUs),
          rows,
        ),
      ]);
    }
  await client.query(
    `INSERT INTO reading_day_look (shown, looked_at) VALUES ($1, now())
     ON CONFLICT (only_row) DO UPDATE SET shown = excluded.shown, looked_at = excluded.looked_at`,
    [now.shown],
  );
  await client.query(
    `DELETE FROM straggler_days WHERE noted_at < now() - $1::float8 * interval '1 microsecond'`,
    [STRAGGLERS_KEPT_US],
  );
}

/** Plans all days of tenants that are new or have another zone now; until that is done their days are not used. */
async function planTenants(client: Client, isOver: () => boolean): Promise<void> {
  await client.query(
    `INSERT INTO reading_day_zones (tenant, zone, next_channel)
     SELECT t.tenant, t.zone, 0 FROM tenants t
      WHERE NOT EXISTS (SELECT FROM reading_day_zones z WHERE z.tenant = t.tenant AND z.zone = t.zone)
     ON CONFLICT (tenant) DO UPDATE SET zone = excluded.zone, next_channel = 0`,
  );
  const tenants = await query<{ tenant: string }>(
    client,
    'SELECT tenant FROM reading_day_zones WHERE next_channel IS NOT NULL ORDER BY tenant',
  );
  for (const { tenant } of tenants) {
    for (let more = true; more && !isOver();) {
      // oxlint-disable-next-line no-await-in-loop -- some channels at a time
      const [page] = await query<{ more: boolean }>(
        client,
        'SELECT plan_channel_days($1, $2) AS more',
        [tenant, CHANNELS_AT_A_TIME],
      );
      more = page?.more === true;
    }
  }
}

/**
 * A writer that began before a day was planned does not know of it, and would not say that it changes the day. Waits until all of them have
 * ended; false where that takes too long.
 */
async function olderTransactionsEnd(client: Client, isOver: () => boolean): Promise<boolean> {
  const [mark] = await query<{ next: string }>(
    client,
    'SELECT pg_snapshot_xmax(pg_current_snapshot())::text AS next',
  );
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const [state] = await query<{ ended: boolean }>(
      client,
      'SELECT pg_snapshot_xmin(pg_current_snapshot()) >= $1::xid8 AS ended',
      [mark?.next],
    );
    if (state?.ended === true) return true;
    if (isOver()) return false;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(50);
  }
}
