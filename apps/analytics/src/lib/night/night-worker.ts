import { parentPort, workerData } from 'node:worker_threads';
import type { JudgedArea } from '@verimeter/drift';
import { type ReadingStoreSettings, openReadingStore } from '@verimeter/open-store';
import { createServicePool } from '@verimeter/registry';
import { oneAfterTheOther } from './one-after-the-other.ts';
import { openKeptFiles } from './kept-files.ts';
import type { AreaReport, NightFrame } from './night-context.ts';
import { learnPart, runNightPart, sampled } from './night-part.ts';
import { searchCandidates } from './search-candidates.ts';

/** What a thread of a night is given. */
export interface NightShare {
  readonly databaseUrl: string;
  readonly readingStore: ReadingStoreSettings;
  readonly directory: string;
  readonly frame: NightFrame;
  readonly task: 'learn' | 'areas' | 'candidates';
  readonly groupIds: readonly string[];
}

/** What a thread of a night says. */
export type NightMessage =
  | { readonly type: 'areas'; readonly count: number }
  | { readonly type: 'done'; readonly reports: readonly AreaReport[] }
  | { readonly type: 'learned'; readonly learned: readonly JudgedArea[] };

// Looks after its share of the areas, from the store to what is published.
if (parentPort === null) throw new Error('this file is a worker thread');
const port = parentPort;
const share: NightShare = workerData;
const say = (message: NightMessage): void => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a message port, not a window
  port.postMessage(message);
};
const pool = createServicePool(share.databaseUrl, { applicationName: 'verimeter-night', max: 4 });
let engine: Awaited<ReturnType<typeof openReadingStore>> | undefined;
try {
  engine = await openReadingStore(pool, share.readingStore);
  const context = {
    pool,
    store: engine.store,
    files: openKeptFiles(share.directory, share.frame.tenant),
    frame: share.frame,
    alone: oneAfterTheOther(),
  };
  if (share.task === 'learn') {
    say({ type: 'learned', learned: await learnPart(context, share.groupIds) });
  } else {
    const reports =
      share.task === 'areas'
        ? await runNightPart(context, share.groupIds, (count) => say({ type: 'areas', count }))
        : (await searchCandidates(context, share.groupIds)).map((report) =>
            sampled(context, report),
          );
    say({ type: 'done', reports });
  }
} finally {
  await engine?.close();
  await pool.end();
}
