import { parentPort, workerData } from 'node:worker_threads';
import { type PlanJob, runPlanJob } from './plan-job.ts';

// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as run-in-thread.ts gives it
const result = runPlanJob(workerData as PlanJob);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
parentPort?.postMessage(result);
