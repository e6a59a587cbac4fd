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
import { type Arrivals, allArrivals, isSweepDue, recentArrivals } from './arrivals-since.ts';
import { BALANCE_QUANTITIES } from './electricity-input.ts';
import { WINDOW_US } from './grid.ts';
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
  const isSweep = isSweepDue(mark.readUs, before?.swept);
  const sinceOf = ({ runId, read }: AnalysedGroup): Arrivals => {
    if (before === undefined || !looked.has(runId)) return allArrivals(read);
    if (!isSweep) return recentArrivals(before.mark);
    const { swept } = before;
    return allArrivals(swept !== undefined && swept.readUs > read.readUs ? swept : read);
  };
  const since = groups.map((group) => ({ group, arrivals: sinceOf(group) }));
  const late: LateForRuns[] = [];
  for (const own of Map.groupBy(since, ({ arrivals }) => keyOf(arrivals)).values()) {
    const [first] = own;
    if (first === undefined) continue;
    const some = own.map(({ group }) => group);
    // oxlint-disable-next-line no-await-in-loop -- one look after the other: there are two at most but for runs of single groups
    late.push(await lateSince(store, tenant, first.arrivals, some));
  }
  const finished = groups.flatMap(({ runId, isFinished }) => (isFinished ? runId : []));
  return markLateGroups(pool, tenant, late, {
    look: { mark, swept: isSweep ? mark : before?.swept, runIds: [...new Set(finished)] },
    openS: CONTEXT_US / 1e6,
    quantities: BALANCE_QUANTITIES,
  });
}

const keyOf = ({ receivedAfterUs, notIn }: Arrivals): string => `${receivedAfterUs} ${notIn}`;

async function lateSince(
  store: ReadingStore,
  tenant: string,
  since: Arrivals,
  groups: readonly AnalysedGroup[],
): Promise<LateForRuns> {
  const ends = groups.map(({ asOfUs }) => asOfUs);
  const arrivals = await store.lateArrivals(tenant, {
    ...since,
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
