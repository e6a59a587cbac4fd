import { availableParallelism } from 'node:os';
import { type FleetPrior, nextPrior } from '@verimeter/drift';
import { createServicePool, readGroups } from '@verimeter/registry';
import { openThread } from '@verimeter/service-runtime';
import type { NightShare } from './night-worker.ts';
import { type NightPart, publishWaiting } from './run-night.ts';

export interface NightSummary {
  readonly areas: number;
  readonly judged: number;
  readonly meters: number;
  readonly already: number;
  readonly refused: NightPart['refused'];
  /** What the fleet has taught this night, for the next one. */
  readonly prior: FleetPrior;
}

/**
 * Goes on with all areas of a tenant by the readings up to as-of, each from where it was frozen, and publishes. Areas in `refused`
 * keep the answers they had: a full analysis is due. Areas are read, judged and published a few at a time, one thread per processor.
 */
export async function runNight(options: {
  readonly databaseUrl: string;
  readonly tenant: string;
  readonly directory: string;
  readonly asOfUs: number;
  readonly prior: FleetPrior;
  readonly threads?: number;
  readonly onAreas?: (done: number, of: number) => void;
}): Promise<NightSummary> {
  const { databaseUrl, tenant, directory, asOfUs, prior } = options;
  const pool = createServicePool(databaseUrl, { applicationName: 'verimeter-night', max: 1 });
  try {
    const groupIds = (await readGroups(pool, tenant))
      .filter(({ kind }) => kind === 'electricity_area')
      .map(({ groupId }) => groupId);
    const threads = Math.max(
      1,
      Math.min(options.threads ?? availableParallelism(), groupIds.length),
    );
    let done = 0;
    const parts = await Promise.all(
      Array.from({ length: threads }, (_, k) =>
        inThread(
          {
            databaseUrl,
            tenant,
            directory,
            asOfUs,
            prior,
            groupIds: groupIds.filter((__, index) => index % threads === k),
          },
          (count) => options.onAreas?.((done += count), groupIds.length),
        ),
      ),
    );
    await publishWaiting(
      { pool, tenant, asOfUs },
      parts.flatMap(({ waiting }) => waiting),
    );
    const total = (of: (part: NightPart) => number): number =>
      parts.reduce((sum, part) => sum + of(part), 0);
    return {
      areas: groupIds.length,
      judged: total(({ judged }) => judged),
      meters: total(({ meters }) => meters),
      already: total(({ already }) => already),
      refused: parts.flatMap(({ refused }) => refused),
      prior: nextPrior(parts.flatMap(({ learned }) => learned)),
    };
  } finally {
    await pool.end();
  }
}

type Message =
  | { readonly type: 'areas'; readonly count: number }
  | { readonly type: 'done'; readonly part: NightPart };

function inThread(share: NightShare, onAreas: (count: number) => void): Promise<NightPart> {
  return new Promise((resolve, reject) => {
    const worker = openThread(new URL('./night-worker.ts', import.meta.url), share);
    worker.on('message', (message: Message) => {
      if (message.type === 'areas') onAreas(message.count);
      else resolve(message.part);
    });
    worker.on('error', reject);
    worker.on('exit', (code) => {
      if (code !== 0) reject(new Error(`a thread of the night ended with exit code ${code}`));
    });
  });
}
