import {
  HEARTBEAT_S,
  type IngestSession,
  type Pool,
  type SessionHold,
  holdSession,
  leaveSession,
  readSessions,
} from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';

export interface SessionHeartbeat {
  /** The sessions of this database as last read; those not `held` are abandoned. */
  readonly sessions: readonly IngestSession[];
  /** Says that the session is left behind, if the database answers within a moment. */
  stop(): Promise<void>;
}

const LEAVE_MS = 1000;
const PORTS: Readonly<Record<string, number>> = { mqtt: 1883, mqtts: 8883, ws: 80, wss: 443 };

/** `host:port`, as sessions are named by. */
export function brokerName(mqttUrl: string): string {
  const { protocol, hostname, port } = new URL(mqttUrl);
  return `${hostname}:${port === '' ? (PORTS[protocol.slice(0, -1)] ?? 1883) : port}`;
}

/** Says in the database that the worker of this session runs, so that nobody takes the session over. */
export function startSessionHeartbeat(
  pool: Pool,
  hold: SessionHold,
  log: Logger,
): SessionHeartbeat {
  const stopping = new AbortController();
  let sessions: readonly IngestSession[] = [];

  async function run(): Promise<void> {
    for (;;) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        await holdSession(pool, hold);
        // oxlint-disable-next-line no-await-in-loop
        sessions = await readSessions(pool);
      } catch (error) {
        log.debug({ err: error }, 'could not say that this worker runs');
      }
      // oxlint-disable-next-line no-await-in-loop
      await delay(HEARTBEAT_S * 1000, stopping.signal);
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    get sessions() {
      return sessions;
    },
    async stop() {
      stopping.abort();
      const left = running.then(() => leaveSession(pool, hold, hold.holder));
      await Promise.race([
        left.catch((error: unknown) => log.debug({ err: error }, 'could not say that it stops')),
        delay(LEAVE_MS),
      ]);
    },
  };
}
