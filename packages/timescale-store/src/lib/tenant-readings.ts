import {
  BUCKET_COLUMNS,
  type BucketRow,
  bucketOf,
  type ReadingRange,
  type TenantReadings,
} from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import { timestamptzText } from './binary-format.ts';
import { type PageColumns, readPageColumns } from './page-columns.ts';

interface LatestRow {
  device_id: string;
  quantity: string;
  unit: string;
  ts: number | null;
  value: number | null;
  flags: number | null;
}

const within = ({ deviceId, quantity, fromUs, toUs }: ReadingRange): unknown[] => [
  deviceId,
  quantity,
  timestamptzText(fromUs),
  timestamptzText(toUs),
];

/** Two text instants a row were most of what a page of 30 days cost (docs/decisions/0143). */
const PAGE = `
  SELECT ts, value, received_at, flags, current FROM reading_page_columns($1, $2, $3, $4, $5, $6, $7, $8, $9)`;

/**
 * The readings of a tenant through the functions of the database that are all its role may use (docs/spec/tenancy.md). Clients are those
 * of the registry's pools: instants come as microseconds since 1970, int8 as numbers.
 */
export const tenantReadings: TenantReadings<ClientBase> = {
  async latest(client, deviceIds) {
    const { rows } = await client.query<LatestRow>(
      'SELECT device_id, quantity, unit, ts, value, flags FROM latest_readings($1)',
      [deviceIds],
    );
    return rows.map(({ device_id: deviceId, quantity, unit, ts, value, flags }) => ({
      deviceId,
      quantity,
      unit,
      latest: ts === null || value === null || flags === null ? null : { tsUs: ts, value, flags },
    }));
  },

  async page(client, range, { limit, conflicts, after }) {
    const { rows } = await client.query<PageColumns>(PAGE, [
      ...within(range),
      limit,
      conflicts,
      after === undefined ? null : timestamptzText(after.tsUs),
      after?.current ?? true,
      after?.value ?? null,
    ]);
    const [columns] = rows;
    return columns === undefined ? [] : readPageColumns(columns);
  },

  async buckets(client, range, { register, resolution, zone, limit }) {
    const { rows } = await client.query<BucketRow>(
      `SELECT ${BUCKET_COLUMNS}
         FROM reading_aggregates($1, $2, $8, $3, $4, $5, $6, $7)`,
      [...within(range), resolution, zone, limit, register],
    );
    return rows.map(bucketOf);
  },

  async series(client, range, { before, after }) {
    const { rows } = await client.query<{ ts: number; value: number }>(
      'SELECT ts, value FROM register_series($1, $2, $3, $4, $5, $6)',
      [...within(range), before, after],
    );
    return rows.map(({ ts, value }) => ({ tsUs: ts, value }));
  },

  async check(client) {
    await client.query("SELECT FROM latest_readings('{}')");
  },
};
