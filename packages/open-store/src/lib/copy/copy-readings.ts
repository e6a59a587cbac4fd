import { setTimeout as sleep } from 'node:timers/promises';
import type { ReadingEngine, RowLoader } from '@verimeter/reading-store';
import type { ClientBase, Pool } from 'pg';
import { bringRows, copyRows } from './bring-rows.ts';
import {
  type ComparedSpan,
  type Difference,
  type Span,
  allMonths,
  compareSpan,
  monthName,
  namedDifferences,
  slicesOf,
  totalOf,
} from './compare-readings.ts';
import {
  type Route,
  addDays,
  beginState,
  dropState,
  noteEqualMonth,
  noteFinished,
  notePart,
  noteShown,
  readChannelIds,
  readDays,
  readEqualMonths,
  readParts,
  readState,
  removeDays,
} from './copy-state.ts';
import { type ChannelSpan, spansOfDays } from './day-spans.ts';
import { planParts } from './plan-parts.ts';
import { type ChannelDigest, digestOf } from './row-digest.ts';

/** A copy cannot be begun, or not gone on with; the message says what to do. */
export class CopyRefusedError extends Error {
  readonly code = 'copy_refused';
}

export type CopyPhase = 'copy' | 'catch_up' | 'compare';

export interface CopyOptions {
  /** Of the registry; acts as verimeter_service. */
  readonly pool: Pool;
  readonly source: ReadingEngine<ClientBase>;
  readonly target: ReadingEngine<ClientBase>;
  /** The address of the engine that is no PostgreSQL, without user and password. */
  readonly address: string;
  readonly signal: AbortSignal;
  /** Readings of the phase so far, and how many there are, where that is known. */
  readonly onProgress: (phase: CopyPhase, readings: number, total: number | undefined) => void;
}

export interface CopyResult {
  /** Whether one that was begun before was gone on with. */
  readonly resumed: boolean;
  /** Copied by this call, before what came in since. */
  readonly copied: number;
  /** Of all months that were found equal, when they were compared. */
  readonly readings: number;
  readonly months: readonly (ChannelDigest & { readonly month: string })[];
  readonly differences: readonly Difference[];
  /** Batches that the source has still to take in. */
  readonly waiting: number;
  /** Who else is connected to the database: by the names of their connections. */
  readonly connected: readonly string[];
}

type Found = Parameters<typeof namedDifferences>[1][number];

const LOCKED = 'SELECT pg_try_advisory_lock(hashtext($1)) AS locked';
const UNLOCK = 'SELECT pg_advisory_unlock_all()';
const COPY_LOCK = 'verimeter.store_copy';
/** That of the settler: nobody else may write to QuestDB while it is filled. */
const SETTLER_LOCK = 'verimeter.settle_batches';
type Lock = typeof COPY_LOCK | typeof SETTLER_LOCK;
const REFUSALS: Readonly<Record<Lock, string>> = {
  [COPY_LOCK]: 'another verimeter store copy is at this database',
  [SETTLER_LOCK]:
    'a process writes to QuestDB already (READING_STORE=questdb): stop it, or copy in the other direction',
};
const LOCK_MS = 2000;
/** What came in during a round of catching up is brought by the next one, until a round is shorter than that. */
const SHORT_ROUND_MS = 20_000;
const MOST_ROUNDS = 8;
const POLL_MS = 50;

/** Forgets a copy that was begun; what it has brought stays. Returns whether there was one. */
export const abandonCopy = (pool: Pool): Promise<boolean> =>
  locked(pool, [COPY_LOCK], (client) => dropState(client));

async function locked<T>(
  pool: Pool,
  locks: readonly Lock[],
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  let broken = true;
  try {
    for (const lock of locks)
      // oxlint-disable-next-line no-await-in-loop
      if (!(await isLocked(client, lock))) {
        // oxlint-disable-next-line no-await-in-loop
        await client.query(UNLOCK);
        broken = false;
        throw new CopyRefusedError(REFUSALS[lock]);
      }
    const result = await work(client);
    await client.query(UNLOCK);
    broken = false;
    return result;
  } finally {
    client.release(broken); // with the connection the locks go
  }
}

/** Whoever was killed just now has its locks for a moment longer. */
async function isLocked(client: ClientBase, lock: Lock): Promise<boolean> {
  for (const deadline = performance.now() + LOCK_MS; ;) {
    // oxlint-disable-next-line no-await-in-loop -- until it is so
    const { rows } = await client.query<{ locked: boolean }>(LOCKED, [lock]);
    if (rows[0]?.locked === true) return true;
    if (performance.now() > deadline) return false;
    // oxlint-disable-next-line no-await-in-loop
    await sleep(POLL_MS);
  }
}

/**
 * Copies all readings from one engine into another one of the same registry, while the source goes on being written: what there was, then what
 * came since, day by day; and holds both against each other. Killed at any moment, the next call goes on; called again afterwards it brings what
 * came since. Nothing is accounted, announced or written to the source.
 */
export function copyReadings(options: CopyOptions): Promise<CopyResult> {
  const intoQuestDb = options.target.kind === 'questdb';
  return locked(options.pool, intoQuestDb ? [COPY_LOCK, SETTLER_LOCK] : [COPY_LOCK], (client) =>
    copyLocked(options, client),
  );
}

async function copyLocked(options: CopyOptions, registry: ClientBase): Promise<CopyResult> {
  const { source, target, signal, onProgress } = options;
  const route: Route = { source: source.kind, target: target.kind, address: options.address };
  const loader = target.bulk.openLoader();
  try {
    const resumed = await openCopy(registry, route, options);
    const copied = await copyParts(registry, options, loader);
    const found = new Map<string, Found>();
    const cutoffUs = await catchUp(registry, options, loader, found);
    await compareMonths(registry, options, { loader, cutoffUs, found });
    await catchUp(registry, options, loader, found);
    signal.throwIfAborted();
    const differences = await namedDifferences(registry, [
      ...new Map(
        [...found.values()].map((one) => [`${one.channelId} ${monthName(one.fromUs)}`, one]),
      ).values(),
    ]);
    if (differences.length === 0) await noteFinished(registry);
    const months = [...(await readEqualMonths(registry))]
      .toSorted(([left], [right]) => left - right)
      .map(([fromUs, digest]) => ({ month: monthName(fromUs), ...digest }));
    const readings = months.reduce((sum, month) => sum + month.readings, 0);
    onProgress('compare', readings, readings);
    return {
      resumed,
      copied,
      readings,
      months,
      differences,
      waiting: await countWaiting(registry),
      connected: await readConnected(registry),
    };
  } finally {
    await loader.close();
  }
}

/** Returns whether there was one already. @throws CopyRefusedError where that is another one */
async function openCopy(
  registry: ClientBase,
  route: Route,
  { source, target }: CopyOptions,
): Promise<boolean> {
  const state = await readState(registry);
  const isSame =
    state?.source === route.source &&
    state.target === route.target &&
    state.address === route.address;
  if (state !== undefined && !state.finished && !isSame)
    throw new CopyRefusedError(
      `a copy from ${state.source} to ${state.target}${state.address === '' ? '' : ` (${state.address})`} was begun: go on with it, or forget it with verimeter store copy --abandon`,
    );
  if (isSame) return true;
  // Before anything is read: what is shown later is found by this name.
  const shown = await source.store.shown();
  const parts = planParts(
    await source.bulk.months(),
    await readChannelIds(registry),
    target.bulk.loadsBy,
  );
  await registry.query('BEGIN');
  try {
    await beginState(registry, route, shown, parts);
    await registry.query('COMMIT');
  } catch (error) {
    await registry.query('ROLLBACK');
    throw error;
  }
  return false;
}

/** What there was when the copy began. */
async function copyParts(
  registry: ClientBase,
  { source, signal, onProgress }: CopyOptions,
  loader: RowLoader,
): Promise<number> {
  const parts = await readParts(registry);
  const channels = await readChannelIds(registry);
  const total = totalOf(await source.bulk.months());
  const before = parts.reduce((sum, { readings }) => sum + (readings ?? 0), 0);
  let copied = 0;
  for (const part of parts) {
    if (part.readings !== null) continue;
    signal.throwIfAborted();
    const ids = channels.filter((id) => id >= part.firstChannel && id <= part.lastChannel);
    const done = copied;
    // oxlint-disable-next-line no-await-in-loop -- in constant memory
    const readings = await copyRows(source.store, loader, ids, part, (some) =>
      onProgress('copy', done + some, total === undefined ? undefined : total - before),
    );
    // oxlint-disable-next-line no-await-in-loop
    await notePart(registry, part.part, readings);
    copied += readings;
  }
  return copied;
}

/** Brings what came since. Returns when the last round began, by the clock here. */
async function catchUp(
  registry: ClientBase,
  options: CopyOptions,
  loader: RowLoader,
  found: Map<string, Found>,
): Promise<number> {
  const { source, signal, onProgress } = options;
  for (let round = 1; ; round += 1) {
    const begin = performance.now();
    const beganUs = Date.now() * 1000;
    // oxlint-disable-next-line no-await-in-loop
    if (source.kind === 'questdb') await untilSettled(registry, source, signal);
    // oxlint-disable-next-line no-await-in-loop
    await noteDays(registry, source);
    let brought = 0;
    // oxlint-disable-next-line no-await-in-loop
    for (const span of spansOfDays(await readDays(registry))) {
      signal.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop
      brought += await bringSpan(registry, options, { loader, span, found });
      onProgress('catch_up', brought, undefined);
    }
    if (performance.now() - begin < SHORT_ROUND_MS || round >= MOST_ROUNDS) return beganUs;
  }
}

/**
 * Compares a span of some channels, and brings those that differ once more: what the target lacks may have been on its way for long. What differs
 * then, differs.
 */
async function equalized(
  [source, target]: readonly [CopyOptions['source'], CopyOptions['target']],
  loader: RowLoader,
  channelIds: readonly number[],
  span: Span,
  arrivedBeforeUs = Infinity,
): Promise<ComparedSpan> {
  const first = await compareSpan([source.store, target.store], channelIds, span, arrivedBeforeUs);
  if (first.different.size === 0) return first;
  const again = await bringRows(source.store, target, loader, [...first.different.keys()], span);
  return { equal: new Map([...first.equal, ...again.equal]), different: again.different };
}

/** Brings some days of some channels; those that are equal then are done. Returns how many readings they have. */
async function bringSpan(
  registry: ClientBase,
  { source, target }: CopyOptions,
  run: {
    readonly loader: RowLoader;
    readonly span: ChannelSpan;
    readonly found: Map<string, Found>;
  },
): Promise<number> {
  const { channelIds, fromUs, untilUs } = run.span;
  const { equal, different } = await equalized([source, target], run.loader, channelIds, run.span);
  for (const id of channelIds) run.found.delete(`${id} ${fromUs}`);
  for (const [channelId, sides] of different)
    run.found.set(`${channelId} ${fromUs}`, { channelId, fromUs, ...sides });
  const done = channelIds.filter((id) => !different.has(id));
  await removeDays(registry, { fromUs, untilUs }, done);
  return digestOf(equal).readings;
}

/** Notes the days of what is shown since the last look; a kill in between costs a second look at them. */
async function noteDays(registry: ClientBase, source: CopyOptions['source']): Promise<void> {
  const state = await readState(registry);
  if (state === undefined) throw new Error('the copy was abandoned while it ran');
  const shown = await source.store.shown();
  for await (const days of source.bulk.dirtyDays(state.shown)) await addDays(registry, days);
  await noteShown(registry, shown);
}

/** All months that were not found equal before, of what had arrived when what came since was brought. */
async function compareMonths(
  registry: ClientBase,
  { source, target, signal, onProgress }: CopyOptions,
  run: {
    readonly loader: RowLoader;
    readonly cutoffUs: number;
    readonly found: Map<string, Found>;
  },
): Promise<void> {
  const equalBefore = await readEqualMonths(registry);
  const channels = await readChannelIds(registry);
  const months = allMonths(await target.bulk.months(), await source.bulk.months()).filter(
    ({ fromUs }) => !equalBefore.has(fromUs),
  );
  const total = totalOf(months);
  let compared = 0;
  for (const month of months) {
    const equal = new Map<number, ChannelDigest>();
    let differs = false;
    for (const some of slicesOf(channels)) {
      signal.throwIfAborted();
      // oxlint-disable-next-line no-await-in-loop -- in constant memory
      const sides = await equalized([source, target], run.loader, some, month, run.cutoffUs);
      for (const [channelId, digest] of sides.equal) equal.set(channelId, digest);
      for (const [channelId, two] of sides.different) {
        differs = true;
        run.found.set(`${channelId} ${month.fromUs} month`, {
          channelId,
          fromUs: month.fromUs,
          ...two,
        });
      }
      onProgress('compare', compared + digestOf(equal).readings, total);
    }
    compared += digestOf(equal).readings;
    // oxlint-disable-next-line no-await-in-loop
    if (!differs && equal.size > 0) await noteEqualMonth(registry, month.fromUs, digestOf(equal));
  }
}

const WAITING = `SELECT count(*) AS count, coalesce(max(id), 0) AS last FROM store_batches WHERE settled_at IS NULL AND id <= $1`;

async function countWaiting(registry: ClientBase, upTo = Number.MAX_SAFE_INTEGER): Promise<number> {
  const { rows } = await registry.query<{ count: number }>(WAITING, [upTo]);
  return rows[0]?.count ?? 0;
}

/** Batches that wait now are settled, by whoever does it, or here. @throws what keeps the settler from it */
async function untilSettled(
  registry: ClientBase,
  { store }: CopyOptions['source'],
  signal: AbortSignal,
): Promise<void> {
  const { rows } = await registry.query<{ last: number }>(WAITING, [Number.MAX_SAFE_INTEGER]);
  const last = rows[0]?.last ?? 0;
  // oxlint-disable-next-line no-await-in-loop -- until it is so
  while ((await countWaiting(registry, last)) > 0) {
    signal.throwIfAborted();
    // oxlint-disable-next-line no-await-in-loop
    await store.check(); // settles from here on, unless another one does
    // oxlint-disable-next-line no-await-in-loop
    await sleep(POLL_MS);
  }
}

/** Of other roles only the names are seen. */
const CONNECTED = `
  SELECT DISTINCT coalesce(nullif(application_name, ''), usename::text) AS name FROM pg_stat_activity
   WHERE datname = current_database() AND usename IS NOT NULL
         AND application_name <> current_setting('application_name') ORDER BY 1`;

async function readConnected(registry: ClientBase): Promise<string[]> {
  const { rows } = await registry.query<{ name: string }>(CONNECTED);
  return rows.map(({ name }) => name);
}
