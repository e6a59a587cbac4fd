import { parentPort, workerData } from 'node:worker_threads';
import { runNetwork, type NetworkRun } from './run-network.ts';
import { findSensorCell } from './sensor-cells.ts';
import type { NetworkRecord } from './sensor-record.ts';
import type { StepMessage } from '../thread-jobs.ts';
import type { RealSeries } from './real-series.ts';

/** One network to build and to judge. */
export interface NetworkJob {
  readonly cell: string;
  readonly run: NetworkRun;
}

export interface NetworkResult {
  readonly type: 'network';
  readonly record: NetworkRecord;
}

const port = parentPort;
if (port === null) throw new Error('this file is a worker thread');
const { real }: { real: RealSeries } = workerData;

function tell(message: StepMessage | NetworkResult): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
  port?.postMessage(message);
}

port.on('message', (job: NetworkJob | 'end') => {
  if (job === 'end') {
    port.close();
    return;
  }
  const cell = findSensorCell(job.cell);
  if (cell === undefined) throw new RangeError(`no cell ${job.cell}`);
  const record = runNetwork(cell, job.run, real, (share) => tell({ type: 'step', share }));
  tell({ type: 'network', record });
});
