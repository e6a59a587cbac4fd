import { parentPort, workerData } from 'node:worker_threads';
import type { WaterHomeSeries } from '@verimeter/simulator';
import type { StepMessage } from '../thread-jobs.ts';
import { runWaterFleet, type WaterFleetRun } from './run-water.ts';
import { findWaterCell } from './water-cells.ts';
import type { WaterRecord } from './water-record.ts';

/** One piece of work for a thread. */
export interface WaterJob {
  readonly cell: string;
  readonly run: WaterFleetRun;
}

export interface WaterResult {
  readonly type: 'water';
  readonly record: WaterRecord;
}

const port = parentPort;
if (port === null) throw new Error('this file is a worker thread');
const { homes }: { homes: readonly WaterHomeSeries[] } = workerData;

function tell(message: StepMessage | WaterResult): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
  port?.postMessage(message);
}

port.on('message', (job: WaterJob | 'end') => {
  if (job === 'end') {
    port.close();
    return;
  }
  const cell = findWaterCell(job.cell);
  if (cell === undefined) throw new RangeError(`no cell ${job.cell}`);
  tell({
    type: 'water',
    record: runWaterFleet(cell, job.run, homes, (share) => tell({ type: 'step', share })),
  });
});
