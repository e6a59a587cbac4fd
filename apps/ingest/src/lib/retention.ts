import {
  type Pool,
  type QuarantineLimits,
  trimLiveEvents,
  trimMessageFloods,
  trimQuarantine,
  trimReplays,
} from '@verimeter/registry';
import { AbortedError, type Logger, delay } from '@verimeter/service-runtime';

const EVERY_MS = 10 * 60_000;
const ROUNDS_BEFORE_ARRIVALS = 6;

/**
 * Keeps the tables that only the recent past needs small. Arrivals are first trimmed after an hour: after a long standstill
 * the broker first redelivers what was committed and not acknowledged, and only `arrivals` knows of it.
 */
export function startTrimming(
  pool: Pool,
  log: Logger,
  limits: QuarantineLimits,
): { stop(): Promise<void> } {
  const stopping = new AbortController();

  async function trim(round: number): Promise<void> {
    await trimLiveEvents(pool);
    await trimReplays(pool);
    await trimMessageFloods(pool);
    const removed = await trimQuarantine(pool, limits);
    if (removed > 0)
      log.warn({ removed, ...limits }, 'the oldest entries of the quarantine were removed');
    if (round < ROUNDS_BEFORE_ARRIVALS) return;
    await pool.query(`DELETE FROM arrivals WHERE received_at < now() - interval '1 hour'`);
  }

  async function run(): Promise<void> {
    for (let round = 0; ; round += 1) {
      try {
        // oxlint-disable-next-line no-await-in-loop
        await trim(round);
      } catch (error) {
        log.warn({ err: error }, 'what only the recent past needs was not trimmed this time');
      }
      // oxlint-disable-next-line no-await-in-loop
      await delay(EVERY_MS, stopping.signal);
    }
  }

  const running = run().catch((error: unknown) => {
    if (!(error instanceof AbortedError)) throw error;
  });
  return {
    async stop() {
      stopping.abort();
      await running;
    },
  };
}
