import type { StoreUpkeep } from '@verimeter/reading-store';
import { type Logger, type Rounds, startRounds } from '@verimeter/service-runtime';
import { Counter, Gauge, type Registry } from 'prom-client';

const EVERY_MS = 60_000;
/** Retention drops whole months, and sizes change slowly. */
const ROUNDS_BETWEEN_LOOKS = 30;
const DAY_US = 86_400e6;

export interface StoreUpkeepOptions {
  readonly upkeep: StoreUpkeep;
  readonly log: Logger;
  readonly metrics: Registry;
  /** Readings of days before that many are dropped, in whole partitions; undefined: none ever is. */
  readonly retentionDays?: number | undefined;
  readonly everyMs?: number;
}

/** Keeps the store in order beside what is written: partitions ahead, days summed up, retention. Several workers may do so at once. */
export function startStoreUpkeep(options: StoreUpkeepOptions): Rounds {
  const { upkeep, log, retentionDays } = options;
  const metrics = createUpkeepMetrics(options.metrics);

  function failed(error: unknown, what: string): void {
    metrics.failures.inc();
    log.warn({ err: error }, what);
  }

  /** Where it may not drop, or waits for a move, the rest of the upkeep goes on. */
  async function retain(nowUs: number, days: number, signal: AbortSignal): Promise<void> {
    try {
      const dropped = await upkeep.retain(nowUs - days * DAY_US, signal);
      metrics.dropped.inc(dropped);
      if (dropped > 0)
        log.warn({ partitions: dropped, retentionDays: days }, 'retention dropped old readings');
    } catch (error) {
      if (signal.aborted) throw error;
      failed(error, 'retention did not drop old readings this time');
    }
  }

  async function lookAround(nowUs: number, signal: AbortSignal): Promise<void> {
    if (retentionDays !== undefined) await retain(nowUs, retentionDays, signal);
    const size = await upkeep.size();
    metrics.readings.set(size.readings);
    metrics.bytes.set(size.bytes);
  }

  let nextLook = 0;
  return startRounds({
    everyMs: options.everyMs ?? EVERY_MS,
    begin: 'at once',
    async round(number, signal) {
      const nowUs = Date.now() * 1000;
      try {
        if (number >= nextLook) {
          await lookAround(nowUs, signal); // again with the next round where the engine does not answer yet
          nextLook = number + ROUNDS_BETWEEN_LOOKS;
        }
        await upkeep.tend(nowUs, signal);
      } catch (error) {
        if (!signal.aborted) throw error; // else what was under way has been told to end
      }
    },
    onFailure(error) {
      failed(error, 'the store was not kept in order this time');
    },
  });
}

function createUpkeepMetrics(registry: Registry) {
  const registers = [registry];
  return {
    readings: new Gauge({
      name: 'reading_store_readings',
      help: 'Readings in the store, by the statistics of its engine',
      registers,
    }),
    bytes: new Gauge({
      name: 'reading_store_bytes',
      help: 'Readings and their indexes on disk',
      registers,
    }),
    dropped: new Counter({
      name: 'reading_store_dropped_partitions_total',
      help: 'Partitions that retention dropped',
      registers,
    }),
    failures: new Counter({
      name: 'reading_store_upkeep_failures_total',
      help: 'Rounds of the upkeep of the store that failed',
      registers,
    }),
  };
}
