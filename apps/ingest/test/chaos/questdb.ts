import { createServicePool } from '@verimeter/registry';
import { type QuestDb, findQuestDb, startQuestDb } from '@verimeter/test-support';
import { compare, readLedger } from './comparison.ts';
import { atRandomMoments } from './drive.ts';
import { messagesOf } from './messages.ts';
import { createRandom } from './random.ts';
import {
  type Hit,
  LEAST_UNACKNOWLEDGED,
  type Report,
  type ScenarioOptions,
  comparisonLines,
  faultsOf,
  hitLine,
  seconds,
  wholeness,
} from './report.ts';
import { atMostEvery, until } from './waiting.ts';
import { type World, startWorld } from './world.ts';

const TARGETS = ['QuestDB', 'database'] as const;
type Target = (typeof TARGETS)[number];

interface Kill extends Hit {
  readonly target: Target;
}

/** What the ledger is given once nothing comes any more. */
const QUIET_MS = 60_000;

/**
 * QuestDB and PostgreSQL are killed in turn at random moments while messages come in. Afterwards everything that was acknowledged is in
 * QuestDB, once, and the account says so.
 */
export async function runQuestDb(options: ScenarioOptions): Promise<Report> {
  const jar = await findQuestDb();
  if (jar === undefined) return { lines: [], faults: [], notRun: 'QuestDB cannot be had here' };
  const { messages } = options;
  const random = createRandom(options.seed);
  const questdb = await startQuestDb(jar);
  try {
    const env = {
      READING_STORE: 'questdb',
      QUESTDB_HTTP_URL: questdb.httpUrl,
      QUESTDB_PG_URL: questdb.pgUrl,
    };
    // What is settled says nothing while QuestDB is away; what is received goes on.
    let databaseUrl: string | undefined;
    const progress = atMostEvery(100, async () =>
      databaseUrl === undefined ? 0 : messagesOf((await readLedger(databaseUrl)).received),
    );
    const world = await startWorld({ env, progress });
    databaseUrl = world.postgres.url;
    try {
      const begin = performance.now();
      const kills: Kill[] = [];
      await atRandomMoments({ ...world, random }, options, async (index, unacknowledged) => {
        const target = TARGETS[index % 2] ?? 'QuestDB';
        kills.push({ target, unacknowledged, recoveryMs: await kill(world, questdb, target) });
      });
      const { sent, acknowledged } = await world.finish(messages);
      await world.workerDone();
      const quiet = performance.now();
      await until(
        async () => (await readLedger(world.postgres.url)).pending === 0,
        'nothing to be pending',
        QUIET_MS,
      ).catch(() => undefined); // the comparison says that something is
      const settledMs = performance.now() - quiet;
      const twice = await copyReadings(questdb, world.postgres.url);
      const result = await compare(world.postgres.url, sent);
      return {
        lines: [
          ...TARGETS.map((target) =>
            hitLine(
              `kill -9 of ${target}`,
              kills.filter((one) => one.target === target),
            ),
          ),
          `${acknowledged.size} messages acknowledged, ${seconds(performance.now() - begin)}; nothing pending ${seconds(settledMs)} after the last`,
          ...comparisonLines(result),
        ],
        faults: faultsOf({
          'the publisher had every message acknowledged': acknowledged.size === sent,
          'every kill found enough messages in hand': kills.every(
            ({ unacknowledged }) => unacknowledged >= LEAST_UNACKNOWLEDGED,
          ),
          'QuestDB has no key twice': twice === 0,
          ...wholeness(result),
        }),
      };
    } finally {
      await world.close();
    }
  } finally {
    await questdb.stop();
  }
}

/** Until it is back, for QuestDB; until something is committed again, for the database. */
async function kill(world: World, questdb: QuestDb, target: Target): Promise<number> {
  const begin = performance.now();
  if (target === 'database') {
    await world.postgres.kill();
    await world.postgres.start();
    return world.committedAgain(begin);
  }
  const before = (await readLedger(world.postgres.url)).stored;
  await questdb.kill();
  // What comes meanwhile is acknowledged all the same.
  await world.committedAgain(begin);
  await questdb.start();
  await world.until(
    async () => (await readLedger(world.postgres.url)).stored > before,
    'QuestDB to be given readings',
  );
  return performance.now() - begin;
}

const COPIED_AT_A_TIME = 100_000;

/** The readings of QuestDB in the table of PostgreSQL, where they are compared; returns how many have a key that is there. */
async function copyReadings(questdb: QuestDb, databaseUrl: string): Promise<number> {
  const pool = createServicePool(databaseUrl, { applicationName: 'chaos', max: 1 });
  let twice = 0;
  try {
    await pool.query(`SELECT ensure_reading_partitions('2026-01-01Z', now())`);
    for (let offset = 0; ; offset += COPIED_AT_A_TIME) {
      const rows = await questdb.query(
        `SELECT channel, ts::long, value, flags FROM readings LIMIT ${offset}, ${offset + COPIED_AT_A_TIME}`,
      );
      const { rowCount } = await pool.query(
        `INSERT INTO readings (channel_id, ts, value, flags, received_at)
         SELECT c, timestamptz 'epoch' + t * interval '1 microsecond', v, f, now()
           FROM unnest($1::int4[], $2::int8[], $3::float8[], $4::int4[]) AS u (c, t, v, f)
         ON CONFLICT DO NOTHING`,
        [0, 1, 2, 3].map((column) => `{${rows.map((row) => String(row[column])).join(',')}}`),
      );
      twice += rows.length - (rowCount ?? 0);
      if (rows.length < COPIED_AT_A_TIME) return twice;
    }
  } finally {
    await pool.end();
  }
}
