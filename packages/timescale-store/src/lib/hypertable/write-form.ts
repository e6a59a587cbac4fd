import {
  float8Array,
  int2Array,
  int4Array,
  int8Array,
  timestamptzArray,
} from '../binary-format.ts';
import type { WriteForm } from '../write-form.ts';
import { copyQuanta } from './copy-content.ts';
import { type ChannelDecimals, quantaColumns } from './quanta.ts';

/** Columns in the order of `copyQuanta` and of the parameters. */
const QUANTA_COLUMNS = 'channel_id, ts, quanta, decimals, value, flags, received_s';

/** `table`: the hypertable; `decimals` is remembered from batch to batch. */
export function createQuantaForm(decimals: ChannelDecimals, table = 'readings'): WriteForm {
  return {
    layout: 'hypertable',
    copy: `COPY ${table} (${QUANTA_COLUMNS}) FROM STDIN BINARY`,
    content: (batch, rows) => copyQuanta(batch, quantaColumns(batch, rows, decimals), rows),
    parameters(batch, rows) {
      const columns = quantaColumns(batch, rows, decimals);
      return [
        int4Array(batch.channelId, rows),
        timestamptzArray(batch.tsUs, rows),
        int8Array(columns.quanta, rows),
        int2Array(columns.decimals, rows),
        float8Array(batch.value, rows),
        int2Array(batch.flags, rows),
        int4Array(columns.receivedS, rows),
      ];
    },
    // Of a key in a compressed chunk TimescaleDB looks into the one batch that may hold it; what is there is left alone.
    insertNew: {
      name: `verimeter_insert_quanta_${table}`,
      text: `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::int4[], $2::timestamptz[], $3::int8[], $4::int2[], $5::float8[], $6::int2[], $7::int4[])
      WITH ORDINALITY AS t (channel_id, ts, quanta, decimals, value, flags, received_s, ordinal)
  ), inserted AS (
    INSERT INTO ${table} (${QUANTA_COLUMNS})
    SELECT channel_id, ts, CASE WHEN decimals >= 0 THEN quanta END, CASE WHEN decimals >= 0 THEN decimals END,
           CASE WHEN decimals < 0 THEN value END, flags, received_s FROM input
    ON CONFLICT DO NOTHING RETURNING channel_id, ts
  )
  SELECT ordinal FROM input WHERE (channel_id, ts) NOT IN (SELECT channel_id, ts FROM inserted)`,
    },
    // One look per channel and span of a chunk, so that each batch of the columnstore is unpacked once; OFFSET keeps the looks apart: a join
    // would rather unpack whole chunks (docs/decisions/0112). What they found is joined as a whole, not look by look with all keys.
    readCurrent: {
      name: 'verimeter_read_current_stored',
      text: `
  WITH input AS MATERIALIZED (
    SELECT * FROM unnest($1::int4[], $2::timestamptz[]) WITH ORDINALITY AS t (channel_id, ts, ordinal)
  ), spans AS MATERIALIZED (
    SELECT channel_id, min(ts) AS first, max(ts) AS last FROM input
     GROUP BY channel_id, date_bin('10 days', ts, '1970-01-01Z')
  ), found AS MATERIALIZED (
    SELECT p.channel_id, r.ts, r.value
      FROM spans p
      CROSS JOIN LATERAL (SELECT s.ts, s.value FROM stored_readings s
                           WHERE s.channel_id = p.channel_id AND s.ts BETWEEN p.first AND p.last OFFSET 0) r
  )
  SELECT t.ordinal, f.value FROM found f JOIN input t ON t.channel_id = f.channel_id AND t.ts = f.ts`,
    },
  };
}
