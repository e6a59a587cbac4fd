import type { DirtyDay } from '@verimeter/reading-store';
import type { Client } from 'pg';

const PAGE = 10_000;
/** A month that was imported at once is read as a whole. */
const STATEMENT_TIMEOUT_MS = 15 * 60_000;

/**
 * Days that a query of channels and days (microseconds since 1970) gives, page by page, in a transaction of its own: none stays open for longer
 * than one partition takes.
 */
export async function* dirtyPages(
  client: Client,
  query: string,
  values: unknown[],
): AsyncGenerator<readonly DirtyDay[], void> {
  await client.query(
    `BEGIN READ ONLY; SET LOCAL statement_timeout = ${String(STATEMENT_TIMEOUT_MS)}`,
  );
  await client.query(`DECLARE dirty NO SCROLL CURSOR FOR ${query}`, values);
  const fetch = {
    text: `FETCH ${String(PAGE)} FROM dirty`,
    rowMode: 'array' as const,
    types: { getTypeParser: () => String },
    query_timeout: STATEMENT_TIMEOUT_MS + 5000,
  };
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- page by page
    const { rows } = await client.query<[string, string]>(fetch);
    if (rows.length > 0)
      yield rows.map(([channel, dayUs]) => ({ channelId: Number(channel), dayUs: Number(dayUs) }));
    if (rows.length < PAGE) break;
  }
  await client.query('COMMIT');
}
