import { parentPort, workerData } from 'node:worker_threads';
import {
  type WaterFleetInput,
  analyzeWaterCohorts,
  answerSensors,
  answerWater,
} from '@verimeter/drift';
import type { KindReply, KindRequest } from './kind-thread.ts';
import { withLotTrends } from './lots/lot-trend-evidence.ts';

// Estimates the devices of one kind. The series are shared memory.
if (parentPort === null) throw new Error('this file is a worker thread');
const request: KindRequest = workerData;
const reply: KindReply[keyof KindReply] =
  request.kind === 'water' ? waterReply(request.input) : answerSensors(request.input);
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
parentPort.postMessage(reply);

function waterReply(input: WaterFleetInput): KindReply['water'] {
  const { startUs, stepUs, count } = input.grid;
  const cohorts = analyzeWaterCohorts(input, startUs + (count - 1) * stepUs);
  const lots = cohorts?.lots ?? [];
  const found = answerWater(input);
  return { ...found, said: withLotTrends(found.said, input.meters, lots), lots };
}
