import { gatheredRows } from '@verimeter/open-store';
import type { SnapshotWatch } from '@verimeter/reading-store';
import type { PoolClient } from '@verimeter/registry';
import { copyOfRows } from '@verimeter/timescale-store';
import type { Span } from './stored-tables.ts';

const ROWS_AT_A_TIME = 5000;
const rfc3339 = (us: number): string => new Date(us / 1000).toISOString();

/** Readings of an engine beside PostgreSQL in the form of those of the table: spans with their binary COPY, each to be read to its end. */
export async function* readingsBeside(
  client: PoolClient,
  watch: SnapshotWatch<PoolClient>,
): AsyncGenerator<{ span: Span; copied: AsyncGenerator<Buffer, number> }> {
  const { rows } = await client.query<{ id: number }>(
    'SELECT channel_id AS id FROM channels ORDER BY channel_id',
  );
  const channelIds = rows.map(({ id }) => id);
  for (const month of await watch.months())
    yield {
      span: { from: rfc3339(month.fromUs), to: rfc3339(month.untilUs) },
      copied: copyOfRows(gatheredRows(watch.rows(channelIds, month), ROWS_AT_A_TIME)),
    };
}
