import { parentPort, workerData } from 'node:worker_threads';
import { analyzeSensorFleet, analyzeWater } from '@verimeter/drift';
import type { KindRequest } from './kind-thread.ts';

// Estimates the devices of one kind. The series are shared memory.
if (parentPort === null) throw new Error('this file is a worker thread');
const request: KindRequest = workerData;
const reply =
  request.kind === 'water' ? analyzeWater(request.input) : analyzeSensorFleet(request.input);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
parentPort.postMessage(reply);
