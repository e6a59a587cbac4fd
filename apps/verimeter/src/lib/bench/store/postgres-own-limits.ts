import { type Pool, timestamptz } from '@verimeter/registry';
import { type WriteForm, copyReadings, copySeries, orderBatch } from '@verimeter/timescale-store';
import type { OwnLimits } from './engine.ts';

const LATEST = {
  name: 'bench_latest',
  text: 'SELECT ts, value FROM stored_readings WHERE channel_id = $1 ORDER BY ts DESC LIMIT 1',
};
const RAW = {
  name: 'bench_raw',
  text: 'SELECT ts, value FROM stored_readings WHERE channel_id = $1 AND ts >= $2 AND ts < $3 ORDER BY ts',
};
const MONTHS = {
  name: 'bench_months',
  text: `SELECT date_trunc('month', ts), count(*), min(value), max(value), sum(value) FROM stored_readings
          WHERE channel_id = $1 AND ts >= $2 AND ts < $3 GROUP BY 1 ORDER BY 1`,
};

/**
 * Statements of the table itself, binary COPY in and out. `ensure` makes sure that there is room from one
 * instant to another.
 */
export function postgresOwnLimits(
  pool: Pool,
  ensure: (fromUs: number, untilUs: number) => Promise<void>,
  form: Pick<WriteForm, 'copy' | 'content'>,
): OwnLimits {
  return {
    async write(batch) {
      await ensure(batch.tsUs[0] ?? 0, batch.tsUs[batch.length - 1] ?? 0);
      const content = form.content(batch, orderBatch(batch).firsts);
      const client = await pool.connect();
      let failure: Error | undefined;
      try {
        await client.query('BEGIN');
        await copyReadings(client, content, form.copy);
        await client.query('COMMIT');
      } catch (error) {
        failure = error instanceof Error ? error : new Error(String(error));
        throw error;
      } finally {
        client.release(failure);
      }
    },
    async latest(channelId) {
      await pool.query({ ...LATEST, values: [channelId] });
    },
    async raw(channelId, fromUs, toUs) {
      await pool.query({ ...RAW, values: [channelId, timestamptz(fromUs), timestamptz(toUs)] });
    },
    async months(channelId, fromUs, toUs) {
      await pool.query({ ...MONTHS, values: [channelId, timestamptz(fromUs), timestamptz(toUs)] });
    },
    async matrix(channelIds, fromUs, toUs) {
      let bytes = 0;
      await copySeries(pool, channelIds, { startUs: fromUs, untilUs: toUs - 1 }, (chunk) => {
        bytes += chunk.length;
      });
      if (bytes === 0) throw new Error('COPY gave nothing');
    },
  };
}
