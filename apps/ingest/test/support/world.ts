import type { ReadingStore } from '@verimeter/reading-store';
import { type Pool, type PoolClient, createServicePool } from '@verimeter/registry';
import { type Logger, createLogger } from '@verimeter/service-runtime';
import { createTestDatabase } from '@verimeter/test-support';
import { createTimescaleStore } from '@verimeter/timescale-store';
import { Registry } from 'prom-client';
import type { ClockRounds } from '../../src/lib/clocks/clock-rounds.ts';
import type { SourceDirectory } from '../../src/lib/sources/source-directory.ts';
import { type IncomingMessage, type Pipeline, createPipeline } from '../../src/index.ts';

export const silent: Logger = createLogger('test', 'silent');

export interface World {
  readonly pool: Pool;
  readonly url: string;
  /** Tenant `demo` with the electricity meters M1 … M9 and the gateway GW. */
  register(...devices: string[]): Promise<void>;
  pipeline(options?: {
    store?: (store: ReadingStore<PoolClient>) => ReadingStore<PoolClient>;
    pool?: (pool: Pool) => Pool;
    flushMs?: number;
    maxBatchReadings?: number;
    clocks?: ClockRounds;
    sources?: SourceDirectory;
  }): Pipeline;
  rows<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  /** device_id, quantity, ts in ISO form, value of all readings. */
  readings(): Promise<[string, string, string, number][]>;
  /** Sums of the ledger; `open` is what the identity of the account misses: 0. */
  ledger(): Promise<Record<string, number>>;
  close(): Promise<void>;
}

export async function createWorld(): Promise<World> {
  const database = await createTestDatabase();
  const pool = createServicePool(database.url, { applicationName: 'test-ingest', max: 8 });
  const pipelines: Pipeline[] = [];

  async function rows<Row extends Record<string, unknown>>(
    sql: string,
    values: unknown[] = [],
  ): Promise<Row[]> {
    const result = await pool.query<Row>(sql, values);
    return result.rows;
  }

  async function register(...devices: string[]): Promise<void> {
    await rows(
      `INSERT INTO devices (tenant, device_id, kind)
       SELECT 'demo', d, 'electricity_meter' FROM unnest($1::text[]) d`,
      [devices],
    );
  }

  await rows(`INSERT INTO tenants (tenant) VALUES ('demo')`);
  await register('M1', 'M2', 'M3', 'M4', 'M5', 'M6', 'M7', 'M8', 'M9', 'GW');
  return {
    pool,
    url: database.url,
    register,
    rows,
    pipeline(options = {}) {
      const store = createTimescaleStore(pool);
      const pipeline = createPipeline({
        pool: options.pool?.(pool) ?? pool,
        store: options.store?.(store) ?? store,
        log: silent,
        metrics: new Registry(),
        flushMs: options.flushMs ?? 5,
        maxBatchReadings: options.maxBatchReadings ?? 20_000,
        ...(options.clocks === undefined ? {} : { clocks: options.clocks }),
        ...(options.sources === undefined ? {} : { sources: options.sources }),
      });
      pipelines.push(pipeline);
      return pipeline;
    },
    async readings() {
      const found = await rows<{ device_id: string; quantity: string; ts: number; value: number }>(
        `SELECT device_id, quantity, ts, value FROM readings JOIN channels USING (channel_id)
          ORDER BY device_id, quantity, ts`,
      );
      return found.map((row) => [
        row.device_id,
        row.quantity,
        new Date(row.ts / 1000).toISOString(),
        row.value,
      ]);
    },
    async ledger() {
      const [sums = {}] = await rows<Record<string, number>>(
        `SELECT coalesce(sum(received), 0)::int8 AS received, coalesce(sum(stored), 0)::int8 AS stored,
                coalesce(sum(duplicate), 0)::int8 AS duplicate, coalesce(sum(conflicting), 0)::int8 AS conflicting,
                coalesce(sum(rejected), 0)::int8 AS rejected,
                coalesce(sum(received - stored - duplicate - conflicting - rejected - pending), 0)::int8 AS open
           FROM ledger`,
      );
      return sums;
    },
    async close() {
      await Promise.all(pipelines.map((pipeline) => pipeline.close(1000)));
      await pool.end();
      await database.drop();
    },
  };
}

let packets = 0;

/** A message as a front end would hand it in, with a packet id of its own. */
export function message(
  topic: string,
  payload: unknown,
  fields: Partial<IncomingMessage> = {},
): IncomingMessage {
  packets = (packets % 65_535) + 1;
  const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
  return {
    topic,
    payload: Buffer.from(text),
    receivedAtUs: Date.now() * 1000,
    qos: 1,
    retain: false,
    dup: false,
    session: 'test',
    packetId: packets,
    source: 'mqtt',
    ...fields,
  };
}
