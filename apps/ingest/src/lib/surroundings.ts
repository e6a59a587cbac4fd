import type { QuarantineLimits } from '@verimeter/registry';
import { startClockRounds } from './clocks/clock-rounds.ts';
import { type CommitContext, processIdOf } from './commit-batch.ts';
import { DeviceDirectory } from './device-directory.ts';
import { EventStates } from './event-states.ts';
import { type FloodReports, startFloodReports } from './floods/flood-reports.ts';
import { startLedgerFolding } from './ledger-folding.ts';
import type { IngestMetrics } from './metrics.ts';
import type { PipelineOptions } from './pipeline-options.ts';
import { QuarantineQuota } from './quarantine-quota.ts';
import { startRegistryListener } from './registry-listener.ts';
import { startReplayWorker } from './replay/replay-worker.ts';
import { startTrimming } from './retention.ts';
import { followSources } from './sources/follow-sources.ts';
import { SourceDirectory } from './sources/source-directory.ts';
import { startStoreUpkeep } from './store-upkeep.ts';

const DEFAULT_QUARANTINE: QuarantineLimits = { days: 90, bytes: 2 * 1024 ** 3 };

/** What goes on beside the batches of a pipeline. */
export interface Surroundings {
  /** What each commit is given. */
  readonly context: CommitContext;
  readonly floods: FloodReports;
  stop(): Promise<void>;
}

/** Follows the registry, replays, trims, folds, observes clocks and floods, and keeps the store. */
export function startSurroundings(
  options: PipelineOptions,
  ingestMetrics: IngestMetrics,
): Surroundings {
  const { pool, store, log, upkeep, metrics, retentionDays } = options;
  const directory = new DeviceDirectory();
  const sources = options.sources ?? new SourceDirectory();
  const following = followSources(pool, sources, { worker: options.worker ?? 'verimeter', log });
  const listener = startRegistryListener(pool, directory, {
    log,
    onReplayWish: () => replays.look(),
    onSourceChange: (what) => following.changed(what),
  });
  const trimming = startTrimming(pool, log, options.quarantine ?? DEFAULT_QUARANTINE);
  const folding = startLedgerFolding(pool, log);
  const clocks = options.clocks ?? startClockRounds(pool, log);
  const keeping =
    upkeep === undefined ? [] : [startStoreUpkeep({ upkeep, log, metrics, retentionDays })];
  const named = options.defaultTenant ?? 'demo';
  const defaultTenant = named === '' ? null : named;
  const context: CommitContext = {
    pool,
    store,
    directory,
    sources,
    eventStates: new EventStates(options.sharesDevices !== true),
    quota: new QuarantineQuota(),
    clocks,
    defaultTenant,
    onConnection: (client) => listener.ignore(processIdOf(client)),
  };
  const replays = startReplayWorker({ ...context, log });
  const floods = startFloodReports({ pool, log, metrics: ingestMetrics, defaultTenant });
  const helpers = [listener, following, trimming, replays, clocks, folding, floods, ...keeping];
  return {
    context,
    floods,
    async stop() {
      await Promise.all(helpers.map((helper) => helper.stop()));
    },
  };
}
