import { parentPort, workerData } from 'node:worker_threads';
import type { FleetPrior } from '@verimeter/drift';
import { createServicePool } from '@verimeter/registry';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { runNightPart } from './run-night.ts';

/** What a thread of a night is given. */
export interface NightShare {
  readonly databaseUrl: string;
  readonly tenant: string;
  readonly directory: string;
  readonly groupIds: readonly string[];
  readonly asOfUs: number;
  readonly prior: FleetPrior;
}

// Goes on with its share of the areas, from the store to what is published.
if (parentPort === null) throw new Error('this file is a worker thread');
const port = parentPort;
const share: NightShare = workerData;
const pool = createServicePool(share.databaseUrl, { applicationName: 'verimeter-night', max: 2 });
try {
  const part = await runNightPart({
    ...share,
    pool,
    store: createTimescaleStore(pool),
    // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
    onAreas: (count) => port.postMessage({ type: 'areas', count }),
  });
  // oxlint-disable-next-line unicorn/require-post-message-target-origin
  port.postMessage({ type: 'done', part });
} finally {
  await pool.end();
}
