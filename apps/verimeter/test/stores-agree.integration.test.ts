import { createReadStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { runAnalysis, runValidation } from '@verimeter/analytics';
import { AUTO, type ReadingStoreSettings } from '@verimeter/open-store';
import { createQuestDbStore } from '@verimeter/questdb-store';
import { type Bucket, createReadingBatch } from '@verimeter/reading-store';
import {
  type Pool,
  createServicePool,
  keepSensorCorrections,
  withTenant,
  withTransaction,
} from '@verimeter/registry';
import {
  type QuestDb,
  type TestDatabase,
  createEmptyDatabase,
  createTemporaryDirectory,
  createTestDatabase,
  createTestDatabaseAt,
  findQuestDb,
  findTimescaleServer,
  startQuestDb,
} from '@verimeter/test-support';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type FileKind, FILE_KINDS } from '../src/lib/import/files.ts';
import { type ImportResult, importFile } from '../src/lib/import/import-file.ts';
import { checkLedger } from '../src/lib/ledger/check-ledger.ts';
import { type AgreeingFleet, agreeingFleet } from './agreeing-fleet.ts';
import { expectSame, readingsOfSnapshot, untilSettled, withEngine } from './engines.ts';
import { exported } from './full-database.ts';
import { runProgram, start } from './program.ts';

// The same data in every engine that can be had: its answers, the analysis, and the way from one to the other through backups.

const jar = await findQuestDb();
const timescaleServer = findTimescaleServer();
const DAY_MS = 86_400_000;
const ZONES = ['UTC', 'Asia/Ho_Chi_Minh', 'Europe/Berlin'];

async function healthOf(pool: Pool, settings: ReadingStoreSettings): Promise<string> {
  await withEngine(pool, settings, ({ store }) => runAnalysis({ pool, store, tenant: 'demo' }));
  return exported(pool, 'health');
}

async function createHypertable(server: string): Promise<Pick<Side, 'database' | 'environment'>> {
  const database = await createTestDatabaseAt(server);
  const environment = { DATABASE_URL: database.url, READING_STORE: 'timescale' };
  expect((await runProgram(['migrate'], environment)).status).toBe(0);
  return { database, environment };
}

interface Side {
  readonly name: string;
  readonly database: TestDatabase;
  readonly settings: ReadingStoreSettings;
  readonly environment: Readonly<Record<string, string>>;
}

function describeStores(program: string): void {
  describe('stores agree', { timeout: 240_000 }, () => {
    let questdb: QuestDb;
    let directory: Awaited<ReturnType<typeof createTemporaryDirectory>>;
    let fleet: AgreeingFleet;
    const sides: Side[] = [];
    const at = (name: string): string => path.join(directory.path, name);

    beforeAll(async () => {
      fleet = agreeingFleet(Math.floor(Date.now() / DAY_MS) * DAY_MS - 61 * DAY_MS);
      directory = await createTemporaryDirectory();
      const [server, plain, beside] = await Promise.all([
        startQuestDb(program),
        createTestDatabase(),
        createTestDatabase(),
      ]);
      questdb = server;
      sides.push(
        {
          name: 'QuestDB',
          database: beside,
          settings: { engine: 'questdb', httpUrl: server.httpUrl },
          environment: questDbEnvironment(beside.url),
        },
        {
          name: 'PostgreSQL',
          database: plain,
          settings: AUTO,
          environment: { DATABASE_URL: plain.url },
        },
      );
      if (timescaleServer !== undefined) {
        const { database, environment } = await createHypertable(timescaleServer);
        sides.push({
          name: 'TimescaleDB',
          database,
          settings: { engine: 'timescale' },
          environment,
        });
      }
      for (const kind of FILE_KINDS)
        // oxlint-disable-next-line no-await-in-loop
        if (kind !== 'verifications' && kind !== 'legal-events')
          await writeFile(at(`${kind}.csv`), fleet[kind]);
    }, 120_000);
    afterAll(async () => {
      await Promise.all(sides.map(({ database }) => database.drop()));
      await questdb.stop();
      await directory.remove();
    });

    const questDbEnvironment = (url: string): Record<string, string> => ({
      DATABASE_URL: url,
      READING_STORE: 'questdb',
      QUESTDB_HTTP_URL: questdb.httpUrl,
    });

    const importKind = (
      { name, database, settings }: Side,
      kind: FileKind,
    ): Promise<ImportResult> =>
      withEngine(database.servicePool, settings, ({ store }) =>
        importFile(kind, createReadStream(at(`${kind}.csv`)), {
          pool: database.servicePool,
          store,
          tenant: 'demo',
          zone: 'UTC',
          fileName: `${kind}.csv`,
          rejectedPath: at(`${name}-${kind}.rejected.csv`),
          nowUs: () => Date.now() * 1000,
        }),
      );

    /** The ledger against the store, with nothing on its way. */
    async function expectAccount(
      pool: Pool,
      settings: ReadingStoreSettings,
      most = 0,
    ): Promise<void> {
      await withEngine(pool, settings, async ({ store }) => {
        const check = await checkLedger(pool, {
          tenant: 'demo',
          store,
          period: { fromUs: -Infinity, toUs: Infinity },
        });
        if (check.kind !== 'checked') throw new Error(check.kind);
        expect(check.violations).toEqual([]);
        expect(check.readings).toBe(fleet.stored + most);
        expect(check.ledger.bySource.get('import')).toMatchObject({ pending: 0 });
      });
    }

    const readingsOf = async (environment: Side['environment']): Promise<string> => {
      const { status, stdout } = await runProgram(['export', 'readings'], environment);
      expect(status).toBe(0);
      return stdout;
    };

    test('an import is the same everywhere, also one into QuestDB that was killed', async () => {
      const summary = {
        rows: fleet.stored + fleet.duplicate + fleet.conflicting + fleet.rejected,
        stored: fleet.stored,
        duplicate: fleet.duplicate,
        conflicting: fleet.conflicting,
        rejected: fleet.rejected,
      };
      for (const side of sides) {
        for (const kind of ['devices', 'groups', 'members'] as const)
          // oxlint-disable-next-line no-await-in-loop -- members name devices
          expect(await importKind(side, kind)).toMatchObject({ rejected: 0 });
        const isBeside = side.settings.engine === 'questdb';
        // oxlint-disable-next-line no-await-in-loop
        const whole = await (isBeside ? importKilled(side) : importKind(side, 'readings'));
        expect(whole).toMatchObject(summary);
        // oxlint-disable-next-line no-await-in-loop
        await expectAccount(side.database.servicePool, side.settings);
      }
    });

    /** Imported once more after a SIGKILL, when something was committed of which QuestDB had not said yet what became of it. */
    async function importKilled({ database, environment }: Side): Promise<unknown> {
      const command = ['import', 'readings', at('readings.csv'), '--json'];
      const running = start(command, environment);
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop
        const { rows } = await database.servicePool.query<{ waiting: boolean }>(
          'SELECT cardinality(batches) > 0 AS waiting FROM import_positions',
        );
        if (rows[0]?.waiting === true && running.process.kill('SIGKILL')) break;
        expect(running.process.exitCode).toBeNull();
        // oxlint-disable-next-line no-await-in-loop
        await delay(5);
      }
      await running.finished;
      const whole = await runProgram(command, environment);
      expect(whole.status).toBe(0);
      expect(whole.stderr).toMatch(/goes on behind row [\d,]+/);
      return JSON.parse(whole.stdout);
    }

    async function bucketsOf({ database, settings }: Side): Promise<Map<string, Bucket[]>> {
      return withEngine(database.servicePool, settings, async (engine) => {
        await engine.upkeep.tend(Date.now() * 1000); // days that are summed up ahead
        const found = new Map<string, Bucket[]>();
        for (const channel of fleet.channels)
          for (const zone of ZONES)
            for (const resolution of ['1d', '1mo'] as const)
              found.set(
                `${channel.deviceId} ${channel.quantity} ${zone} ${resolution}`,
                // oxlint-disable-next-line no-await-in-loop
                await withTenant(database.appPool, 'demo', (client) =>
                  engine.tenantReadings.buckets(
                    client,
                    { ...channel, fromUs: fleet.fromMs * 1000, toUs: fleet.toMs * 1000 },
                    { register: channel.quantity !== 'voltage_l1', resolution, zone, limit: 1000 },
                  ),
                ),
              );
        return found;
      });
    }

    test('days and months in three zones are the same', async () => {
      const [first, ...others] = sides;
      if (first === undefined) throw new Error('there is no engine');
      const expected = await bucketsOf(first);
      expect([...expected.values()].flat().length).toBeGreaterThan(fleet.channels.length * 3 * 60);
      for (const side of others) {
        // oxlint-disable-next-line no-await-in-loop
        const found = await bucketsOf(side);
        for (const [key, buckets] of expected)
          expectSame(`${side.name} ${key}`, found.get(key) ?? [], buckets);
      }
    });

    const answers = new Map<string, string>();

    test('the analysis says the same of every device, byte for byte', async () => {
      for (const { name, database, settings } of sides)
        // oxlint-disable-next-line no-await-in-loop
        answers.set(name, await healthOf(database.servicePool, settings));
      const [first, ...others] = answers.values();
      expect(first).toMatch(/\nA5,active_energy_import,[^\n]*,ok,/);
      for (const other of others) expect(other).toBe(first);
    });

    /** What rules found and what was estimated, as rows of text. */
    async function validated({ database, settings }: Side): Promise<string[]> {
      const pool = database.servicePool;
      await withEngine(pool, settings, ({ store }) =>
        runValidation({
          pool,
          store,
          tenant: 'demo',
          fromUs: fleet.fromMs * 1000,
          nowUs: fleet.toMs * 1000,
        }),
      );
      const { rows } = await pool.query<{ row: string }>(
        `SELECT concat_ws(' ', c.device_id, c.quantity, e.ts, e.until_ts, e.rule, e.severity, e.code, e.value, e.expected) AS row
           FROM validation_exceptions e JOIN channels c USING (channel_id)
         UNION ALL
         SELECT concat_ws(' ', c.device_id, c.quantity, v.ts, v.version, v.value, v.method)
           FROM value_versions v JOIN channels c USING (channel_id)`,
      );
      return rows.map(({ row }) => row).toSorted();
    }

    test('validation finds the same everywhere, and changes nothing in the analysis', async () => {
      const [first, ...others] = sides;
      if (first === undefined) throw new Error('there is no engine');
      const expected = await validated(first);
      // values that contradict others, and what lies between readings that are not there
      expect(expected.filter((row) => row.includes(' duplicate ')).length).toBeGreaterThan(5);
      for (const side of others)
        // oxlint-disable-next-line no-await-in-loop
        expect(await validated(side)).toEqual(expected);
      for (const { name, database, settings } of sides) {
        const pool = database.servicePool;
        // oxlint-disable-next-line no-await-in-loop -- estimates and corrections that would be seen if they were read
        await pool.query(
          `INSERT INTO value_versions (tenant, channel_id, ts, version, value, code, method, model, rules_version)
           SELECT tenant, channel_id, to_timestamp($1), 99, 1e9, '3.8.0', 'linear', 'test', 1 FROM channels`,
          [fleet.fromMs / 1000 + 1_234_567],
        );
        // oxlint-disable-next-line no-await-in-loop
        await keepSensorCorrections(
          pool,
          'demo',
          { model: 'test' },
          fleet.channels.map((channel) => ({
            ...channel,
            fromUs: fleet.fromMs * 1000,
            toUs: fleet.toMs * 1000,
            gain: 2,
            offset: 100,
          })),
        );
        // oxlint-disable-next-line no-await-in-loop
        expect(await healthOf(pool, settings)).toBe(answers.get(name));
      }
    });

    test('a backup of readings in QuestDB, with what is on its way, comes back into QuestDB and into PostgreSQL', async () => {
      const [side] = sides;
      if (side === undefined) throw new Error('there is no engine');
      const { database, environment, settings } = side;
      const pool = database.servicePool;
      // Batches that wait while the backup is made: one that nobody has looked at, and one whose rows are decided and not sent.
      const [channel] = (
        await pool.query<{ id: number }>(
          `SELECT channel_id AS id FROM channels WHERE quantity = 'voltage_l1'`,
        )
      ).rows;
      await waitingBatches(pool, channel?.id ?? 0);
      const file = at('questdb.backup');
      const made = await runProgram(['backup', file, '--json'], environment);
      expect(made.status).toBe(0);
      expect(JSON.parse(made.stdout)).toMatchObject({ readings: fleet.stored });
      expect(await readingsOfSnapshot(pool, settings, () => untilSettled(pool, settings))).toBe(
        fleet.stored,
      );
      expect(await readingsOfSnapshot(pool, settings, () => Promise.resolve())).toBe(
        fleet.stored + 4,
      );
      const readings = await readingsOf(environment);
      expect(readings.split('\n')).toHaveLength(fleet.stored + 4 + fleet.conflicting + 2);

      const refused = await runProgram(
        ['restore', file],
        questDbEnvironment((await emptied()).url),
      );
      expect(refused.status).toBe(1);
      expect(refused.stderr).toMatch(/QuestDB is not empty: it has readings/);

      const plain = await emptied();
      expect((await runProgram(['restore', file], { DATABASE_URL: plain.url })).status).toBe(0);
      expect(await readingsOf({ DATABASE_URL: plain.url })).toBe(readings);
      await expectAccount(plain.pool, AUTO, 4);
      expect(await healthOf(plain.pool, AUTO)).toBe(answers.get('QuestDB'));

      if (timescaleServer !== undefined) {
        const hypertable = await createHypertable(timescaleServer);
        expect((await runProgram(['restore', file], hypertable.environment)).status).toBe(0);
        expect(await readingsOf(hypertable.environment)).toBe(readings);
        await hypertable.database.drop();
      }

      await withEngine(pool, settings, async ({ bulk }) => bulk.clear?.());
      const again = await emptied();
      expect((await runProgram(['restore', file], questDbEnvironment(again.url))).status).toBe(0);
      await withEngine(again.pool, settings, async ({ store }) => {
        const { rows } = await again.pool.query<{ id: number }>(
          'SELECT max(id) AS id FROM store_batches',
        );
        await store.pendingBatches?.untilSettled(rows[0]?.id ?? 0);
      });
      expect(await readingsOf(questDbEnvironment(again.url))).toBe(readings);
      await expectAccount(again.pool, settings, 4);
      expect(await exported(again.pool, 'health')).toBe(answers.get('QuestDB'));
    });

    const opened: { pool: Pool; drop: () => Promise<void> }[] = [];
    afterAll(async () => {
      for (const { pool, drop } of opened) {
        // oxlint-disable-next-line no-await-in-loop
        await pool.end();
        // oxlint-disable-next-line no-await-in-loop
        await drop();
      }
    });

    async function emptied(): Promise<{ url: string; pool: Pool }> {
      const { url, drop } = await createEmptyDatabase();
      const pool = createServicePool(url, { applicationName: 'test', max: 4 });
      opened.push({ pool, drop });
      return { url, pool };
    }

    /** As `ingest` leaves them, accounted for as pending: two readings each, beside the grid. */
    async function waitingBatches(pool: Pool, channelId: number): Promise<void> {
      const store = createQuestDbStore({ pool, httpUrl: questdb.httpUrl, settles: false });
      for (const day of [1, 2]) {
        const batch = createReadingBatch(2);
        batch.length = 2;
        const receivedAtUs = Math.floor(Date.now() / 1000) * 1e6; // as QuestDB keeps it
        for (let row = 0; row < 2; row += 1) {
          batch.channelId[row] = channelId;
          batch.tsUs[row] = (fleet.fromMs + day * DAY_MS) * 1000 + 333 + row;
          batch.value[row] = 230 + row / 3;
          batch.receivedAtUs[row] = receivedAtUs;
        }
        const shares = [{ tenant: 'demo', deviceId: 'A1', source: 'import', end: 2, live: false }];
        // oxlint-disable-next-line no-await-in-loop
        await withTransaction(pool, async (client) => {
          await store.write(client, batch, { shares });
          await client.query(
            `INSERT INTO ledger_journal (tenant, hour, source, device_ids, topics, received, stored, duplicate, conflicting, rejected, pending)
             VALUES ('demo', date_trunc('hour', to_timestamp($1::float8 / 1e6)), 'import', '{A1}', '{NULL}', '{2}', '{0}', '{0}', '{0}', '{0}', '{2}')`,
            [receivedAtUs],
          );
        });
      }
      await pool.query(
        `UPDATE store_batches SET outcomes = '\\x0000' WHERE id = (SELECT min(id) FROM store_batches WHERE settled_at IS NULL)`,
      );
      await store.close();
    }
  });
}

if (jar !== undefined) describeStores(jar);
