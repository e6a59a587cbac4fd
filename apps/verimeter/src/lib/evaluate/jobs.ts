import type { HouseholdSeries } from '@verimeter/simulator';
import type { CityVerdict } from './city-verdict.ts';
import type { DeviceRecord } from './devices/device-area.ts';
import type { FleetRecord } from './fleet-record.ts';
import type { FleetRun } from './run-fleet.ts';
import { runThreads, type StepMessage, type ThreadListener } from './thread-jobs.ts';

/** One piece of work for a thread. */
export type Job =
  | { readonly kind: 'fleet'; readonly cell: string; readonly run: FleetRun }
  | { readonly kind: 'city'; readonly seed: number; readonly atMs: number }
  | {
      readonly kind: 'devices';
      readonly seed: number;
      readonly area: number;
      readonly cells: readonly string[];
    };

type JobResult =
  | { readonly type: 'fleet'; readonly record: FleetRecord }
  | { readonly type: 'city'; readonly verdict: CityVerdict }
  | { readonly type: 'devices'; readonly records: readonly DeviceRecord[] };

export type JobMessage = StepMessage | JobResult;

/** Does all jobs, in their order, on so many threads. */
export async function runJobs(
  jobs: readonly Job[],
  context: { readonly threads: number; readonly pool: readonly HouseholdSeries[] },
  listener: ThreadListener<JobResult>,
): Promise<void> {
  await runThreads<JobResult>(
    jobs,
    {
      module: new URL('./job-worker.ts', import.meta.url),
      count: context.threads,
      data: { pool: context.pool },
    },
    listener,
  );
}
