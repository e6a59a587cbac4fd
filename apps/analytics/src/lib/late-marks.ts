import { CONTEXT_US } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import {
  type AnalysedGroup,
  type LateForRuns,
  type Pool,
  type ReadMark,
  lastLateLook,
  markLateGroups,
  readAnalysedGroups,
} from '@verimeter/registry';
import { BALANCE_QUANTITIES } from './electricity-input.ts';
import { WINDOW_US } from './grid.ts';
import { ON_THE_WAY_US } from './night/night-due.ts';
import { databaseNow } from './night/night-frame.ts';

/** Where somebody begins to read who wants to know later what came after it. */
export async function readMark(pool: Pool, store: ReadingStore): Promise<ReadMark> {
  const shown = await store.shown();
  return { readUs: await databaseNow(pool), shown };
}

/**
 * Marks the published groups of a tenant that readings came late for: readings that arrived after the analysis had read, of times that it
 * had looked at. What counts is what a night analyses an area in full for. The last hours before the end of an analysis are open: there
 * on time and late are the same. Only what arrived since the look before is looked at. Returns the groups that were marked.
 */
export async function markLateReadings(
  pool: Pool,
  store: ReadingStore,
  tenant: string,
): Promise<readonly string[]> {
  const mark = await readMark(pool, store);
  const groups = await readAnalysedGroups(pool, tenant);
  if (groups.length === 0) return [];
  const before = await lastLateLook(pool, tenant);
  const looked = new Set(before?.runIds ?? []);
  const byMark = Map.groupBy(groups, ({ runId, read }) =>
    before !== undefined && looked.has(runId) ? keyOf(before.mark) : keyOf(read),
  );
  const late: LateForRuns[] = [];
  for (const own of byMark.values()) {
    const [first] = own;
    if (first === undefined) continue;
    const since = before !== undefined && looked.has(first.runId) ? before.mark : first.read;
    // oxlint-disable-next-line no-await-in-loop -- one look after the other: there are two at most but for runs of single groups
    late.push(await lateSince(store, tenant, since, own));
  }
  const finished = groups.flatMap(({ runId, isFinished }) => (isFinished ? runId : []));
  return markLateGroups(pool, tenant, late, {
    look: { mark, runIds: [...new Set(finished)] },
    openS: CONTEXT_US / 1e6,
    quantities: BALANCE_QUANTITIES,
  });
}

const keyOf = ({ readUs, shown }: ReadMark): string => `${readUs} ${shown}`;

async function lateSince(
  store: ReadingStore,
  tenant: string,
  { readUs, shown }: ReadMark,
  groups: readonly AnalysedGroup[],
): Promise<LateForRuns> {
  const ends = groups.map(({ asOfUs }) => asOfUs);
  const arrivals = await store.lateArrivals(tenant, {
    notIn: shown,
    receivedAfterUs: readUs - ON_THE_WAY_US,
    fromUs: Math.min(...ends) - WINDOW_US,
    untilUs: Math.max(...ends) - CONTEXT_US,
  });
  return {
    runIds: [...new Set(groups.map(({ runId }) => runId))],
    series: [...arrivals].map(([channelId, { earliestUs, receivedUs }]) => ({
      channelId,
      earliestUs,
      receivedUs,
    })),
  };
}
