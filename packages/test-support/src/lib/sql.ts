import pg from 'pg';

/** Runs SQL on a connection of its own; returns the rows of a single statement. */
export async function runSql<T extends pg.QueryResultRow = Record<string, unknown>>(
  url: string,
  sql: string,
): Promise<T[]> {
  const client = new pg.Client({ connectionString: url });
  // A server that goes away fails the query; the event itself adds nothing.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<T>(sql)).rows;
  } finally {
    await client.end();
  }
}
