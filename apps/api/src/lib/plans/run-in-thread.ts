import { openThread } from '@verimeter/service-runtime';
import type { PlanJob, PlanResult } from './plan-job.ts';

/** Makes a plan in a thread of its own: with a large fleet it takes seconds, in which other requests are answered. */
export function runInThread(job: PlanJob): Promise<PlanResult> {
  return new Promise((resolve, reject) => {
    const thread = openThread(new URL('plan-thread.ts', import.meta.url), job);
    thread.once('message', (result: PlanResult) => resolve(result));
    thread.once('error', reject);
    // after an answer this changes nothing
    thread.once('exit', (code) =>
      reject(new Error(`the thread that makes a plan ended with ${code} and no plan`)),
    );
  });
}
