import { parentPort, workerData } from 'node:worker_threads';
import { type FleetInput, analyzeElectricityFleet } from '@verimeter/drift';

// Runs the estimator beside the event loop of the service. The series arrive without being copied.
if (parentPort === null) throw new Error('this file is a worker thread');
const { input }: { input: FleetInput } = workerData;
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
parentPort.postMessage(analyzeElectricityFleet(input));
