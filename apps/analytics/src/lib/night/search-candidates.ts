import { openCandidateSearch } from '@verimeter/drift';
import { type MeterPage, pagesOfMeters } from './meter-pages.ts';
import { analyzeInFull, readWholeArea } from './full-area.ts';
import type { AreaReport, NightContext } from './night-context.ts';

/** Memory for what areas compare meters with, bytes. */
const SEARCH_BYTES = 100e6;
/** Per point of the grid and area: a dozen series. */
const BYTES_PER_POINT = 100;

interface Search {
  readonly groupId: string;
  readonly members: ReadonlySet<string>;
  readonly startUs: number;
  readonly count: number;
  readonly offer: ReturnType<typeof openSearch>['offer'];
  readonly best: ReturnType<typeof openSearch>['best'];
}

/**
 * Looks through all meters of the tenant for customers that are in the balance of some areas without being in their lists, and
 * concludes these areas with what was found. The meters are read once for as many areas as there is memory for.
 */
export async function searchCandidates(
  context: NightContext,
  groupIds: readonly string[],
): Promise<AreaReport[]> {
  const reports: AreaReport[] = [];
  let next = 0;
  while (next < groupIds.length) {
    const searches: Search[] = [];
    for (let bytes = 0; next < groupIds.length && bytes < SEARCH_BYTES; next++) {
      const groupId = groupIds[next] ?? '';
      // oxlint-disable-next-line no-await-in-loop -- the window of one area in memory at a time
      const search = await beginSearch(context, groupId);
      searches.push(search);
      bytes += search.count * BYTES_PER_POINT;
    }
    // oxlint-disable-next-line no-await-in-loop
    await offerAll(context, searches);
    for (const { groupId, best } of searches) {
      const strangers = best();
      // oxlint-disable-next-line no-await-in-loop
      if (strangers.length === 0) await keepLookedFor(context, groupId);
      // oxlint-disable-next-line no-await-in-loop
      else reports.push(await analyzeInFull(context, groupId, 'candidate', strangers));
    }
  }
  return reports;
}

/** Nobody was found: what was said of the area stands. */
async function keepLookedFor({ files }: NightContext, groupId: string): Promise<void> {
  const kept = await files.readArea(groupId);
  if (kept !== undefined) await files.writeArea({ ...kept, asks: false });
}

async function beginSearch(context: NightContext, groupId: string): Promise<Search> {
  const whole = await readWholeArea(context, groupId, []);
  const { grid } = whole?.input ?? { grid: { startUs: context.frame.latestUs, count: 0 } };
  const { offer, best } = openSearch(whole);
  return {
    groupId,
    members: new Set(
      whole?.records.fleet.members.flatMap((member) =>
        member.groupId === groupId ? member.deviceId : [],
      ),
    ),
    startUs: grid.startUs,
    count: grid.count,
    offer,
    best,
  };
}

function openSearch(whole: Awaited<ReturnType<typeof readWholeArea>>) {
  const search = whole === undefined ? undefined : openCandidateSearch(whole.input, whole.index);
  return search ?? { offer: () => undefined, best: () => [] };
}

/** Grids of areas differ in where they begin only. */
async function offerAll(context: NightContext, searches: readonly Search[]): Promise<void> {
  const startUs = Math.min(...searches.map((search) => search.startUs));
  for await (const page of pagesOfMeters(context, startUs))
    for (const search of searches) search.offer(pageFor(search, page));
}

function pageFor({ members, startUs, count }: Search, { grid, meters }: MeterPage) {
  const from = Math.round((startUs - grid.startUs) / grid.stepUs);
  const cut = (series: Float64Array): Float64Array => series.subarray(from, from + count);
  return meters.flatMap((meter) =>
    members.has(meter.deviceId)
      ? []
      : [
          {
            ...meter,
            importRegister: cut(meter.importRegister),
            ...(meter.exportRegister === undefined
              ? {}
              : { exportRegister: cut(meter.exportRegister) }),
          },
        ],
  );
}
