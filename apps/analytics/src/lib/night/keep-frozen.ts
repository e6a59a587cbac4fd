import { type FleetPrior, type FrozenArea, NO_FLEET } from '@verimeter/drift';
import type { ReadingStore } from '@verimeter/reading-store';
import type { Pool } from '@verimeter/registry';
import { readAreas, recordsOf, registeredFacts } from './area-records.ts';
import { ofArea, readNight, tailOf } from './go-on.ts';
import type { NightContext } from './night-context.ts';
import { openKeptFiles } from './kept-files.ts';

const AREAS_AT_A_TIME = 8;
const GENERATION = 'elsewhere';

/**
 * Keeps areas that were analysed and frozen elsewhere, and what the fleet has taught there, as if it had been done by the night before
 * `asOfUs`, here; no area's day comes by then. Their registry and last hours must be in the store. Returns the bytes that were kept.
 */
export async function keepFrozen(
  place: {
    readonly pool: Pool;
    readonly store: ReadingStore;
    readonly tenant: string;
    readonly directory: string;
  },
  fleet: { readonly prior: FleetPrior; readonly asOfUs: number },
  areas: Iterable<FrozenArea>,
): Promise<number> {
  const { pool, store, tenant, directory } = place;
  const files = openKeptFiles(directory, tenant);
  const frame: NightContext['frame'] = {
    tenant,
    runId: 0, // nothing is published
    generation: GENERATION,
    prior: NO_FLEET,
    markUs: fleet.asOfUs,
    askedUs: fleet.asOfUs,
    latestUs: fleet.asOfUs,
    tenantLatestUs: fleet.asOfUs,
    cadence: { stepUs: 1, phaseUs: 0 },
    looksInAll: false,
    teachingShare: 1,
    late: new Map(),
  };
  let bytes = 0;
  let batch: FrozenArea[] = [];
  const keepBatch = async (): Promise<void> => {
    bytes += await keepSome({ pool, store, files, frame }, batch);
    batch = [];
  };
  for (const area of areas) {
    // oxlint-disable-next-line no-await-in-loop -- one batch of areas in memory at a time
    if (batch.push(area) === AREAS_AT_A_TIME) await keepBatch();
  }
  if (batch.length > 0) await keepBatch();
  await files.writeFleet({
    generation: GENERATION,
    prior: fleet.prior,
    markUs: frame.markUs,
    shown: await store.shown(),
    latestUs: fleet.asOfUs,
  });
  return bytes;
}

async function keepSome(
  context: Omit<NightContext, 'alone'>,
  areas: readonly FrozenArea[],
): Promise<number> {
  const { frame, files } = context;
  const records = await readAreas(
    context,
    areas.map(({ groupId }) => groupId),
    areas.flatMap(({ joined }) => joined),
  );
  const input = await readNight(
    context,
    records,
    areas.map((area) => ({ groupId: area.groupId, area })),
  );
  const sizes = await Promise.all(
    areas.map((area) =>
      files.writeArea({
        groupId: area.groupId,
        generation: frame.generation,
        registered: registeredFacts(
          recordsOf(records, area.groupId),
          area.groupId,
          area.joined,
          frame.latestUs,
        ),
        asOfUs: area.untilUs,
        fullUs: frame.latestUs,
        markUs: frame.markUs,
        arrivals: 0,
        tail: tailOf(ofArea(input, records, area), area),
        waiting: [],
        learned: null,
        asks: false,
        strangers: [],
        area,
      }),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
