import type { ReadingBatch } from '@verimeter/reading-store';
import {
  copyContent,
  float8Array,
  int2Array,
  int4Array,
  timestamptzArray,
} from './binary-format.ts';
import type { Layout } from './layout.ts';

/** A statement that the server keeps prepared under its name. */
export interface Statement {
  readonly name: string;
  readonly text: string;
}

/** What writing a batch has to know of the table. */
export interface WriteForm {
  readonly layout: Layout;
  /** Takes what `content` makes. */
  readonly copy: string;
  content(batch: ReadingBatch, rows: Uint32Array): Buffer;
  /** Inserts what is new and returns the ordinals (from 1) of the rows whose key was there. */
  readonly insertNew: Statement;
  parameters(batch: ReadingBatch, rows: Uint32Array): Buffer[];
  /** Ordinals and current values of keys ($1 channels, $2 instants). Of its own snapshot: only that sees what another writer has committed. */
  readonly readCurrent: Statement;
}

const COLUMNS = 'channel_id, ts, value, flags, received_at';

/** All columns as they were sent. */
export function rowParameters(batch: ReadingBatch, rows: Uint32Array): Buffer[] {
  return [
    int4Array(batch.channelId, rows),
    timestamptzArray(batch.tsUs, rows),
    float8Array(batch.value, rows),
    int2Array(batch.flags, rows),
    timestamptzArray(batch.receivedAtUs, rows),
  ];
}

/** Monthly partitions of PostgreSQL. */
export const PLAIN_FORM: WriteForm = {
  layout: 'plain',
  copy: `COPY readings (${COLUMNS}) FROM STDIN BINARY`,
  content: copyContent,
  parameters: rowParameters,
  insertNew: {
    name: 'verimeter_insert_new',
    text: `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::int4[], $2::timestamptz[], $3::float8[], $4::int2[], $5::timestamptz[])
      WITH ORDINALITY AS t (channel_id, ts, value, flags, received_at, ordinal)
  ), inserted AS (
    INSERT INTO readings (${COLUMNS}) SELECT ${COLUMNS} FROM input
    ON CONFLICT DO NOTHING RETURNING channel_id, ts
  )
  SELECT ordinal FROM input WHERE (channel_id, ts) NOT IN (SELECT channel_id, ts FROM inserted)`,
  },
  readCurrent: {
    name: 'verimeter_read_current',
    text: `
  SELECT t.ordinal, r.value
    FROM unnest($1::int4[], $2::timestamptz[]) WITH ORDINALITY AS t (channel_id, ts, ordinal)
    JOIN readings r ON r.channel_id = t.channel_id AND r.ts = t.ts`,
  },
};
