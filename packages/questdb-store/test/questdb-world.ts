import type { TenantReadingsFixture } from '@verimeter/reading-store/tenant-readings-contract';
import type { StoreUpkeepFixture } from '@verimeter/reading-store/upkeep-contract';
import type { StoredReading } from '@verimeter/reading-store';
import {
  type QuestDb,
  type TestDatabase,
  createTestDatabase,
  startQuestDb,
  transaction,
} from '@verimeter/test-support';
import { vi } from 'vitest';
import pg, { type ClientBase, type Pool } from 'pg';
import {
  type QuestDbOptions,
  type QuestDbStore,
  createQuestDbStore,
  createQuestDbTenantReadings,
  createQuestDbUpkeep,
} from '../src/index.ts';

export const TENANT = 'contract';

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

/** Rows of a channel in history by the meaning of its columns: 2,678,400 positions are the seconds of a month of a channel. */
const inHistory = (channelId: number): string => `
  SELECT month / 1000 + second * 1000000 + us AS ts, CASE WHEN value IS NULL THEN thousandths / 1000.0 ELSE value END AS value, received, flags
    FROM (SELECT timestamp_floor('M', pos)::long AS month, (pos::long - timestamp_floor('M', pos)::long) / 2678400 AS id,
                 (pos::long - timestamp_floor('M', pos)::long) % 2678400 AS second, us, thousandths, value, received, flags
            FROM readings_history)
   WHERE id = ${channelId}`;

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
          `SELECT ts::long, value, received, flags FROM readings WHERE channel = '${channelId}'
            UNION SELECT * FROM (${inHistory(channelId)})`,
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

/** As if nothing had been settled for a while. The service may not change what was settled when. */
export async function ageSettled(world: QuestDbWorld): Promise<void> {
  const owner = new pg.Client(world.database.url);
  await owner.connect();
  await owner.query(`UPDATE store_settled SET settled_at = settled_at - interval '2 hours'`);
  await owner.end();
}

/** As if everything were settled when its transaction commits; what is tended is tended when nothing is on its way. */
export function upkeepFixture(world: QuestDbWorld): StoreUpkeepFixture<ClientBase> {
  const pool = world.database.servicePool;
  const fixture = contractFixture(world);
  return {
    ...fixture,
    async transaction(work) {
      const result = await fixture.transaction(work);
      await settledAll(world);
      return result;
    },
    upkeep: createQuestDbUpkeep({ pool, httpUrl: world.questdb.httpUrl }),
  };
}

/** Waits until nothing waits. */
export async function settledAll(world: QuestDbWorld): Promise<void> {
  await vi.waitFor(
    async () => {
      const { rows } = await world.database.servicePool.query(
        'SELECT id FROM store_batches WHERE settled_at IS NULL LIMIT 1',
      );
      if (rows.length > 0) throw new Error('batches are not settled');
    },
    { timeout: 10_000, interval: 15 },
  );
}

/** Moves all months to history, of whatever time. */
export async function moveAll(world: QuestDbWorld): Promise<void> {
  const pool = world.database.servicePool;
  await settledAll(world);
  await ageSettled(world);
  const upkeep = createQuestDbUpkeep({ pool, httpUrl: world.questdb.httpUrl, mostMs: Infinity });
  await upkeep.tend(Date.UTC(2260, 0, 1) * 1000);
  const [[left] = []] = await world.questdb.query('SELECT count() FROM readings');
  if (left !== 0) throw new Error(`${String(left)} readings did not move`);
}

/** The same where all that is written moves to history as soon as nothing more is on its way. */
export function movedFixture(world: QuestDbWorld): TenantReadingsFixture<ClientBase> {
  const fixture = contractFixture(world);
  let busy = 0;
  const counted = async <T>(work: () => Promise<T>): Promise<T> => {
    busy += 1;
    try {
      return await work();
    } finally {
      busy -= 1;
    }
  };
  return {
    ...fixture,
    transaction: (work) => counted(() => fixture.transaction(work)),
    store: {
      ...fixture.store,
      async settled(outcomes) {
        const settled = await counted(() => fixture.store.settled(outcomes));
        if (busy === 0) await counted(() => moveAll(world));
        return settled;
      },
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
