import { type Pool, addMessageFloods } from '@verimeter/registry';
import { type Logger, startRounds } from '@verimeter/service-runtime';
import type { IngestMetrics } from '../metrics.ts';
import { type Flood, MessageRates } from './message-rates.ts';

const EVERY_MS = 60_000;
const LOGGED = 10;
/** Senders written in one report: what a flood of names costs stays the same. */
const MOST_WRITTEN = 100;

export interface FloodReports {
  /** Counts a message; whether it goes beyond what its sender may. */
  isBeyond(topic: string): boolean;
  /** Says who sent beyond the rate since the last report; not before this is it seen by others. */
  report(): Promise<void>;
  /** Reports once more, within a moment. */
  stop(): Promise<void>;
}

/**
 * Tells the operator once a minute who floods: in the log, in the metrics and as rows (docs/decisions/0100). Nothing is held back. A report
 * that the database does not take is lost; as long as the flood goes on, the next one says it.
 */
export function startFloodReports(context: {
  readonly pool: Pool;
  readonly log: Logger;
  readonly metrics: Pick<IngestMetrics, 'floodingDevices'>;
  /** Tenant that is told of senders of no tenant; null: nobody. */
  readonly defaultTenant: string | null;
}): FloodReports {
  const { pool, log, metrics, defaultTenant } = context;
  const rates = new MessageRates();

  async function report(): Promise<void> {
    const floods = rates.report(performance.now());
    metrics.floodingDevices.set(floods.length);
    if (floods.length === 0) return;
    log.warn(
      { devices: floods.length, worst: floods.slice(0, LOGGED).map(inWords) },
      'devices send more than 50 messages/s, which delays those of others',
    );
    await addMessageFloods(
      pool,
      floods.slice(0, MOST_WRITTEN).map(({ tenant, sender, messages, fromMs, toMs, ratePerS }) => ({
        tenant,
        sender,
        sinceUs: wallClockUs(fromMs),
        untilUs: wallClockUs(toMs),
        beyond: messages,
        ratePerS,
      })),
      defaultTenant,
    );
  }

  const rounds = startRounds({
    everyMs: EVERY_MS,
    begin: 'after a pause',
    round: report,
    onFailure: (error) => log.warn({ err: error }, 'who floods was not written this time'),
  });
  return {
    isBeyond: (topic) => rates.isBeyond(topic, performance.now()),
    report,
    async stop() {
      await rounds.stop();
      await report().catch(() => undefined); // the database is away: the log has it
    },
  };
}

/** Of an instant of the monotonic clock, microseconds since 1970. */
function wallClockUs(ms: number): number {
  return Math.round((Date.now() - (performance.now() - ms)) * 1000);
}

function inWords({ tenant, sender, messages, ratePerS }: Flood): Record<string, unknown> {
  return { tenant, sender, messages, perSecond: Math.round(ratePerS) };
}
