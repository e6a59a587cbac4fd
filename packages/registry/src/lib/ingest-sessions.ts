import type { Queryable } from './pools.ts';

/** An MQTT session, named by its broker (`host:port`) and client id. */
export interface SessionName {
  readonly broker: string;
  readonly clientId: string;
}

/** A session and the process that says it has it. */
export interface SessionHold extends SessionName {
  /** Its subscriptions, one a line. */
  readonly filter: string;
  readonly expiryS: number;
  /** UUID of the process. */
  readonly holder: string;
}

/** `held`: its worker runs; `left`: it stopped in order; `lost`: nothing was heard of it for `LOST_AFTER_S`. */
export type SessionState = 'held' | 'left' | 'lost';

export interface IngestSession extends SessionHold {
  readonly state: SessionState;
  /** Microseconds since 1970. */
  readonly seenAtUs: number;
  readonly silentS: number;
}

/** Workers say that they live so often, in seconds. */
export const HEARTBEAT_S = 5;
/** A worker whose statements hang comes back within this; in seconds. */
const LOST_AFTER_S = 30;

const STATE = `CASE WHEN left_at IS NOT NULL THEN 'left'
                    WHEN seen_at < now() - make_interval(secs => ${LOST_AFTER_S}) THEN 'lost' ELSE 'held' END`;

/** The worker runs: the session is its own, whoever had it. Sessions that the broker keeps no longer are forgotten. */
export async function holdSession(client: Queryable, hold: SessionHold): Promise<void> {
  await client.query(
    `WITH expired AS (
       DELETE FROM ingest_sessions
        WHERE coalesce(left_at, seen_at) + make_interval(secs => expiry_s) < now()
          AND (broker, client_id) <> ($1, $2))
     INSERT INTO ingest_sessions (broker, client_id, filter, expiry_s, holder) VALUES ($1, $2, $3, $4, $5)
     ON CONFLICT (broker, client_id) DO UPDATE
        SET filter = $3, expiry_s = $4, holder = $5, seen_at = now(), left_at = NULL,
            started_at = CASE WHEN ingest_sessions.holder = $5 THEN ingest_sessions.started_at ELSE now() END`,
    [hold.broker, hold.clientId, hold.filter, hold.expiryS, hold.holder],
  );
}

/** The holder disconnects and the session stays. Nothing happens where another has it. */
export async function leaveSession(
  client: Queryable,
  { broker, clientId }: SessionName,
  holder: string,
): Promise<void> {
  await client.query(
    `UPDATE ingest_sessions SET left_at = now() WHERE broker = $1 AND client_id = $2 AND holder = $3`,
    [broker, clientId, holder],
  );
}

/** Takes a session that is not held, as it was last seen; false: its worker has said something since, or somebody else took it. */
export async function claimSession(
  client: Queryable,
  session: IngestSession,
  holder: string,
): Promise<boolean> {
  const result = await client.query(
    `UPDATE ingest_sessions SET holder = $3, seen_at = now(), left_at = NULL
      WHERE broker = $1 AND client_id = $2 AND holder = $4 AND ${STATE} <> 'held'`,
    [session.broker, session.clientId, holder, session.holder],
  );
  return result.rowCount === 1;
}

/** The broker has the session no longer. */
export async function forgetSession(
  client: Queryable,
  { broker, clientId }: SessionName,
  holder: string,
): Promise<void> {
  await client.query(
    `DELETE FROM ingest_sessions WHERE broker = $1 AND client_id = $2 AND holder = $3`,
    [broker, clientId, holder],
  );
}

export async function readSessions(client: Queryable): Promise<IngestSession[]> {
  const { rows } = await client.query<IngestSession>(
    `SELECT broker, client_id AS "clientId", filter, expiry_s AS "expiryS", holder, seen_at AS "seenAtUs",
            ${STATE} AS state, extract(epoch FROM now() - seen_at)::float8 AS "silentS"
       FROM ingest_sessions ORDER BY broker, client_id`,
  );
  return rows;
}
