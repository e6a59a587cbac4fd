import pg from 'pg';

/**
 * A connection like those of the pool, and none of them: work beside the pool's transactions must neither wait for a connection that they
 * hold nor keep one from them. Whoever opens it ends it. When `signal` is aborted the query under way fails, whatever it waits for.
 */
export async function openOwnConnection(pool: pg.Pool, signal?: AbortSignal): Promise<pg.Client> {
  signal?.throwIfAborted();
  const client = new pg.Client(pool.options);
  client.on('error', () => undefined); // a broken connection fails its query
  const end = (): void => void client.end().catch(() => undefined);
  signal?.addEventListener('abort', end, { once: true });
  client.once('end', () => signal?.removeEventListener('abort', end));
  try {
    await client.connect();
    // oxlint-disable-next-line typescript/await-thenable -- typed as void, returns a promise (SET ROLE)
    await pool.options.onConnect?.(client);
  } catch (error) {
    end();
    throw error;
  }
  return client;
}
