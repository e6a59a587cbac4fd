import pg from 'pg';
import { rowTypes } from './instants.ts';

export type Pool = pg.Pool;
export type PoolClient = pg.PoolClient;
/** What a statement needs: a client on which role and tenant are set, or a service pool. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface PoolOptions {
  /** Seen in pg_stat_activity. */
  readonly applicationName: string;
  /** Connections at most; default 10. */
  readonly max?: number | undefined;
  /** The server cancels a statement after this; default 60,000 ms. */
  readonly statementTimeoutMs?: number | undefined;
  /**
   * The server ends a connection whose transaction waits this long for the next statement; default never. Where the network went silent
   * the locks of such a transaction would stay until TCP gives up, which takes hours.
   */
  readonly idleInTransactionMs?: number | undefined;
  /** A connection broke; it is replaced on the next use. May come twice for one connection. */
  readonly onError?: ((error: Error) => void) | undefined;
}

type Role = 'verimeter_service' | 'verimeter_app';

function createPool(connectionString: string, role: Role, options: PoolOptions): pg.Pool {
  const statementTimeoutMs = options.statementTimeoutMs ?? 60_000;
  const onError = options.onError ?? (() => undefined);
  const pool = new pg.Pool({
    connectionString,
    types: rowTypes,
    max: options.max ?? 10,
    application_name: options.applicationName,
    connectionTimeoutMillis: 10_000,
    idleTimeoutMillis: 30_000,
    keepAlive: true,
    statement_timeout: statementTimeoutMs,
    // The server's own limit answers first; this one ends queries on a connection that has silently died.
    query_timeout: statementTimeoutMs + 5_000,
    ...(options.idleInTransactionMs === undefined
      ? {}
      : { idle_in_transaction_session_timeout: options.idleInTransactionMs }),
    // pg-pool waits for this promise and refuses the connection when it fails.
    // oxlint-disable-next-line typescript/no-misused-promises -- typed as void, used as a promise (pg-pool 3.14)
    onConnect: async (client) => {
      // The pool listens on idle connections only; one that breaks while in use fails its query and emits as well.
      client.on('error', onError);
      // Compiling costs more than it saves: a statement over the chunks of a hypertable took a second instead of a tenth of one.
      await client.query(`SET ROLE ${role}; SET TIME ZONE 'UTC'; SET jit = off`);
    },
  });
  pool.on('error', onError);
  return pool;
}

/** Pool whose connections act as `verimeter_service`: all tenants. For ingest, analytics and the command line. */
export function createServicePool(connectionString: string, options: PoolOptions): pg.Pool {
  return createPool(connectionString, 'verimeter_service', options);
}

/** Pool whose connections act as `verimeter_app`: nothing until `withTenant` names the tenant. For API requests. */
export function createAppPool(connectionString: string, options: PoolOptions): pg.Pool {
  return createPool(connectionString, 'verimeter_app', options);
}

/** Runs `work` in a transaction; commits when it resolves, rolls back when it rejects. */
export function withTransaction<T>(
  pool: pg.Pool,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  return transaction(pool, 'BEGIN', work);
}

async function transaction<T>(
  pool: pg.Pool,
  begin: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query(begin);
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    try {
      await client.query('ROLLBACK');
    } catch (rollbackError) {
      // The state of the connection is unknown: it is closed instead of going back to the pool.
      broken = rollbackError instanceof Error ? rollbackError : new Error(String(rollbackError));
    }
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Runs `work` in a transaction that sees and changes rows of this tenant only (row-level security). */
export function withTenant<T>(
  appPool: pg.Pool,
  tenant: string,
  work: (client: pg.PoolClient) => Promise<T>,
): Promise<T> {
  // One message instead of two: a request has several transactions.
  const name = pg.escapeLiteral(tenant);
  return transaction(appPool, `BEGIN; SELECT set_config('app.tenant', ${name}, true)`, work);
}
