import type { Worker } from 'node:worker_threads';
import { openThread } from '@verimeter/service-runtime';

/** A share of a job is done. */
export interface StepMessage {
  readonly type: 'step';
  readonly share: number;
}

export interface ThreadListener<Result> {
  step(job: number, share: number): void;
  finished(job: number, result: Result): void;
}

/**
 * Gives all jobs, in their order, to so many threads of a module. It gets a job as a message, answers with any number of steps
 * and one result, and ends at the message `end`. The first failure ends all of them.
 */
export async function runThreads<Result extends { readonly type: string }>(
  jobs: readonly unknown[],
  threads: { readonly module: URL; readonly count: number; readonly data: unknown },
  listener: ThreadListener<Exclude<Result, StepMessage>>,
): Promise<void> {
  let next = 0;
  const workers: Worker[] = [];
  const serve = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const worker = openThread(threads.module, threads.data);
      workers.push(worker);
      let current = -1;
      const giveNext = (): void => {
        current = next;
        next += 1;
        const job = jobs[current];
        // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
        worker.postMessage(job ?? 'end');
      };
      worker.on('message', (message: StepMessage | Exclude<Result, StepMessage>) => {
        if (isStep(message)) {
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
      Array.from({ length: Math.max(1, Math.min(threads.count, jobs.length)) }, serve),
    );
  } catch (error) {
    await Promise.all(workers.map((worker) => worker.terminate()));
    throw error;
  }
}

function isStep(message: { readonly type: string }): message is StepMessage {
  return message.type === 'step';
}
