import type { DirtyDay, ReadingEngine } from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import type { ChannelDigest } from './row-digest.ts';

/** The database of the registry, as verimeter_service; its int8 are numbers. */
export type Registry = Pick<ClientBase, 'query'>;

/** From which engine to which one. */
export interface Route {
  readonly source: ReadingEngine['kind'];
  readonly target: ReadingEngine['kind'];
  /** Of the one that is no PostgreSQL, without user and password. */
  readonly address: string;
}

export interface CopyState extends Route {
  /** Name of what the source showed: what is shown since is still to be brought. */
  readonly shown: string;
  readonly finished: boolean;
}

export interface Part {
  readonly part: number;
  readonly fromUs: number;
  /** Exclusive. */
  readonly untilUs: number;
  readonly firstChannel: number;
  readonly lastChannel: number;
  /** Copied; null: not yet. */
  readonly readings: number | null;
}

export async function readState(registry: Registry): Promise<CopyState | undefined> {
  const { rows } = await registry.query<CopyState>(
    'SELECT source, target, address, shown, finished_at IS NOT NULL AS finished FROM store_copies',
  );
  return rows[0];
}

const numbers = (values: readonly number[]): string => `{${values.join(',')}}`;

/** In place of whatever copy there was. */
const BEGIN = `
  WITH parts AS (DELETE FROM store_copy_parts), days AS (DELETE FROM store_copy_days), months AS (DELETE FROM store_copy_months)
  INSERT INTO store_copies (source, target, address, shown) VALUES ($1, $2, $3, $4)
  ON CONFLICT (only_row) DO UPDATE
    SET source = excluded.source, target = excluded.target, address = excluded.address, shown = excluded.shown,
        began_at = now(), finished_at = NULL`;

const PARTS = `
  INSERT INTO store_copy_parts (part, from_us, until_us, first_channel, last_channel)
  SELECT n, f, u, a, b FROM unnest($1::int8[], $2::int8[], $3::int4[], $4::int4[]) WITH ORDINALITY AS t (f, u, a, b, n)`;

/** In the transaction begun. */
export async function beginState(
  registry: Registry,
  { source, target, address }: Route,
  shown: string,
  parts: readonly Omit<Part, 'part' | 'readings'>[],
): Promise<void> {
  await registry.query(BEGIN, [source, target, address, shown]);
  await registry.query(PARTS, [
    numbers(parts.map(({ fromUs }) => fromUs)),
    numbers(parts.map(({ untilUs }) => untilUs)),
    numbers(parts.map(({ firstChannel }) => firstChannel)),
    numbers(parts.map(({ lastChannel }) => lastChannel)),
  ]);
}

/** Forgets a copy; what it has brought stays where it is. Returns whether there was one. */
export async function dropState(registry: Registry): Promise<boolean> {
  const { rowCount } = await registry.query(
    `WITH parts AS (DELETE FROM store_copy_parts), days AS (DELETE FROM store_copy_days), months AS (DELETE FROM store_copy_months)
     DELETE FROM store_copies`,
  );
  return (rowCount ?? 0) > 0;
}

export async function readParts(registry: Registry): Promise<Part[]> {
  const { rows } = await registry.query<Part>(
    `SELECT part, from_us AS "fromUs", until_us AS "untilUs", first_channel AS "firstChannel", last_channel AS "lastChannel", readings
       FROM store_copy_parts ORDER BY part`,
  );
  return rows;
}

export async function notePart(registry: Registry, part: number, readings: number): Promise<void> {
  await registry.query('UPDATE store_copy_parts SET readings = $2 WHERE part = $1', [
    part,
    readings,
  ]);
}

/** Days of channels that are to be brought and compared. */
export async function addDays(registry: Registry, days: readonly DirtyDay[]): Promise<void> {
  await registry.query(
    `INSERT INTO store_copy_days (channel_id, day_us) SELECT * FROM unnest($1::int4[], $2::int8[]) ON CONFLICT DO NOTHING`,
    [numbers(days.map(({ channelId }) => channelId)), numbers(days.map(({ dayUs }) => dayUs))],
  );
}

/** All that was shown up to this name is brought, or among the days. */
export async function noteShown(registry: Registry, shown: string): Promise<void> {
  await registry.query('UPDATE store_copies SET shown = $1, finished_at = NULL', [shown]);
}

export async function readDays(
  registry: Registry,
): Promise<{ dayUs: number; channelIds: number[] }[]> {
  const { rows } = await registry.query<{ dayUs: number; channelIds: number[] }>(
    `SELECT day_us AS "dayUs", array_agg(channel_id ORDER BY channel_id) AS "channelIds"
       FROM store_copy_days GROUP BY day_us ORDER BY day_us`,
  );
  return rows;
}

export async function removeDays(
  registry: Registry,
  { fromUs, untilUs }: { readonly fromUs: number; readonly untilUs: number },
  channelIds: readonly number[],
): Promise<void> {
  await registry.query(
    'DELETE FROM store_copy_days WHERE day_us >= $1 AND day_us < $2 AND channel_id = ANY ($3::int4[])',
    [fromUs, untilUs, numbers(channelIds)],
  );
}

export async function readEqualMonths(registry: Registry): Promise<Map<number, ChannelDigest>> {
  const { rows } = await registry.query<{ fromUs: number } & ChannelDigest>(
    'SELECT from_us AS "fromUs", readings, sha256 FROM store_copy_months',
  );
  return new Map(rows.map(({ fromUs, readings, sha256 }) => [fromUs, { readings, sha256 }]));
}

export async function noteEqualMonth(
  registry: Registry,
  fromUs: number,
  { readings, sha256 }: ChannelDigest,
): Promise<void> {
  await registry.query(
    `INSERT INTO store_copy_months VALUES ($1, $2, $3)
     ON CONFLICT (from_us) DO UPDATE SET readings = excluded.readings, sha256 = excluded.sha256`,
    [fromUs, readings, sha256],
  );
}

export async function noteFinished(registry: Registry): Promise<void> {
  await registry.query('UPDATE store_copies SET finished_at = now()');
}

/** All channels, whoever owns them. */
export async function readChannelIds(registry: Registry): Promise<number[]> {
  const { rows } = await registry.query<{ id: number }>(
    'SELECT channel_id AS id FROM channels ORDER BY channel_id',
  );
  return rows.map(({ id }) => id);
}

/** What people call channels. */
export async function readChannelNames(
  registry: Registry,
  channelIds: readonly number[],
): Promise<Map<number, { tenant: string; deviceId: string; quantity: string }>> {
  const { rows } = await registry.query<{
    id: number;
    tenant: string;
    deviceId: string;
    quantity: string;
  }>(
    `SELECT channel_id AS id, tenant, device_id AS "deviceId", quantity FROM channels WHERE channel_id = ANY ($1::int4[])`,
    [numbers(channelIds)],
  );
  return new Map(rows.map(({ id, ...name }) => [id, name]));
}
