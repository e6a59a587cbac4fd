import type { TenantReadingsFixture } from '@verimeter/reading-store/tenant-readings-contract';
import type { StoredReading } from '@verimeter/reading-store';
import {
  type QuestDb,
  type TestDatabase,
  createTestDatabase,
  startQuestDb,
} from '@verimeter/test-support';
import type { ClientBase, Pool } from 'pg';
import {
  type QuestDbOptions,
  type QuestDbStore,
  createQuestDbStore,
  createQuestDbTenantReadings,
} from '../src/index.ts';

export const TENANT = 'contract';

export async function transaction<T>(
  pool: Pool,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

/** As a request of the API does. */
export const asTenant = <T>(
  appPool: Pool,
  tenant: string,
  work: (client: ClientBase) => Promise<T>,
): Promise<T> =>
  transaction(appPool, async (client) => {
    await client.query("SELECT set_config('app.tenant', $1, true)", [tenant]);
    return work(client);
  });

/** A QuestDB and a PostgreSQL database for a test file. */
export interface QuestDbWorld {
  readonly questdb: QuestDb;
  readonly database: TestDatabase;
  openStore(options?: Partial<QuestDbOptions>): QuestDbStore;
  /** One of those that are open settles for all of them. */
  closeStores(): Promise<void>;
  createChannels(count: number, quantity?: string): Promise<number[]>;
  readAll(channelId: number): Promise<StoredReading[]>;
  close(): Promise<void>;
}

export async function createQuestDbWorld(jar: string): Promise<QuestDbWorld> {
  const [questdb, database] = await Promise.all([
    // So that a table can be suspended by command.
    startQuestDb(jar, { 'dev.mode.enabled': 'true' }),
    createTestDatabase(),
  ]);
  const pool = database.servicePool;
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('${TENANT}')`);
  const stores: QuestDbStore[] = [];
  const closeStores = async (): Promise<void> => {
    await Promise.all(stores.splice(0).map((store) => store.close()));
  };
  let devices = 0;
  return {
    questdb,
    closeStores,
    database,
    openStore(options = {}) {
      const store = createQuestDbStore({ pool, httpUrl: questdb.httpUrl, ...options });
      stores.push(store);
      return store;
    },
    async createChannels(count, quantity = 'active_energy_import') {
      const ids = Array.from({ length: count }, () => `device-${String((devices += 1))}`);
      await pool.query(
        `INSERT INTO devices (tenant, device_id, kind)
         SELECT '${TENANT}', id, 'electricity_meter' FROM unnest($1::text[]) AS id`,
        [ids],
      );
      const channels = await pool.query<{ channel_id: number }>(
        `INSERT INTO channels (tenant, device_id, quantity, unit)
         SELECT '${TENANT}', id, $2, 'kW.h' FROM unnest($1::text[]) AS id RETURNING channel_id`,
        [ids, quantity],
      );
      return channels.rows.map((row) => row.channel_id);
    },
    async readAll(channelId) {
      const [current, conflicts] = await Promise.all([
        questdb.query(
          `SELECT ts::long, value, received, flags FROM readings WHERE channel = '${channelId}' ORDER BY ts`,
        ),
        pool.query<{ ts: number; value: number; received_at: number; flags: number }>(
          `SELECT ts, value, received_at, flags FROM reading_conflicts WHERE channel_id = $1
            ORDER BY ts, value`,
          [channelId],
        ),
      ]);
      const rows = [
        ...current.map(([ts, value, received, flags]) => ({
          tsUs: Number(ts),
          value: Number(value),
          receivedAtUs: (Number(received) + Date.UTC(2000, 0, 1) / 1000) * 1e6,
          flags: Number(flags),
          current: true,
        })),
        ...conflicts.rows.map((row) => ({
          tsUs: row.ts,
          value: row.value,
          receivedAtUs: row.received_at,
          flags: row.flags,
          current: false,
        })),
      ];
      // A stable sort: the current one of an instant stays the first.
      return rows.toSorted((left, right) => left.tsUs - right.tsUs);
    },
    async close() {
      await closeStores();
      await database.drop();
      await questdb.stop();
    },
  };
}

/** The world as the suites of all stores ask for it. */
export function contractFixture(world: QuestDbWorld): TenantReadingsFixture<ClientBase> {
  const store = world.openStore();
  return {
    store,
    receivedStepUs: 1e6,
    tenantReadings: createQuestDbTenantReadings(world.questdb.httpUrl),
    asTenant: (tenant, work) => asTenant(world.database.appPool, tenant, work),
    async nameOf(channelId) {
      const { rows } = await world.database.servicePool.query<{
        deviceId: string;
        quantity: string;
      }>('SELECT device_id AS "deviceId", quantity FROM channels WHERE channel_id = $1', [
        channelId,
      ]);
      const [row] = rows;
      if (row === undefined) throw new Error(`there is no channel ${channelId}`);
      return row;
    },
    transaction: (work) => transaction(world.database.servicePool, work),
    createChannels: (count) => world.createChannels(count),
    tenantOf: () => Promise.resolve(TENANT),
    readAll: (channelId) => world.readAll(channelId),
    close: () => store.close(),
  };
}
