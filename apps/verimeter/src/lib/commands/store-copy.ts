import {
  type Comparison,
  type CopyPhase,
  type CopyResult,
  type Difference,
  CopyRefusedError,
  type ReadingStoreSettings,
  abandonCopy,
  compareReadings,
  copyReadings,
  engineText,
} from '@verimeter/open-store';
import type { ReadingEngine } from '@verimeter/reading-store';
import { type Pool, type PoolClient, createServicePool } from '@verimeter/registry';
import type { Environment } from '../../config.ts';
import { CommandError, UsageError, choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openEngine } from '../database.ts';
import { interruptible } from '../interruption.ts';
import { say, writeLine } from '../output.ts';
import { createRowProgress, grouped } from '../progress.ts';

type Engine = ReadingEngine<PoolClient>;

const ENGINES = ['postgres', 'timescale', 'questdb'] as const;
/** A month of many channels takes longer than what a service asks for. */
const STATEMENT_TIMEOUT_MS = 7 * 86_400_000;
/** More differences are counted, not listed. */
const MOST_LISTED = 50;

const PHASES: Readonly<Record<CopyPhase, string>> = {
  copy: 'store copy: copying',
  catch_up: 'store copy: what came since',
  compare: 'store copy: comparing',
};

function settingsOf(
  engine: (typeof ENGINES)[number],
  { questDbHttpUrl }: Environment,
): ReadingStoreSettings {
  if (engine !== 'questdb') return { engine };
  if (questDbHttpUrl === undefined)
    throw new CommandError('QUESTDB_HTTP_URL: is not set; it says where QuestDB is');
  return { engine, httpUrl: questDbHttpUrl };
}

interface Sides {
  readonly pool: Pool;
  readonly source: Engine;
  readonly target: Engine;
  /** Of QuestDB, without user and password. */
  readonly address: string;
}

/** Where from and where to, with what each engine needs. */
export interface Route {
  readonly from: ReadingStoreSettings;
  readonly to: ReadingStoreSettings;
  /** Of QuestDB, without user and password. */
  readonly address: string;
}

/** What `--from` and `--to` name. @throws UsageError, CommandError */
export function readRoute(context: CommandContext): Route {
  const from = choice(context.option('from'), ENGINES, '--from');
  const to = choice(context.option('to'), ENGINES, '--to');
  if (from === to) throw new UsageError('--from and --to name the same engine');
  if (from !== 'questdb' && to !== 'questdb')
    throw new UsageError(
      'both are the table of readings of one database: verimeter store move timescale makes a hypertable of a plain table',
    );
  const { environment } = context;
  return {
    from: settingsOf(from, environment),
    to: settingsOf(to, environment),
    address: new URL(environment.questDbHttpUrl ?? '').origin,
  };
}

/** Opens the engines of a route. */
async function withSides<T>(
  url: string,
  route: Route,
  work: (sides: Sides) => Promise<T>,
): Promise<T> {
  const pool = createServicePool(url, {
    applicationName: 'verimeter-store',
    max: 6,
    statementTimeoutMs: STATEMENT_TIMEOUT_MS,
  });
  const opened: Engine[] = [];
  const open = async (readingStore: ReadingStoreSettings): Promise<Engine> => {
    const engine = await openEngine(pool, { readingStore });
    opened.push(engine);
    return engine;
  };
  try {
    return await work({
      pool,
      source: await open(route.from),
      target: await open(route.to),
      address: route.address,
    });
  } finally {
    await Promise.all(opened.map((engine) => engine.close()));
    await pool.end();
  }
}

/** Copies the readings of one engine into another one. */
export async function copy(url: string, route: Route, context: CommandContext): Promise<number> {
  return withSides(url, route, async ({ pool, source, target, address }) => {
    const progress = progressByPhase();
    const result = await refusable(() =>
      interruptible((signal) =>
        copyReadings({
          pool,
          source,
          target,
          address,
          signal,
          onProgress: (...seen) => progress.update(...seen),
        }),
      ),
    );
    progress.end();
    if (context.json) await writeLine(JSON.stringify(copyObject(result)));
    else await tellCopy(result, source, target);
    return result.differences.length === 0 ? 0 : 1;
  });
}

/** Forgets a copy that was begun. */
export async function forgetCopy(url: string, context: CommandContext): Promise<number> {
  const pool = createServicePool(url, { applicationName: 'verimeter-store', max: 1 });
  try {
    const abandoned = await refusable(() => abandonCopy(pool));
    if (context.json) await writeLine(JSON.stringify({ abandoned }));
    else
      say(
        abandoned
          ? 'the copy is forgotten; what it has brought is still in the target'
          : 'no copy is under way',
      );
    return 0;
  } finally {
    await pool.end();
  }
}

/** Holds the readings of two engines against each other. */
export async function compare(url: string, route: Route, context: CommandContext): Promise<number> {
  return withSides(url, route, async ({ pool, source, target }) => {
    const progress = createRowProgress('store compare');
    const registry = await pool.connect();
    let comparison: Comparison;
    try {
      comparison = await interruptible((signal) =>
        compareReadings({
          registry,
          source,
          target,
          signal,
          onProgress: (...seen) => progress.update(...seen),
        }),
      );
    } finally {
      registry.release();
    }
    progress.finish(comparison.readings);
    const { readings, months, differences } = comparison;
    if (context.json)
      await writeLine(
        JSON.stringify({
          equal: differences.length === 0,
          readings,
          months,
          differences: differences.map(differenceObject),
        }),
      );
    else if (differences.length === 0)
      await writeLine(
        `equal: ${grouped(readings)} readings of ${months.length} months in ${engineText(source)} and ${engineText(target)}`,
      );
    else await tellDifferences(differences, source, target);
    return differences.length === 0 ? 0 : 1;
  });
}

async function refusable<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof CopyRefusedError) throw new CommandError(error.message, { cause: error });
    throw error;
  }
}

/** A line of its own, with its rate and the time that is left, for each phase. */
function progressByPhase(): {
  update(phase: CopyPhase, readings: number, total: number | undefined): void;
  end(): void;
} {
  let current: CopyPhase | undefined;
  let progress = createRowProgress(PHASES.copy);
  let last = 0;
  return {
    update(phase, readings, total) {
      if (phase !== current) {
        if (current !== undefined) progress.finish(last);
        progress = createRowProgress(PHASES[phase]);
        current = phase;
      }
      last = readings;
      progress.update(readings, total);
    },
    end() {
      if (current !== undefined) progress.finish(last);
    },
  };
}

const differenceObject = ({ tenant, deviceId, quantity, month, source, target }: Difference) => ({
  tenant,
  device_id: deviceId,
  quantity,
  month,
  source,
  target,
});

const copyObject = (result: CopyResult) => ({
  equal: result.differences.length === 0,
  resumed: result.resumed,
  copied: result.copied,
  readings: result.readings,
  months: result.months,
  differences: result.differences.map(differenceObject),
  waiting: result.waiting,
  connected: result.connected,
});

async function tellDifferences(
  differences: readonly Difference[],
  source: Engine,
  target: Engine,
): Promise<void> {
  for (const { tenant, deviceId, quantity, month, source: one, target: other } of differences.slice(
    0,
    MOST_LISTED,
  ))
    // oxlint-disable-next-line no-await-in-loop -- lines in their order
    await writeLine(
      `${tenant} ${deviceId} ${quantity} ${month}: ${grouped(one.readings)} readings (${one.sha256.slice(0, 12)}) in ${engineText(source)}, ` +
        `${grouped(other.readings)} (${other.sha256.slice(0, 12)}) in ${engineText(target)}`,
    );
  if (differences.length > MOST_LISTED)
    await writeLine(`and ${differences.length - MOST_LISTED} more`);
  say(
    `${grouped(differences.length)} channels and months differ: ${engineText(target)} is not to be switched to (docs/how-to/move-between-stores.md)`,
  );
}

async function tellCopy(result: CopyResult, source: Engine, target: Engine): Promise<void> {
  if (result.differences.length > 0) {
    await tellDifferences(result.differences, source, target);
    return;
  }
  await writeLine(
    `${grouped(result.readings)} readings of ${result.months.length} months are in ${engineText(target)} as they are in ${engineText(source)}`,
  );
  const setting = `READING_STORE=${target.kind}`;
  if (result.connected.length > 0 || result.waiting > 0)
    say(
      `connected to the database: ${result.connected.join(', ') || 'nobody else'}${result.waiting > 0 ? `; ${result.waiting} batches wait for ${engineText(source)}` : ''}. ` +
        `Stop what writes readings, run this command once more, then set ${setting} for all services and commands`,
    );
  else
    say(
      `nobody else is connected to the database: set ${setting} for all services and commands before they start again`,
    );
}
