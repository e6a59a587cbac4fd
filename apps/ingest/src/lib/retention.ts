import {
  type Pool,
  type QuarantineLimits,
  trimFleetChanges,
  trimLiveEvents,
  trimMessageFloods,
  trimQuarantine,
  trimReplays,
} from '@verimeter/registry';
import { type Logger, type Rounds, startRounds } from '@verimeter/service-runtime';

const EVERY_MS = 10 * 60_000;
const ROUNDS_BEFORE_ARRIVALS = 6;

/**
 * Keeps the tables that only the recent past needs small. Arrivals are first trimmed after an hour: after a long standstill
 * the broker first redelivers what was committed and not acknowledged, and only `arrivals` knows of it.
 */
export const startTrimming = (pool: Pool, log: Logger, limits: QuarantineLimits): Rounds =>
  startRounds({
    everyMs: EVERY_MS,
    begin: 'at once',
    async round(number) {
      await trimLiveEvents(pool);
      await trimFleetChanges(pool);
      await trimReplays(pool);
      await trimMessageFloods(pool);
      const removed = await trimQuarantine(pool, limits);
      if (removed > 0)
        log.warn({ removed, ...limits }, 'the oldest entries of the quarantine were removed');
      if (number < ROUNDS_BEFORE_ARRIVALS) return;
      await pool.query(`DELETE FROM arrivals WHERE received_at < now() - interval '1 hour'`);
    },
    onFailure: (error) =>
      log.warn({ err: error }, 'what only the recent past needs was not trimmed this time'),
  });
