// QuestDB behind the registry: the write path beside the line protocol alone, bytes per reading, reads.
// Usage: node apps/verimeter/bench/questdb.ts [METERS] [DAYS] [sync|nosync] [TURNS]. Starts a QuestDB and a PostgreSQL of its own.
// With 0 days it measures the write path only.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { startEmbeddedPostgres } from '@verimeter/embedded';
import {
  createQuestDbStore,
  createQuestDbTenantReadings,
  createQuestDbUpkeep,
} from '@verimeter/questdb-store';
import { type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import {
  createAppPool,
  createServicePool,
  ensureChannels,
  migrate,
  withTenant,
  withTransaction,
} from '@verimeter/registry';
import { median } from '@verimeter/statistics';
import { findQuestDb, startQuestDb } from '@verimeter/test-support';

const TENANT = 'bench';
const QUANTITY = 'active_energy_import';
const STEP_US = 900e6;
const PER_DAY = 96;
const BATCH = 5000;
const START_US = Date.UTC(2026, 8, 1) * 1000;
const meters = Number(process.argv[2] ?? 2000);
const days = Number(process.argv[3] ?? 40);
const mode = process.argv[4] ?? 'nosync';
const turns = Number(process.argv[5] ?? 2);

const report = (what: string, figures: Readonly<Record<string, number>>): void => {
  const rounded = Object.entries(figures).map(([name, value]) => [
    name,
    Number(value.toPrecision(4)),
  ]);
  process.stdout.write(`${JSON.stringify({ what, ...Object.fromEntries(rounded) })}\n`);
};

/** Registers of the meters at so many instants, in the order in which they arrive; values in watt-hours as kW.h. */
function* batches(
  ids: readonly number[],
  instants: number,
  startUs: number,
): Generator<ReadingBatch> {
  const wattHours = ids.map((_, k) => 1e6 + k * 1000);
  let batch = createReadingBatch(BATCH);
  for (let k = 0; k < instants; k += 1)
    for (const [meter, channelId] of ids.entries()) {
      wattHours[meter] = (wattHours[meter] ?? 0) + Math.floor(Math.random() * 400);
      const row = batch.length;
      batch.channelId[row] = channelId;
      batch.tsUs[row] = startUs + k * STEP_US;
      batch.value[row] = (wattHours[meter] ?? 0) / 1000;
      batch.receivedAtUs[row] = startUs + k * STEP_US + (meter % 20) * 1e6;
      batch.length += 1;
      if (batch.length === BATCH) {
        yield batch;
        batch = createReadingBatch(BATCH);
      }
    }
  if (batch.length > 0) yield batch;
}

const quantile = (sorted: readonly number[], q: number): number =>
  sorted[Math.min(sorted.length - 1, Math.floor(q * sorted.length))] ?? Number.NaN;

async function timed(times: number, work: (k: number) => Promise<unknown>): Promise<number[]> {
  const found: number[] = [];
  for (let k = 0; k < times; k += 1) {
    const begin = performance.now();
    // oxlint-disable-next-line no-await-in-loop
    await work(k);
    found.push(performance.now() - begin);
  }
  return found.toSorted((a, b) => a - b);
}

const jar = await findQuestDb();
if (jar === undefined) throw new Error('QuestDB cannot be had here');
const dataDir = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));
const [questdb, server] = await Promise.all([
  startQuestDb(jar, { 'cairo.commit.mode': mode }),
  startEmbeddedPostgres({ dataDir }),
]);
await migrate(server.url);
const pool = createServicePool(server.url, { applicationName: 'bench-questdb', max: 4 });
const appPool = createAppPool(server.url, { applicationName: 'bench-questdb', max: 2 });
const store = createQuestDbStore({ pool, httpUrl: questdb.httpUrl });

/** A batch by the line protocol over HTTP, and nothing else. */
async function sendLines(batch: ReadingBatch): Promise<void> {
  let lines = '';
  for (let row = 0; row < batch.length; row += 1)
    lines += `readings,channel=${batch.channelId[row]} value=${batch.value[row]},flags=0i,received=${Math.floor((batch.receivedAtUs[row] ?? 0) / 1e6) - 946_684_800}i ${batch.tsUs[row]}\n`;
  const response = await fetch(`${questdb.httpUrl}/write?precision=u`, {
    method: 'POST',
    body: lines,
  });
  if (!response.ok) throw new Error(await response.text());
}

async function applied(): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const [row] = await questdb.query(
      `SELECT sequencerTxn, writerTxn FROM wal_tables() WHERE name = 'readings'`,
    );
    if (row?.[0] === row?.[1]) return;
    // oxlint-disable-next-line no-await-in-loop
    await delay(5);
  }
}

async function untilSettled(): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop
    const { rows } = await pool.query<{ n: number }>(
      'SELECT count(*)::int AS n FROM store_batches',
    );
    if (rows[0]?.n === 0) return;
    // oxlint-disable-next-line no-await-in-loop
    await delay(5);
  }
}

try {
  await pool.query(`INSERT INTO tenants (tenant) VALUES ('${TENANT}')`);
  const devices = Array.from({ length: meters }, (_, k) => `E-${k}`);
  await pool.query(
    `INSERT INTO devices (tenant, device_id, kind) SELECT '${TENANT}', d, 'electricity_meter' FROM unnest($1::text[]) d`,
    [devices],
  );
  const channels = await ensureChannels(
    pool,
    devices.map((deviceId) => ({ tenant: TENANT, deviceId, quantity: QUANTITY, unit: 'kW.h' })),
  );
  const ids = channels.map((channel) => channel.channelId);
  const deviceOf = new Map(channels.map((channel) => [channel.channelId, channel.deviceId]));

  // The line protocol alone into a table of the same form, then the whole path, in turns.
  const instants = Math.ceil(500_000 / meters);
  const ratios: number[] = [];
  await store.check(); // makes the table
  for (let turn = 0; turn < turns; turn += 1) {
    const startUs = START_US - 2 * (turns - turn) * instants * STEP_US;
    const all = [...batches(ids, instants, startUs)];
    const readings = all.reduce((sum, { length }) => sum + length, 0);
    let begin = performance.now();
    // oxlint-disable-next-line no-await-in-loop
    for (const batch of all) await sendLines(batch);
    const acceptedS = (performance.now() - begin) / 1000;
    // oxlint-disable-next-line no-await-in-loop
    await applied();
    const shownS = (performance.now() - begin) / 1000;
    report('line protocol alone', {
      readings,
      accepted_per_s: readings / acceptedS,
      shown_per_s: readings / shownS,
    });
    const given = [...batches(ids, instants, startUs + instants * STEP_US)].map((batch) => ({
      batch,
      shares: Array.from({ length: batch.length }, (_, row) => ({
        tenant: TENANT,
        deviceId: deviceOf.get(batch.channelId[row] ?? 0) ?? '',
        source: 'mqtt',
        end: row + 1,
        live: true,
      })),
    }));
    begin = performance.now();
    for (const { batch, shares } of given)
      // oxlint-disable-next-line no-await-in-loop
      await withTransaction(pool, (client) => store.write(client, batch, { shares }));
    const committedS = (performance.now() - begin) / 1000;
    // oxlint-disable-next-line no-await-in-loop
    await untilSettled();
    const settledS = (performance.now() - begin) / 1000;
    report('write path, batches of 5,000', {
      readings,
      committed_per_s: readings / committedS,
      settled_per_s: readings / settledS,
    });
    ratios.push(shownS / settledS);
  }
  report('settled beside the line protocol alone', { ratio: median(ratios) });

  if (days > 0) await measureReads(ids);
} finally {
  await store.close();
  await Promise.all([pool.end(), appPool.end()]);
  await server.stop();
  await questdb.stop();
  await rm(dataDir, { recursive: true, force: true });
}

async function measureReads(ids: readonly number[]): Promise<void> {
  for (const batch of batches(ids, days * PER_DAY, START_US))
    // oxlint-disable-next-line no-await-in-loop
    await sendLines(batch);
  await applied();
  const upkeep = createQuestDbUpkeep({ pool, httpUrl: questdb.httpUrl, mostMs: Infinity });
  /** Of days that are over: the last one has room for more. */
  const perReading = async (table: string, over: string): Promise<number> => {
    const [row] = await questdb.query(
      `SELECT sum(diskSize), sum(numRows) FROM table_partitions('${table}') WHERE ${over}`,
    );
    return Number(row?.[0]) / Number(row?.[1]);
  };
  report('native', { bytes_per_reading: await perReading('readings', 'NOT active') });

  const reads = async (what: string): Promise<void> => {
    const readings = createQuestDbTenantReadings(questdb.httpUrl);
    const fromUs = START_US + (days - 31) * 86_400e6;
    const raw = await timed(200, (k) =>
      withTenant(appPool, TENANT, (client) =>
        readings.series(
          client,
          {
            deviceId: `E-${(k * 37) % meters}`,
            quantity: QUANTITY,
            fromUs,
            toUs: fromUs + 30 * 86_400e6,
          },
          { before: 0, after: 0 },
        ),
      ),
    );
    report(`30 days of a channel, ${what}`, {
      p50_ms: quantile(raw, 0.5),
      p99_ms: quantile(raw, 0.99),
    });
    const latest = await timed(50, (k) =>
      withTenant(appPool, TENANT, (client) => readings.latest(client, [`E-${(k * 37) % meters}`])),
    );
    report(`latest of a device, ${what}`, {
      p50_ms: quantile(latest, 0.5),
      p99_ms: quantile(latest, 0.99),
    });
    const count = 30 * PER_DAY;
    const matrix = await timed(15, (k) =>
      store.matrix(ids.slice(k * 60, k * 60 + 60), {
        startUs: fromUs,
        stepUs: STEP_US,
        count,
        asOfUs: Infinity,
      }),
    );
    const p50 = quantile(matrix, 0.5);
    report(`matrix of 60 channels and 30 days, ${what}`, {
      p50_ms: p50,
      readings_per_s: (60 * count) / (p50 / 1000),
    });
  };
  await reads('native');
  await pool.query('DELETE FROM store_settled'); // no old readings come in any more
  const begin = performance.now();
  await upkeep.tend(START_US + (days + 70) * 86_400e6); // all months are over
  const parquet = await upkeep.size();
  report('Parquet', {
    readings: parquet.readings,
    bytes_per_reading: await perReading('readings_history', 'isParquet'),
    readings_per_s: parquet.readings / ((performance.now() - begin) / 1000),
  });
  await reads('Parquet');
}
