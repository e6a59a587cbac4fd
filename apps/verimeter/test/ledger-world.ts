import { type Pipeline, type PipelineOptions, createPipeline } from '@verimeter/ingest';
import { AUTO, type ReadingStoreSettings, openReadingStore } from '@verimeter/open-store';
import { type Pool, foldLedger } from '@verimeter/registry';
import { createLogger, createMetrics } from '@verimeter/service-runtime';
import { createTestDatabase, runSql } from '@verimeter/test-support';
import { expect, vi } from 'vitest';
import { checkLedger } from '../src/lib/ledger/check-ledger.ts';
import { ledgerJson } from '../src/lib/ledger/ledger-report.ts';
import { parsePeriod } from '../src/lib/ledger/receive-period.ts';
import { type Finished, runProgram } from './program.ts';

/** What `ledger check --json` prints. */
export interface Checked {
  readonly ok: boolean;
  readonly from: string | null;
  readonly to: string | null;
  readonly checked: Readonly<Record<string, number | null>>;
  readonly kept_from: string | null;
  readonly totals: Readonly<Record<string, number>> & {
    readonly by_source: Readonly<Record<string, Readonly<Record<string, number>>>>;
  };
  readonly violations: readonly Readonly<Record<string, unknown>>[];
  readonly violations_left_out: number;
  readonly gaps: readonly Readonly<Record<string, unknown>>[];
  readonly gaps_left_out: number;
}

export interface Sent {
  readonly topic: string;
  readonly payload: string;
  /** RFC 3339. */
  readonly receivedAt: string;
  /** Packet id; a redelivery has that of the first delivery. */
  readonly packetId?: number;
  readonly dup?: boolean;
  readonly source?: string;
}

export interface CheckOptions {
  readonly tenant?: string;
  readonly from?: string;
  readonly to?: string;
  readonly gapLimit?: number;
}

export interface LedgerWorld {
  readonly pool: Pool;
  readonly environment: Readonly<Record<string, string>>;
  /** Hands a message to the pipeline and waits until it is committed. */
  publish(sent: Sent): Promise<void>;
  register(tenant: string, ...devices: string[]): Promise<void>;
  /** As a superuser: nobody else may change what was stored. The journal of the ledger is folded before. */
  tamper(sql: string): Promise<void>;
  /** Keeps the store with `RETENTION_DAYS_READINGS` until it has dropped something; how many partitions. */
  retain(retentionDays: number): Promise<number>;
  /** What `ledger check --json` prints, without a process for it. */
  check(options?: CheckOptions): Promise<Checked>;
  /** `ledger check` as a program. */
  program(...args: readonly string[]): Promise<Finished>;
  /** The same with --json: what it prints, and its exit status. */
  run(...args: readonly string[]): Promise<Checked & { readonly status: number | null }>;
  close(): Promise<void>;
}

/** A database of its own with the real pipeline in front of it; the tenant `demo` exists. */
export async function createLedgerWorld(
  settings: ReadingStoreSettings = AUTO,
): Promise<LedgerWorld> {
  const database = await createTestDatabase();
  const pool = database.createServicePool(8);
  const environment = {
    DATABASE_URL: database.url,
    ...(settings.engine === 'questdb' && {
      READING_STORE: 'questdb',
      QUESTDB_HTTP_URL: settings.httpUrl,
    }),
  };
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('demo')`);
  const engine = await openReadingStore(pool, settings);
  const { store, upkeep } = engine;
  const open = (options: Partial<PipelineOptions> = {}): Pipeline =>
    createPipeline({
      pool,
      store,
      log: createLogger('test', 'silent'),
      metrics: createMetrics('test'),
      flushMs: 1,
      ...options,
    });
  const pipeline = open();
  let packets = 0;
  const program: LedgerWorld['program'] = (...args) =>
    runProgram(['ledger', 'check', ...args], environment);
  return {
    pool,
    environment,
    publish({ topic, payload, receivedAt, packetId, dup = false, source = 'mqtt' }) {
      packets += 1;
      return pipeline.accept({
        topic,
        payload: Buffer.from(payload),
        receivedAtUs: Date.parse(receivedAt) * 1000,
        qos: 1,
        retain: false,
        dup,
        session: 'test',
        packetId: packetId ?? packets,
        source,
      });
    },
    async register(tenant, ...devices) {
      await pool.query('INSERT INTO tenants (tenant) VALUES ($1) ON CONFLICT DO NOTHING', [tenant]);
      await pool.query(
        `INSERT INTO devices (tenant, device_id, kind)
         SELECT $1, d, 'electricity_meter' FROM unnest($2::text[]) d`,
        [tenant, devices],
      );
    },
    async tamper(sql) {
      await foldLedger(pool, 1000);
      await runSql(database.url, sql);
    },
    async check({ tenant = 'demo', from, to, gapLimit } = {}) {
      const { period } = parsePeriod(from, to);
      const result = await checkLedger(pool, { store, tenant, period, gapLimit });
      if (result.kind !== 'checked') throw new Error(result.kind);
      const printed: Checked = JSON.parse(ledgerJson(result, period));
      return printed;
    },
    async retain(retentionDays) {
      const metrics = createMetrics('test');
      const keeping = open({ metrics, upkeep, retentionDays });
      const dropped = await vi.waitFor(async () => {
        const metric = metrics.getSingleMetric('reading_store_dropped_partitions_total');
        const count = (await metric?.get())?.values[0]?.value ?? 0;
        expect(count).toBeGreaterThan(0);
        return count;
      }, 10_000);
      await keeping.close(1000);
      return dropped;
    },
    program,
    async run(...args) {
      const { status, stdout, stderr } = await program('--json', ...args);
      if (stdout === '') throw new Error(stderr);
      const printed: Checked = JSON.parse(stdout);
      return { ...printed, status };
    },
    async close() {
      await pipeline.close(1000);
      await engine.close();
      await database.drop();
    },
  };
}
