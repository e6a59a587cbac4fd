import { availableParallelism } from 'node:os';
import { listedOthers, MODEL_VERSION, nextPrior, NO_FLEET, tenantLists } from '@verimeter/drift';
import { type ReadingStoreSettings, openReadingStore } from '@verimeter/open-store';
import type { ReadingStore } from '@verimeter/reading-store';
import {
  createServicePool,
  type Pool,
  readGroups,
  finishRun,
  startRun,
  withTransaction,
} from '@verimeter/registry';
import { electricityContrasts } from '../lots/electricity-contrasts.ts';
import type { OtherKinds } from '../other-kinds.ts';
import { gradeLots } from '../lots/grade-lots.ts';
import { type KeptFiles, type KeptFleet, openKeptFiles } from './kept-files.ts';
import type { AreaOutcome, AreaReport, NightContext, NightFrame } from './night-context.ts';
import {
  type Asked,
  cadenceOf,
  databaseNow,
  lateReadings,
  latestOf,
  latestOfTenant,
  newFleet,
} from './night-frame.ts';
import { dealt, nightThreads, type NightThreads } from './night-threads.ts';
import { otherKindsOf } from './night-other-kinds.ts';
import type { NightShare } from './night-worker.ts';
import { evenly } from '../devices/evenly.ts';
import { oneAfterTheOther } from './one-after-the-other.ts';
import { publishOthers } from './publish-others.ts';
import { publishWaiting } from './publish-night.ts';

/** Areas that teach a first night, and how often they are judged. */
const FIRST_AREAS = 500;
const FIRST_PASSES = 2;
/** Areas that teach prevalence, sizes and kinds of drifts: 120,000 meters or so, in which 0.5 % are 600 drifts. */
const TEACHING_AREAS = 2000;
/** Areas times meters up to which customers in no list are looked for in every area: beyond, in those that ask. */
const LOOKED_AT = 1e7;
/** What came late is found by one statement over all that arrived since the night before. */
const STATEMENT_TIMEOUT_MS = 1_800_000;

export interface NightOptions {
  readonly databaseUrl: string;
  readonly readingStore: ReadingStoreSettings;
  readonly tenant: string;
  /** Where areas are kept from night to night. */
  readonly directory: string;
  /** Microseconds since 1970; default: the last reading of each group's supply. */
  readonly asOfUs?: number | undefined;
  readonly threads?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onAreas?: (done: number, of: number) => void;
}

export interface NightSummary {
  readonly areas: number;
  /** Areas by what became of them. */
  readonly outcomes: Readonly<Partial<Record<AreaOutcome, number>>>;
  /** Devices that were estimated tonight. */
  readonly meters: number;
  /** Devices that waited for the fleet's lists. */
  readonly listed: number;
  /** Microseconds since 1970. */
  readonly asOfUs: number;
}

interface Night {
  readonly options: NightOptions;
  readonly asked: Asked;
  readonly files: KeptFiles;
  readonly threads: NightThreads;
}

/**
 * Brings a tenant to the readings of today: each area goes on from where it was kept, or is analysed in full where that is due
 * (docs/decisions/0088). Areas are read, judged and published a few at a time, one thread per processor. What a night that was
 * killed has done is not done again. Undefined: no area has a reading.
 */
export async function runNight(options: NightOptions): Promise<NightSummary | undefined> {
  const { databaseUrl, tenant } = options;
  const pool = createServicePool(databaseUrl, {
    applicationName: 'verimeter-night',
    max: 3, // one of them holds the lock
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  try {
    const engine = await openReadingStore(pool, options.readingStore);
    try {
      return await oneAtATime(pool, tenant, () => runWhole(pool, engine.store, options));
    } finally {
      await engine.close();
    }
  } finally {
    await pool.end();
  }
}

/** Two nights of a tenant at once would write the same files and rows: the later one waits, and finds all of it done. */
async function oneAtATime<T>(pool: Pool, tenant: string, work: () => Promise<T>): Promise<T> {
  const lock = [`verimeter.night.${tenant}`];
  const client = await pool.connect();
  try {
    await client.query('SELECT pg_advisory_lock(hashtext($1))', lock);
    return await work();
  } finally {
    client.release(true); // the lock goes with the connection
  }
}

async function runWhole(
  pool: Pool,
  store: ReadingStore,
  options: NightOptions,
): Promise<NightSummary | undefined> {
  const { tenant, signal } = options;
  const groups = await readGroups(pool, tenant);
  const asked: Asked = {
    pool,
    store,
    tenant,
    groupIds: groups.flatMap(({ groupId, kind }) => (kind === 'electricity_area' ? groupId : [])),
    askedUs: options.asOfUs,
  };
  const latestUs = await latestOf(asked);
  if (latestUs === undefined) return undefined;
  const files = openKeptFiles(options.directory, tenant);
  const night: Night = { options, asked, files, threads: nightThreads(signal) };
  return run(night, latestUs);
}

async function run(night: Night, latestUs: number): Promise<NightSummary> {
  const { asked, files } = night;
  const { pool, store, tenant, groupIds, askedUs } = asked;
  const cadence = await cadenceOf(asked, latestUs);
  const tenantLatestUs = await latestOfTenant(asked, latestUs);
  const now = { markUs: await databaseNow(pool), shown: await store.shown() };
  const before = (await files.readFleet()) ?? newFleet(now);
  const begun = before.begun ?? now;
  const { markUs, shown } = begun;
  const late = await lateReadings(asked, before);
  const { generation } = before;
  // a run without an as-of of its own that is finished says that the tenant's night is done
  const runId = await startRun(pool, {
    tenant,
    asOfUs: askedUs ?? null,
    modelVersion: MODEL_VERSION,
    configuration: { night: generation, cadence },
    read: { readUs: markUs, shown },
  });
  const looksInAll = (await electricityMeters(pool, tenant)) * groupIds.length <= LOOKED_AT;
  const teachingShare = Math.min(1, TEACHING_AREAS / Math.max(1, groupIds.length));
  const frame = {
    tenant,
    runId,
    generation,
    markUs,
    askedUs,
    latestUs,
    tenantLatestUs,
    cadence,
    looksInAll,
    teachingShare,
    late,
  };
  const prior = before.prior.areas > 0 ? before.prior : await learnFirst(night, frame);
  const fleet: KeptFleet = { ...before, prior, begun };
  await files.writeFleet(fleet);
  const context: NightContext = {
    pool,
    store,
    files,
    frame: { ...frame, prior },
    alone: oneAfterTheOther(),
    signal: night.options.signal,
  };
  const reports = await reportsOf(night, context.frame);
  const waiting = reports.flatMap((report) => report.waiting);
  const water = await publishListed(context, waiting);
  const { phaseUs } = cadence;
  const electricity = await electricityContrasts(
    { pool, store, tenant, signal: night.options.signal },
    { latestUs, phaseUs },
  );
  const relativeDrifts = new Map([...electricity, ...water]);
  const learned = reports.map((report) => report.learned ?? undefined);
  await files.writeFleet({
    generation,
    prior: learned.some((area) => area !== undefined) ? nextPrior(learned) : prior,
    ...begun,
    latestUs,
  });
  await withTransaction(pool, (client) => gradeLots(client, tenant, { runId, relativeDrifts }));
  await finishRun(pool, runId);
  const outcomes: Partial<Record<AreaOutcome, number>> = {};
  for (const { outcome } of reports) outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
  return {
    areas: groupIds.length,
    outcomes,
    meters: reports.reduce((sum, { meters }) => sum + meters, 0),
    listed: waiting.length,
    asOfUs: latestUs,
  };
}

/**
 * Estimates the devices of other kinds, makes the lists over all kinds, and publishes what waited for them. Resolves with how lots of water
 * meters drift against each other.
 */
async function publishListed(
  context: NightContext,
  waiting: AreaReport['waiting'],
): Promise<OtherKinds['relativeDrifts']> {
  const kinds = await otherKindsOf(context);
  const lists = tenantLists([...waiting.map(({ result }) => result), ...listedOthers(kinds)]);
  await publishWaiting(context, waiting, lists);
  await publishOthers(context, kinds, lists);
  return kinds.relativeDrifts;
}

/** All areas, in the order of their ids; those that were concluded with a customer in no list are reported once, as such. */
async function reportsOf(night: Night, frame: NightFrame): Promise<AreaReport[]> {
  const { options, asked, threads } = night;
  const { groupIds } = asked;
  let done = 0;
  const parts = await threads.run(sharesOf(night, frame, 'areas', groupIds), (count) =>
    options.onAreas?.((done += count), groupIds.length),
  );
  const reports = new Map<string, AreaReport>();
  const take = (some: typeof parts): void => {
    for (const part of some)
      if (part.type === 'done')
        for (const report of part.reports) reports.set(report.groupId, report);
  };
  take(parts);
  const asking = groupIds.filter((groupId) => reports.get(groupId)?.asks === true);
  // One thread: the meters of the tenant are read once for all areas.
  if (asking.length > 0)
    take(await threads.run([{ ...shareOf(night, frame, asking), task: 'candidates' }]));
  return groupIds.flatMap((groupId) => reports.get(groupId) ?? []);
}

/** A first night knows nothing of the fleet: some areas teach it what it would else have learned the night before. */
async function learnFirst(
  night: Night,
  frame: Omit<NightFrame, 'prior'>,
): Promise<NightFrame['prior']> {
  const sample = evenly(night.asked.groupIds, FIRST_AREAS);
  let prior = NO_FLEET;
  for (let pass = 0; pass < FIRST_PASSES; pass++) {
    const shares = sharesOf(night, { ...frame, prior }, 'learn', sample);
    // oxlint-disable-next-line no-await-in-loop -- each pass has what the one before learned
    const parts = await night.threads.run(shares);
    const learned = parts.flatMap((part) => (part.type === 'learned' ? part.learned : []));
    if (learned.length === 0) return NO_FLEET;
    // in the order of the areas: sums do not depend on the number of threads
    prior = nextPrior(
      learned.toSorted((a, b) => ((a.meters[0]?.area ?? '') < (b.meters[0]?.area ?? '') ? -1 : 1)),
    );
  }
  return prior;
}

const sharesOf = (
  night: Night,
  frame: NightFrame,
  task: NightShare['task'],
  groupIds: readonly string[],
): NightShare[] =>
  dealt(groupIds, night.options.threads ?? availableParallelism()).map((some) => ({
    ...shareOf(night, frame, some),
    task,
  }));

const shareOf = (
  { options: { databaseUrl, readingStore, directory } }: Night,
  frame: NightFrame,
  groupIds: readonly string[],
): Omit<NightShare, 'task'> => ({ databaseUrl, readingStore, directory, frame, groupIds });

async function electricityMeters(pool: Pool, tenant: string): Promise<number> {
  const result = await pool.query<{ meters: number }>(
    `SELECT count(*)::int AS meters FROM devices WHERE tenant = $1 AND kind = 'electricity_meter'`,
    [tenant],
  );
  return result.rows[0]?.meters ?? 0;
}
