import type { Worker } from 'node:worker_threads';
import { openThread } from '@verimeter/service-runtime';
import type { HouseholdSeries } from '@verimeter/simulator';
import type { CityVerdict } from './city-verdict.ts';
import type { FleetRecord } from './fleet-record.ts';
import type { FleetRun } from './run-fleet.ts';

/** One piece of work for a thread. */
export type Job =
  | { readonly kind: 'fleet'; readonly cell: string; readonly run: FleetRun }
  | { readonly kind: 'city'; readonly seed: number };

export type JobMessage =
  | { readonly type: 'step'; readonly share: number }
  | { readonly type: 'fleet'; readonly record: FleetRecord }
  | { readonly type: 'city'; readonly verdict: CityVerdict };

export interface JobListener {
  /** A share of a job is done. */
  step(job: number, share: number): void;
  finished(job: number, message: Exclude<JobMessage, { type: 'step' }>): void;
}

/** Does all jobs, in their order, on so many threads. The first failure ends all of them. */
export async function runJobs(
  jobs: readonly Job[],
  context: { readonly threads: number; readonly pool: readonly HouseholdSeries[] },
  listener: JobListener,
): Promise<void> {
  let next = 0;
  const workers: Worker[] = [];
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = openThread(new URL('./job-worker.ts', import.meta.url), {
        pool: context.pool,
      });
      workers.push(worker);
      let current = -1;
      const giveNext = (): void => {
        current = next;
        next += 1;
        const job = jobs[current];
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
        worker.postMessage(job ?? 'end');
      };
      worker.on('message', (message: JobMessage) => {
        if (message.type === 'step') {
          listener.step(current, message.share);
          return;
        }
        listener.finished(current, message);
        giveNext();
      });
      worker.once('error', reject);
      worker.once('exit', (code) =>
        code === 0 ? resolve() : reject(new Error(`a worker ended with exit code ${code}`)),
      );
      giveNext();
    });
  try {
    await Promise.all(
      Array.from({ length: Math.max(1, Math.min(context.threads, jobs.length)) }, serve),
    );
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
}
