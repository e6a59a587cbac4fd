import type { TenantReadingsFixture } from '@verimeter/reading-store/tenant-readings-contract';
import type { StoreUpkeepFixture } from '@verimeter/reading-store/upkeep-contract';
import {
  type TestDatabase,
  createTestDatabaseAt,
  runSql,
  transaction,
} from '@verimeter/test-support';
import type { ClientBase } from 'pg';
import {
  chooseLayout,
  createPostgresUpkeep,
  createTimescaleStore,
  tenantReadings,
} from '../src/index.ts';

/** The store on a database of its own. */
export async function createFixture(
  createDatabase: () => Promise<TestDatabase>,
  receivedStepUs = 1,
): Promise<TenantReadingsFixture<ClientBase> & StoreUpkeepFixture<ClientBase>> {
  const database = await createDatabase();
  const pool = database.servicePool;
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('contract')`);
  let devices = 0;
  return {
    store: createTimescaleStore(pool),
    upkeep: createPostgresUpkeep(pool, { lookEveryMs: 0 }),
    receivedStepUs,
    transaction: (work) => transaction(pool, work),
    async createChannels(count) {
      const ids = Array.from({ length: count }, () => `device-${String((devices += 1))}`);
      await pool.query(
        `INSERT INTO devices (tenant, device_id, kind)
         SELECT 'contract', id, 'electricity_meter' FROM unnest($1::text[]) AS id`,
        [ids],
      );
      const channels = await pool.query<{ channel_id: number }>(
        `INSERT INTO channels (tenant, device_id, quantity, unit)
         SELECT 'contract', id, 'active_energy_import', 'kW.h' FROM unnest($1::text[]) AS id
         RETURNING channel_id`,
        [ids],
      );
      return channels.rows.map((row) => row.channel_id);
    },
    tenantOf: () => Promise.resolve('contract'),
    tenantReadings,
    asTenant: (tenant, work) =>
      transaction(database.appPool, async (client) => {
        await client.query("SELECT set_config('app.tenant', $1, true)", [tenant]);
        return work(client);
      }),
    async nameOf(channelId) {
      const { rows } = await pool.query<{ deviceId: string; quantity: string }>(
        'SELECT device_id AS "deviceId", quantity FROM channels WHERE channel_id = $1',
        [channelId],
      );
      const [name] = rows;
      if (name === undefined) throw new Error('there is no such channel');
      return name;
    },
    async readAll(channelId) {
      const rows = await pool.query<{
        ts: number;
        value: number;
        received_at: number;
        flags: number;
        current: boolean;
      }>(
        `SELECT ts, value, received_at, flags, true AS current FROM stored_readings WHERE channel_id = $1
         UNION ALL
         SELECT ts, value, received_at, flags, false FROM reading_conflicts WHERE channel_id = $1
         ORDER BY ts, current DESC, value`,
        [channelId],
      );
      return rows.rows.map((row) => ({
        tsUs: row.ts,
        value: row.value,
        receivedAtUs: row.received_at,
        flags: row.flags,
        current: row.current,
      }));
    },
    close: () => database.drop(),
  };
}

/** A database whose readings are a hypertable, which nobody compresses but the test. */
export async function createHypertableDatabase(serverUrl: string): Promise<TestDatabase> {
  const database = await createTestDatabaseAt(serverUrl);
  await chooseLayout(database.url, 'timescale');
  // Two that compress one chunk are in each other's way; and rows that come into the columnstore are told as late once more.
  await runSql(
    database.url,
    `SELECT delete_job(job_id) FROM timescaledb_information.jobs WHERE proc_name = 'compress_reading_chunks'`,
  );
  return database;
}

/** The store on a hypertable; received times are kept in seconds. */
export const createHypertableFixture = (serverUrl: string): ReturnType<typeof createFixture> =>
  createFixture(() => createHypertableDatabase(serverUrl), 1e6);
