import { parentPort, workerData } from 'node:worker_threads';
import type { HouseholdSeries } from '@verimeter/simulator';
import { findCell } from './cells.ts';
import { judgeCity } from './city-verdict.ts';
import { judgeDeviceArea } from './devices/device-area.ts';
import { DEVICE_CELLS } from './devices/device-cells.ts';
import type { Job, JobMessage } from './jobs.ts';
import { runFleet } from './run-fleet.ts';

const port = parentPort;
if (port === null) throw new Error('this file is a worker thread');
const { pool }: { pool: readonly HouseholdSeries[] } = workerData;

function tell(message: JobMessage): void {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
  port?.postMessage(message);
}

port.on('message', (job: Job | 'end') => {
  if (job === 'end') {
    port.close();
    return;
  }
  if (job.kind === 'city') {
    tell({ type: 'city', verdict: judgeCity(job.seed, job.atMs) });
    return;
  }
  if (job.kind === 'devices') {
    const cells = DEVICE_CELLS.filter(({ name }) => job.cells.includes(name));
    let done = 0;
    const records = judgeDeviceArea({ ...job, cells }, () => {
      done += 1;
      tell({ type: 'step', share: done / cells.length });
    });
    tell({ type: 'devices', records });
    return;
  }
  const cell = findCell(job.cell);
  if (cell === undefined) throw new RangeError(`no cell ${job.cell}`);
  tell({
    type: 'fleet',
    record: runFleet(cell, job.run, pool, (share) => tell({ type: 'step', share })),
  });
});
