import {
  createQuestDbBulk,
  createQuestDbStore,
  createQuestDbTenantReadings,
  createQuestDbUpkeep,
} from '@verimeter/questdb-store';
import type { ReadingEngine } from '@verimeter/reading-store';
import {
  type PostgresEngine,
  createPostgresBulk,
  createPostgresUpkeep,
  createTimescaleStore,
  findPostgresEngine,
  tenantReadings,
} from '@verimeter/timescale-store';
import type { ClientBase, Pool } from 'pg';
import type { ReadingStoreSettings } from './settings.ts';

/** The engine that was chosen cannot be had; the message says what to change. */
export class ReadingStoreError extends Error {
  readonly code = 'reading_store';

  constructor(message: string) {
    super(message);
    this.name = 'ReadingStoreError';
  }
}

export interface OpenOptions {
  /** Something keeps the engine from bringing readings to where they belong; it tries again by itself. */
  readonly onProblem?: ((error: Error) => void) | undefined;
}

/**
 * The engine behind the readings of a database. This is the one place that knows which there are.
 *
 * @param pool acts as verimeter_service; it stays the caller's
 * @throws {ReadingStoreError} the choice is not possible with this database
 */
export async function openReadingStore(
  pool: Pool,
  settings: ReadingStoreSettings,
  { onProblem }: OpenOptions = {},
): Promise<ReadingEngine<ClientBase>> {
  switch (settings.engine) {
    case 'auto':
    case 'postgres':
    case 'timescale':
      return openPostgres(pool, settings.engine);
    case 'questdb':
      return openQuestDb(pool, settings.httpUrl, onProblem);
    default:
      return settings satisfies never;
  }
}

/** QuestDB may be away: what is written waits for it. */
function openQuestDb(
  pool: Pool,
  httpUrl: string,
  onProblem: OpenOptions['onProblem'],
): ReadingEngine<ClientBase> {
  const store = createQuestDbStore({ pool, httpUrl, onProblem });
  return {
    kind: 'questdb',
    store,
    tenantReadings: createQuestDbTenantReadings(httpUrl),
    // What there is to tend the settler tends, of which there is one at a time.
    upkeep: { ...createQuestDbUpkeep({ pool, httpUrl }), tend: () => Promise.resolve() },
    bulk: createQuestDbBulk({ pool, httpUrl }),
    durability: () => store.durability(),
    close: () => store.close(),
  };
}

const READINGS_ARE: Readonly<Record<PostgresEngine, string>> = {
  postgres: 'no hypertable of TimescaleDB',
  timescale: 'a hypertable of TimescaleDB',
};

async function openPostgres(
  pool: Pool,
  wanted: 'auto' | PostgresEngine,
): Promise<ReadingEngine<ClientBase>> {
  const engine = await findPostgresEngine(pool);
  if (wanted !== 'auto' && wanted !== engine)
    throw new ReadingStoreError(
      `READING_STORE=${wanted}, but the readings of this database are ${READINGS_ARE[engine]}: set it to ${engine} or auto` +
        (wanted === 'timescale'
          ? ', or make one: verimeter migrate where nothing is stored yet, else verimeter store move timescale'
          : ''),
    );
  return {
    kind: engine,
    store: createTimescaleStore(pool),
    tenantReadings,
    bulk: createPostgresBulk(pool),
    upkeep: createPostgresUpkeep(pool),
    close: () => Promise.resolve(),
  };
}

/**
 * Opens the engine when it is first asked for, once; where that fails the next call tries again: the database may be away when a service
 * starts. `onOpened` is told once; `close` ends what was opened.
 */
export function readingStoreOpener(
  pool: Pool,
  settings: ReadingStoreSettings,
  onOpened: (engine: ReadingEngine<ClientBase>) => void = () => undefined,
  options: OpenOptions = {},
): { open(): Promise<ReadingEngine<ClientBase>>; close(): Promise<void> } {
  let opening: Promise<ReadingEngine<ClientBase>> | undefined;
  let opened: ReadingEngine<ClientBase> | undefined;
  let closed = false;

  async function open(): Promise<ReadingEngine<ClientBase>> {
    try {
      opened = await openReadingStore(pool, settings, options);
    } catch (error) {
      opening = undefined;
      throw error;
    }
    // A database that is away is not waited for by whoever stops.
    if (closed) await opened.close();
    else onOpened(opened);
    return opened;
  }

  return {
    open: () => (opening ??= open()),
    async close() {
      closed = true;
      await opened?.close();
    },
  };
}

const TEXT: Readonly<Record<ReadingEngine['kind'], string>> = {
  postgres: 'PostgreSQL',
  timescale: 'TimescaleDB',
  questdb: 'QuestDB',
};

/** For people: the engine on which a service runs. */
export const engineText = ({ kind }: Pick<ReadingEngine, 'kind'>): string => TEXT[kind];
