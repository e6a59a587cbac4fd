import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { type ReadingEngine, createReadingBatch } from '@verimeter/reading-store';
import { type PoolClient, withTransaction } from '@verimeter/registry';
import {
  type QuestDb,
  type TestDatabase,
  createTestDatabase,
  createTestDatabaseAt,
  findQuestDb,
  findTimescaleServer,
  runSql,
  startQuestDb,
} from '@verimeter/test-support';
import { chooseLayout } from '@verimeter/timescale-store';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import {
  type CopyPhase,
  CopyRefusedError,
  type CopyResult,
  abandonCopy,
  compareReadings,
  copyReadings,
  openReadingStore,
} from '@verimeter/open-store';

import { runProgram } from './program.ts';

const PROGRAM = fileURLToPath(new URL('store-copy-process.ts', import.meta.url));
const CHANNELS = 5;
const DAYS = 34;
const DAY_US = 86_400e6;
const never = new AbortController().signal;
const jar = await findQuestDb();

interface Row {
  readonly channelId: number;
  readonly tsUs: number;
  readonly value: number;
  readonly receivedAtUs: number;
}

/** `kind`: which of the tables of PostgreSQL. */
function describeCopy(
  program: string,
  kind: 'postgres' | 'timescale',
  createDatabase: () => Promise<TestDatabase>,
): void {
  describe(`store copy: ${kind}`, { timeout: 120_000 }, () => {
    let questdb: QuestDb;
    let database: TestDatabase;
    let postgres: ReadingEngine<PoolClient>;
    let quest: ReadingEngine<PoolClient>;
    let channels: number[];
    const startUs = Math.floor(Date.now() / 86_400e3) * DAY_US - DAYS * DAY_US;

    beforeAll(async () => {
      questdb = await startQuestDb(program);
    }, 120_000);
    afterAll(() => questdb.stop());
    beforeEach(async () => {
      database = await createDatabase();
      const pool = database.servicePool;
      await pool.query(
        `INSERT INTO tenants (tenant) VALUES ('t');
         INSERT INTO devices (tenant, device_id, kind) SELECT 't', 'm' || n, 'electricity_meter' FROM generate_series(1, ${CHANNELS}) n`,
      );
      const made = await pool.query<{ channel_id: number }>(
        `INSERT INTO channels (tenant, device_id, quantity, unit)
         SELECT 't', 'm' || n, 'active_energy_import', 'kW.h' FROM generate_series(1, ${CHANNELS}) n RETURNING channel_id`,
      );
      channels = made.rows.map((row) => row.channel_id);
      postgres = await openReadingStore(pool, { engine: kind });
      quest = await openReadingStore(pool, { engine: 'questdb', httpUrl: questdb.httpUrl });
    });
    afterEach(async () => {
      await quest.bulk.clear?.();
      await quest.close();
      await database.drop();
    });

    async function write(engine: ReadingEngine<PoolClient>, rows: readonly Row[]): Promise<void> {
      const batch = createReadingBatch(rows.length);
      batch.length = rows.length;
      for (const [k, row] of rows.entries()) {
        batch.channelId[k] = row.channelId;
        batch.tsUs[k] = row.tsUs;
        batch.value[k] = row.value;
        batch.flags[k] = k % 40 === 0 ? 4 : 0;
        batch.receivedAtUs[k] = row.receivedAtUs;
      }
      await withTransaction(database.servicePool, (client) => engine.store.write(client, batch));
    }

    /** Quarter-hours of all channels that arrive as they are made, a day late in a hundred, with some odd doubles. */
    function history(): Row[] {
      return channels.flatMap((channelId, index) =>
        Array.from({ length: DAYS * 96 }, (_, k) => ({
          channelId,
          tsUs: startUs + k * 900e6 + (k % 500 === 7 ? 100 : 0),
          value: 100 + index + k / 1000 + (k % 97 === 5 ? 1e-9 / 3 : 0),
          receivedAtUs: startUs + k * 900e6 + (k % 100 === 50 ? DAY_US : 2_345_678),
        })),
      );
    }

    const copy = (
      source: ReadingEngine<PoolClient>,
      target: ReadingEngine<PoolClient>,
      onProgress: (phase: CopyPhase) => void = () => undefined,
    ): Promise<CopyResult> =>
      copyReadings({
        pool: database.servicePool,
        source,
        target,
        address: questdb.httpUrl,
        signal: never,
        onProgress,
      });

    async function compared(): Promise<{ readings: number; differences: readonly unknown[] }> {
      return withTransaction(database.servicePool, (registry) =>
        compareReadings({ registry, source: postgres, target: quest }),
      );
    }

    const environment = (): Record<string, string> => ({
      DATABASE_URL: database.url,
      QUESTDB_HTTP_URL: questdb.httpUrl,
    });

    const tables = (): Promise<unknown[]> =>
      runSql(
        database.url,
        `SELECT (SELECT count(*) FROM ledger)::int AS ledger, (SELECT count(*) FROM live_events)::int AS live,
                (SELECT count(*) FROM reading_conflicts)::int AS conflicts, (SELECT count(*) FROM store_batches)::int AS batches`,
      );

    test('a store is copied while it is written to; the next call brings what came since; account and conflicts stay', async () => {
      const rows = history();
      await write(postgres, rows);
      await write(
        postgres,
        rows.slice(0, 5).map((row) => ({ ...row, value: -1 })),
      );
      const before = await tables();
      expect(before).toEqual([{ ledger: 0, live: 0, conflicts: 5, batches: 0 }]);

      const stopping = new AbortController();
      let rounds = 0;
      const newest = startUs + DAYS * DAY_US;
      const writing = (async () => {
        // New readings and late ones of all months, with receive times of now and of long ago (replays).
        for (; !stopping.signal.aborted; rounds += 1) {
          const receivedAtUs = rounds % 3 === 0 ? startUs : Date.now() * 1000;
          // oxlint-disable-next-line no-await-in-loop
          await write(
            postgres,
            channels.slice(0, 5).flatMap((channelId) => [
              { channelId, tsUs: newest + rounds * 1e6, value: rounds, receivedAtUs },
              {
                channelId,
                tsUs: startUs + (rounds % DAYS) * DAY_US + 333e6 + rounds,
                value: rounds,
                receivedAtUs,
              },
            ]),
          );
          // oxlint-disable-next-line no-await-in-loop
          await delay(20);
        }
      })();
      const phases = new Set<CopyPhase>();
      const first = await copy(postgres, quest, (phase) => phases.add(phase));
      stopping.abort();
      await writing;
      expect(rounds).toBeGreaterThan(5);
      expect(first).toMatchObject({ resumed: false, differences: [], waiting: 0 });
      expect(first.copied).toBeGreaterThanOrEqual(rows.length);
      expect([...phases]).toEqual(['copy', 'catch_up', 'compare']);

      const second = await runProgram(
        ['store', 'copy', '--from', kind, '--to', 'questdb', '--json'],
        environment(),
      );
      expect(second.status).toBe(0);
      expect(JSON.parse(second.stdout)).toMatchObject({
        equal: true,
        resumed: true,
        copied: 0,
        connected: expect.arrayContaining(['test-service']),
      });
      expect(await compared()).toEqual({
        readings: rows.length + rounds * 10,
        months: expect.any(Array),
        differences: [],
      });
      expect(await tables()).toEqual(before);
    });

    test('killed in each of its steps, it goes on', async () => {
      await write(postgres, history());
      const killed: string[] = [];
      let finished: string | undefined;
      let calls = 0;
      for (const phase of ['copy', 'catch_up', 'compare', 'none']) {
        const child = spawn(process.execPath, [PROGRAM, database.url, questdb.httpUrl], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        const exited = once(child, 'exit');
        // oxlint-disable-next-line no-await-in-loop
        for await (const text of createInterface({ input: child.stdout })) {
          if (text === phase && !child.killed && child.kill('SIGKILL')) killed.push(phase);
          if (text.startsWith('{')) finished = text;
        }
        // oxlint-disable-next-line no-await-in-loop
        await exited;
        // Something comes in between two calls.
        // oxlint-disable-next-line no-await-in-loop
        await write(postgres, [
          {
            channelId: channels[0] ?? 0,
            tsUs: startUs + (calls += 1),
            value: 7,
            receivedAtUs: Date.now() * 1000,
          },
        ]);
      }
      expect(killed).toEqual(['copy', 'catch_up', 'compare']);
      expect(JSON.parse(finished ?? '{}')).toMatchObject({ resumed: true, differences: [] });
      expect(await copy(postgres, quest)).toMatchObject({ differences: [] });
      expect(await compared()).toMatchObject({
        readings: CHANNELS * DAYS * 96 + 4,
        differences: [],
      });
    });

    test('what differs is named, by device and month, and not finished', async () => {
      await write(postgres, history());
      expect(await copy(postgres, quest)).toMatchObject({ differences: [] });
      const spoilt = startUs + 30 * DAY_US + 1e6;
      await questdb.query(
        `INSERT INTO readings (ts, channel, value, flags, received) VALUES (${spoilt}, '${channels[3]}', 5, 0, 1)`,
      );
      const difference = {
        tenant: 't',
        deviceId: 'm4',
        quantity: 'active_energy_import',
        month: new Date(spoilt / 1000).toISOString().slice(0, 7),
      };
      const printed = await runProgram(
        ['store', 'compare', '--from', kind, '--to', 'questdb'],
        environment(),
      );
      expect(printed.status).toBe(1);
      expect(printed.stdout).toMatch(
        new RegExp(
          String.raw`^t m4 active_energy_import ${difference.month}: [\d,]+ readings \(\w+\) in (?:PostgreSQL|TimescaleDB), [\d,]+ \(\w+\) in QuestDB\n$`,
        ),
      );
      expect(await abandonCopy(database.servicePool)).toBe(true);
      expect(await abandonCopy(database.servicePool)).toBe(false);
      const again = await copy(postgres, quest);
      expect(again.differences).toMatchObject([difference]);
      expect(again.differences[0]?.target.readings).toBe(
        (again.differences[0]?.source.readings ?? 0) + 1,
      );
      await expect(copy(quest, postgres)).rejects.toThrow(CopyRefusedError);
      await expect(copy(quest, postgres)).rejects.toThrow(
        /from (postgres|timescale) to questdb .* was begun/,
      );
    });

    test('and back, with what still waits for QuestDB', async () => {
      await write(postgres, history());
      expect(await copy(postgres, quest)).toMatchObject({ differences: [] });
      await runSql(database.url, 'TRUNCATE readings');
      const late = channels.map((channelId, k) => ({
        channelId,
        tsUs: startUs + k * 3 * DAY_US + 77,
        value: k / 7,
        receivedAtUs: Date.now() * 1000,
      }));
      await write(quest, late);
      const result = await copy(quest, postgres);
      expect(result).toMatchObject({ resumed: false, differences: [], waiting: 0 });
      expect(await compared()).toMatchObject({
        readings: CHANNELS * DAYS * 96 + CHANNELS,
        differences: [],
      });
      // A settler writes to QuestDB now: it is not filled beside it.
      await expect(copy(postgres, quest)).rejects.toThrow(/a process writes to QuestDB already/);
    });
  });
}

if (jar !== undefined) describeCopy(jar, 'postgres', createTestDatabase);

const server = findTimescaleServer();
if (jar !== undefined && server !== undefined)
  describeCopy(jar, 'timescale', async () => {
    const database = await createTestDatabaseAt(server);
    expect(await chooseLayout(database.url, 'timescale')).toMatchObject({ kind: 'timescale' });
    return database;
  });

test('wrong use is told', async () => {
  const args = ['store', 'copy', '--from', 'postgres', '--to'];
  const same = await runProgram([...args, 'timescale'], {
    DATABASE_URL: 'postgres://nobody@127.0.0.1:1/none',
  });
  expect(same.status).toBe(2);
  expect(same.stderr).toContain('verimeter store move timescale');
});
