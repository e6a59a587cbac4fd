import { parentPort } from 'node:worker_threads';
import type { StepMessage } from '../thread-jobs.ts';
import { LOT_CELLS } from './lot-cells.ts';
import type { LotRecord } from './lot-record.ts';
import { type LotRun, runLot } from './run-lot.ts';

/** Some lots of a cell. */
export interface LotJob {
  readonly cell: string;
  readonly runs: readonly LotRun[];
}

export interface LotResult {
  readonly type: 'lots';
  readonly records: readonly LotRecord[];
}

const port = parentPort;
if (port === null) throw new Error('this file is a worker thread');

function tell(message: StepMessage | LotResult): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
  port?.postMessage(message);
}

port.on('message', (job: LotJob | 'end') => {
  if (job === 'end') {
    port.close();
    return;
  }
  const cell = LOT_CELLS.find(({ name }) => name === job.cell);
  if (cell === undefined) throw new RangeError(`no cell ${job.cell}`);
  tell({ type: 'lots', records: job.runs.map((run) => runLot(cell, run)) });
});
