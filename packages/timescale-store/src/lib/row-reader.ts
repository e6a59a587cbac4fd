import type { HourCount, RowReader, StoredRows } from '@verimeter/reading-store';
import type { ClientBase, CustomTypesConfig, Pool } from 'pg';
import { to as copyTo } from 'pg-copy-streams';
import { timestamptzText } from './binary-format.ts';
import { openRowCopyReader } from './row-copy.ts';

/** Channels per statement: their ids are in its text. */
const CHANNELS_AT_ONCE = 1000;
/** The longest that a timer can wait, milliseconds. */
const NEVER_MS = 2 ** 31 - 1;

/** Results of the statements here are integers in text form. */
const integers: CustomTypesConfig = { getTypeParser: () => Number };

const US_OF = (instant: string): string => `(extract(epoch FROM ${instant}) * 1000000)::int8`;

const FIRST_INSTANTS = `
  SELECT t.channel_id, ${US_OF('f.ts')}
    FROM unnest($1::int4[]) AS t (channel_id)
    CROSS JOIN LATERAL (
      SELECT r.ts FROM stored_readings r WHERE r.channel_id = t.channel_id AND r.ts >= $2::timestamptz ORDER BY r.ts LIMIT 1
    ) f`;

/**
 * A query (channel_id, hour, readings) for the FROM of another one: readings by channel and receive hour (UTC), of those that arrived from
 * `from` to `to`, exclusive. `channels`: a query for their ids. The index of receive times tells where they are.
 */
export const arrivalsByHourQuery = (channels: string, from: string, to: string): string => `
  SELECT r.channel_id, date_bin('1 hour', r.received_at, '2000-01-01Z') AS hour, count(*) AS readings
    FROM readings_received(${from}, ${to}) r
   WHERE r.channel_id IN (${channels})
   GROUP BY 1, 2`;

const ARRIVALS = `
  SELECT a.channel_id, ${US_OF('a.hour')}, a.readings
    FROM (${arrivalsByHourQuery('SELECT unnest($1::int4[])', '$2::timestamptz', '$3::timestamptz')}) a`;

/** COPY takes no parameters: everything inserted is an integer or a timestamp that was formatted here. */
const rowStatement = (channelIds: readonly number[], fromUs: number, untilUs: number): string => `
  COPY (
    SELECT c.channel_id, r.ts, r.value, r.flags, r.received_at
      FROM unnest('{${channelIds.join(',')}}'::int4[]) AS c (channel_id)
      CROSS JOIN LATERAL (
        SELECT ts, value, flags, received_at FROM stored_readings
         WHERE channel_id = c.channel_id AND ts >= '${timestamptzText(fromUs)}' AND ts <= '${timestamptzText(untilUs)}'
         ORDER BY ts) r
  ) TO STDOUT BINARY`;

/** Whole rows, by binary COPY: neither a message nor an object per reading is made (docs/decisions/0031). */
export function createRowReader(pool: Pool): RowReader {
  return {
    rows: (channelIds, fromUs, untilUs) => readRows(pool, channelIds, fromUs, untilUs),

    async firstInstants(channelIds, fromUs) {
      const { rows } = await pool.query<[number, number]>({
        text: FIRST_INSTANTS,
        values: [channelIds, timestamptzText(fromUs)],
        rowMode: 'array',
        types: integers,
      });
      return new Map(rows);
    },

    async arrivalsByHour(channelIds, fromUs, toUs) {
      const { rows } = await pool.query<[number, number, number]>({
        text: ARRIVALS,
        values: [channelIds, timestamptzText(fromUs), timestamptzText(toUs)],
        rowMode: 'array',
        types: integers,
      });
      return rows.map(([channelId, hourUs, readings]): HourCount => ({
        channelId,
        hourUs,
        readings,
      }));
    },
  };
}

async function* readRows(
  pool: Pool,
  channelIds: readonly number[],
  fromUs: number,
  untilUs: number,
): AsyncGenerator<StoredRows> {
  if (!channelIds.every(Number.isSafeInteger)) throw new RangeError('channel ids are integers');
  const client = await pool.connect();
  // Also when the reader has gone: what is still under way ends with its connection.
  let failure: Error | boolean = true;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    // A reader that takes its time holds the statement up; that is no fault.
    await client.query('SET LOCAL statement_timeout = 0');
    for (let first = 0; first < channelIds.length; first += CHANNELS_AT_ONCE)
      yield* copyRows(
        client,
        rowStatement(channelIds.slice(first, first + CHANNELS_AT_ONCE), fromUs, untilUs),
      );
    await client.query('COMMIT');
    failure = false;
  } catch (error) {
    if (error instanceof Error) failure = error;
    throw error;
  } finally {
    client.release(failure);
  }
}

async function* copyRows(client: ClientBase, statement: string): AsyncGenerator<StoredRows> {
  // pg would end the query after its time-out, and asks for a callback to put that into: pg-copy-streams 7.0.0 has none.
  const query = Object.assign(copyTo(statement), {
    callback: () => undefined,
    query_timeout: NEVER_MS,
  });
  query.on('error', () => undefined); // also once nobody reads on: the end of the connection tells the query of it
  const reader = openRowCopyReader();
  try {
    for await (const chunk of client.query(query) as AsyncIterable<Buffer>) {
      const rows = reader.take(chunk);
      if (rows.length > 0) yield rows;
    }
    reader.end();
  } finally {
    query.callback(); // pg has put the end of its timer there
  }
}
