import { createServicePool } from '@verimeter/registry';
import {
  type MovePhase,
  type MoveResult,
  type StoreStatus,
  MoveNotEqualError,
  MoveRunningError,
  TimescaleUnavailableError,
  abandonMoveOf,
  moveToHypertable,
  readStoreStatus,
} from '@verimeter/timescale-store';
import { openReadingStore } from '@verimeter/open-store';
import { formatTimestamp } from '@verimeter/telemetry';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openDatabase, requireCurrentSchema } from '../database.ts';
import { say, table, writeLine } from '../output.ts';
import { createProgress, grouped } from '../progress.ts';
import { compare, copy, forgetCopy, readRoute } from './store-copy.ts';

const PHASES: Readonly<Record<MovePhase, string>> = {
  copy: 'copying',
  compress: 'compressing',
  catch_up: 'catching up',
  prove: 'comparing',
  switch: 'switching',
};

/** How readings are stored, and moving them into a hypertable of TimescaleDB or from one engine into another. */
export async function run(context: CommandContext): Promise<number> {
  const action = choice(context.positionals[0], ['status', 'move', 'copy', 'compare'], 'store');
  const forgets = action === 'copy' && context.flag('abandon');
  const route =
    (action === 'copy' || action === 'compare') && !forgets ? readRoute(context) : undefined;
  const database = await openDatabase(context.environment);
  try {
    await requireCurrent(database.url);
    if (action === 'status') return await showStatus(database.url, context);
    if (forgets) return await forgetCopy(database.url, context);
    if (route !== undefined)
      return await (action === 'copy' ? copy : compare)(database.url, route, context);
    choice(context.positionals[1], ['timescale'], 'store move');
    if (context.environment.readingStore.engine === 'questdb')
      throw new CommandError(
        'the readings are in QuestDB (READING_STORE=questdb), and a move is from plain PostgreSQL: verimeter store copy brings them from one engine into another',
      );
    if (context.flag('abandon')) return await abandon(database.url, context);
    return await move(database.url, context);
  } finally {
    await database.close();
  }
}

async function requireCurrent(url: string): Promise<void> {
  const pool = createServicePool(url, { applicationName: 'verimeter-store', max: 1 });
  try {
    await requireCurrentSchema(pool, url);
  } finally {
    await pool.end();
  }
}

async function abandon(url: string, context: CommandContext): Promise<number> {
  if (context.flag('keep')) throw new UsageError('--keep and --abandon exclude each other');
  const abandoned = await explained(() => abandonMoveOf(url));
  if (context.json) await writeLine(JSON.stringify({ abandoned }));
  else
    say(
      abandoned
        ? 'the move is undone; the plain table was in use all the time'
        : 'no move is under way',
    );
  return 0;
}

async function move(url: string, context: CommandContext): Promise<number> {
  const progress = createProgress('store move');
  const result = await explained(() =>
    moveToHypertable(url, {
      keep: context.flag('keep'),
      onProgress: (phase, done, total, text) =>
        progress.update(
          done,
          total,
          `${PHASES[phase]} ${text}${phase === 'copy' && total !== undefined ? `, ${grouped(done)} readings` : ''}`,
        ),
    }),
  );
  progress.finish(summary(result));
  if (context.json) await writeLine(JSON.stringify(result));
  return 0;
}

function summary({ outcome, proofs, lockedMs, kept, resumed }: MoveResult): string {
  const rest = kept ? '; the plain table is kept as readings_plain' : '';
  if (outcome === 'already') return `readings is a hypertable already${rest}`;
  const readings = proofs.reduce((sum, proof) => sum + proof.readings, 0);
  return (
    `${resumed ? 'went on with a move that was cut off; ' : ''}${grouped(readings)} readings in ${proofs.length} partitions ` +
    `moved and found equal; locked for ${Math.round(lockedMs)} ms${rest}`
  );
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (
      error instanceof TimescaleUnavailableError ||
      error instanceof MoveNotEqualError ||
      error instanceof MoveRunningError ||
      (error instanceof Error && 'code' in error && error.code === 'questdb')
    )
      throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

/** Of an engine of its own. @throws where it is away */
async function engineStatus(url: string, { environment }: CommandContext) {
  const pool = createServicePool(url, { applicationName: 'verimeter-store', max: 2 });
  try {
    const engine = await openReadingStore(pool, environment.readingStore);
    try {
      await engine.store.check();
      return { layout: engine.kind, size: await engine.upkeep.size() };
    } finally {
      await engine.close();
    }
  } finally {
    await pool.end();
  }
}

async function showStatus(url: string, context: CommandContext): Promise<number> {
  if (context.environment.readingStore.engine === 'questdb') {
    const status = await explained(() => engineStatus(url, context));
    const rows: [string, string][] = [['readings', 'QuestDB'], ...sizeRows(status.size)];
    await writeLine(context.json ? JSON.stringify(status) : table(rows));
    return 0;
  }
  const status = await readStoreStatus(url);
  await writeLine(context.json ? JSON.stringify(status) : statusText(status));
  return 0;
}

const MIB = 1024 ** 2;
const size = (bytes: number): string => `${grouped(bytes / MIB)} MiB`;

const instant = (us: number | null): string => (us === null ? '-' : formatTimestamp(us));

const sizeRows = (held: NonNullable<StoreStatus['size']>): [string, string][] => [
  ['stored', `${grouped(held.readings)} readings (estimate)`],
  ['size', `${size(held.bytes)}, of it compressed ${size(held.compressedBytes)}`],
  ['partitions from', instant(held.fromUs)],
  ['partitions to', instant(held.untilUs)],
];

const UNREAD: Readonly<Record<StoreStatus['unread'][number], string>> = {
  settings: 'whether the server loads TimescaleDB (pg_read_all_settings)',
  size: 'size',
  chunks: 'chunks',
  job: 'compression',
  move: 'whether a move is under way (verimeter_owner)',
  kept: 'size of readings_plain',
};

function jobText({ status, finishedAt, error }: NonNullable<StoreStatus['job']>): string {
  const last = finishedAt === null ? '' : `, last success ${finishedAt}`;
  return `${status}${last}${status === 'Success' || error === null ? '' : ` (${error})`}`;
}

function statusText(status: StoreStatus): string {
  const { layout, extension, size: held, chunks, job, move: moving, keptBytes, unread } = status;
  const rows: [string, string][] = [
    ['readings', layout === 'hypertable' ? 'hypertable of TimescaleDB' : 'plain PostgreSQL'],
    [
      'TimescaleDB',
      extension.installed ??
        (extension.available === undefined
          ? 'not on this server'
          : `${extension.available}, not in this database`),
    ],
  ];
  if (held !== undefined) rows.push(...sizeRows(held));
  if (chunks !== undefined)
    rows.push(['chunks', `${chunks.all}, of them compressed ${chunks.compressed}`]);
  if (layout === 'hypertable' && !unread.includes('job'))
    rows.push(['compression', job === undefined ? 'has not run yet' : jobText(job)]);
  if (moving !== undefined)
    rows.push([
      'move',
      `not finished: ${moving.copied} of ${moving.partitions} partitions copied; go on with verimeter store move timescale`,
    ]);
  if (keptBytes !== undefined)
    rows.push([
      'kept',
      `readings_plain, ${size(keptBytes)}; verimeter store move timescale without --keep drops it`,
    ]);
  if (layout === 'plain' && extension.missing !== undefined)
    rows.push(['hypertable', extension.missing]);
  if (unread.length > 0)
    rows.push([
      'not shown',
      `${unread.map((part) => UNREAD[part]).join('; ')}: not for this login`,
    ]);
  return table(rows);
}
