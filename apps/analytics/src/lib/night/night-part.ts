import { analyzeArea, type JudgedArea, withoutBayesFactors } from '@verimeter/drift';
import { readAreas, recordsOf } from './area-records.ts';
import { analyzeInFull, publishSilent, readWholeArea } from './full-area.ts';
import { type FrozenKept, goOn } from './go-on.ts';
import { dueOf } from './night-due.ts';
import type { KeptArea } from './kept-area.ts';
import { placeOf } from './kept-files.ts';
import type { AreaReport, FullReason, NightContext } from './night-context.ts';

/** Areas that are read, judged and published together: what is in memory at a time. A full analysis has one. */
const AREAS_AT_A_TIME = 4;

/** Batches under way in a thread: one is computed while the database reads or writes for the other. */
const LANES = 2;

/** Goes on with some areas, or analyses them in full where that is due, and publishes what the fleet's lists do not decide. */
export async function runNightPart(
  context: NightContext,
  groupIds: readonly string[],
  onAreas: (count: number) => void,
): Promise<AreaReport[]> {
  const reports: AreaReport[] = [];
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < groupIds.length) {
      const ids = groupIds.slice(next, next + AREAS_AT_A_TIME);
      next += ids.length;
      // oxlint-disable-next-line no-await-in-loop -- one batch of areas in memory at a time
      const batch = await runBatch(context, ids).catch((error: unknown) => {
        next = groupIds.length; // the other lane begins nothing more
        throw error;
      });
      reports.push(...batch.map((report) => sampled(context, report)));
      onAreas(ids.length);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  return reports;
}

/** In a large fleet most areas teach levels and spreads alone: Bayes factors of a million meters would be half of the memory. */
export function sampled({ frame }: Pick<NightContext, 'frame'>, report: AreaReport): AreaReport {
  const { groupId, learned } = report;
  if (learned === null || placeOf(groupId) < frame.teachingShare) return report;
  return { ...report, learned: withoutBayesFactors(learned) };
}

async function runBatch(
  context: NightContext,
  groupIds: readonly string[],
): Promise<readonly AreaReport[]> {
  const found = await Promise.all(groupIds.map((groupId) => readKept(context, groupId)));
  const records = await readAreas(
    context,
    groupIds,
    found.flatMap((kept) => kept?.area?.joined ?? []),
  );
  const strangers = new Map(found.map((kept) => [kept?.groupId, kept?.strangers ?? []]));
  const reports: AreaReport[] = [];
  const goingOn: FrozenKept[] = [];
  const full: { groupId: string; reason: FullReason }[] = [];
  const silent: string[] = [];
  groupIds.forEach((groupId, k) => {
    const kept = found[k];
    const due = dueOf(context, recordsOf(records, groupId), groupId, kept);
    if (due === 'silent') silent.push(groupId);
    else if (due === 'already') {
      if (kept !== undefined) reports.push(reportOf(kept));
    } else if (due === 'went_on') {
      if (isFrozen(kept)) goingOn.push(kept);
    } else full.push({ groupId, reason: due });
  });
  const { reports: went, refused } = await goOn(context, records, goingOn);
  reports.push(...went);
  for (const { groupId, reason } of [...full, ...refused])
    // oxlint-disable-next-line no-await-in-loop -- the window of one area in memory at a time
    reports.push(await analyzeInFull(context, groupId, reason, strangers.get(groupId) ?? []));
  for (const groupId of silent)
    // oxlint-disable-next-line no-await-in-loop
    reports.push(await publishSilent(context, groupId));
  return reports;
}

/** Files of another state of the fleet do not count. */
async function readKept(
  { files, frame }: NightContext,
  groupId: string,
): Promise<KeptArea | undefined> {
  const kept = await files.readArea(groupId);
  return kept?.generation === frame.generation ? kept : undefined;
}

function isFrozen(kept: KeptArea | undefined): kept is FrozenKept {
  return kept !== undefined && kept.area !== null;
}

const reportOf = ({ groupId, waiting, learned, asks }: KeptArea): AreaReport => ({
  groupId,
  outcome: 'already',
  meters: 0,
  waiting,
  learned,
  asks,
});

/** What some areas teach the fleet; nothing is published or kept. */
export async function learnPart(
  context: NightContext,
  groupIds: readonly string[],
): Promise<JudgedArea[]> {
  const learned: JudgedArea[] = [];
  for (const groupId of groupIds) {
    // oxlint-disable-next-line no-await-in-loop -- the window of one area in memory at a time
    const whole = await readWholeArea(context, groupId, []);
    const taught =
      whole === undefined
        ? undefined
        : analyzeArea(whole.input, whole.index, context.frame.prior).learned;
    if (taught !== undefined) learned.push(taught);
  }
  return learned;
}
