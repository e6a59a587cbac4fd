import { type ReadingBatch, createReadingBatch } from '@verimeter/reading-store';
import { createTestDatabaseAt, transaction } from '@verimeter/test-support';
import pg from 'pg';
import { chooseLayout, copyReadings, createTimescaleStore } from '../src/index.ts';
import { createChannelDecimals } from '../src/lib/hypertable/quanta.ts';
import { createQuantaForm } from '../src/lib/hypertable/write-form.ts';
import { registerChannels } from '../test/support.ts';

// Figures of docs/decisions/0110 to 0112, in a database of its own. Arguments: URL of a superuser on a server with TimescaleDB, channels, days.
const [url = '', ...sizes] = process.argv.slice(2);
const [channels = 1000, days = 90] = sizes.map(Number);
const PER_DAY = 96;
const QUARTER_US = 900e6;
const START_US = Date.UTC(2026, 0, 1) * 1000;
const BATCH = 5000;

/** Mulberry32: the same series on every machine. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** A household: a base load, a morning and an evening, appliances that come and go; watt-hours per quarter hour. */
function household(seed: number): (k: number) => number {
  const random = randomNumbers(seed);
  const base = 20 + random() * 60;
  const size = 0.5 + random() * 1.5;
  let appliance = 0;
  return (k) => {
    const hour = (k % PER_DAY) / 4;
    const day =
      Math.exp(-(((hour - 7.5) / 1.5) ** 2)) * 120 + Math.exp(-(((hour - 19.5) / 2.5) ** 2)) * 220;
    if (random() < 0.06) appliance = random() * 500;
    else if (random() < 0.35) appliance = 0;
    const compressor = Math.floor(k / 2) % 3 === 0 ? 18 : 0;
    return Math.round(
      size * (base + day * (0.7 + 0.6 * random()) + appliance * (0.9 + 0.2 * random())) +
        compressor,
    );
  };
}

/** Readings as they arrive: instant by instant, seconds after it. */
function* arriving(ids: readonly number[], first: number, last: number): Generator<ReadingBatch> {
  const loads = ids.map((id) => household(id));
  const registers = ids.map((id) => 1_000_000 + id * 31);
  const random = randomNumbers(99);
  const offsets = ids.map(() => 2 + random() * 50); // a meter sends at its own second of the minute
  let batch = createReadingBatch(BATCH);
  for (let k = 0; k < last; k += 1)
    for (const [index, id] of ids.entries()) {
      const wattHours = (registers[index] ?? 0) + (loads[index]?.(k) ?? 0);
      registers[index] = wattHours;
      if (k < first) continue;
      const row = batch.length;
      batch.channelId[row] = id;
      batch.tsUs[row] = START_US + k * QUARTER_US;
      batch.value[row] = wattHours / 1000;
      batch.receivedAtUs[row] =
        (batch.tsUs[row] ?? 0) + Math.round(((offsets[index] ?? 0) + random() * 1.5) * 1e6);
      batch.length += 1;
      if (batch.length === BATCH) {
        yield batch;
        batch = createReadingBatch(BATCH);
      }
    }
  if (batch.length > 0) yield batch;
}

const every = (batch: ReadingBatch): Uint32Array =>
  Uint32Array.from({ length: batch.length }, (_, row) => row);

const median = (of: readonly number[]): number =>
  of.toSorted((a, b) => a - b)[Math.floor(of.length / 2)] ?? 0;

const database = await createTestDatabaseAt(url);
const admin = new pg.Client({ connectionString: database.url });
await admin.connect();
const say = (what: string, figure: unknown): void =>
  void process.stdout.write(
    `${what}: ${typeof figure === 'string' ? figure : JSON.stringify(figure)}\n`,
  );
const seconds = async (work: () => Promise<unknown>): Promise<number> => {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1000;
};
const grouped = (value: number): string => Math.round(value).toLocaleString('en-US');
const quantile = (times: readonly number[], q: number): string =>
  `${(times.toSorted((a, b) => a - b)[Math.min(times.length - 1, Math.floor(times.length * q))] ?? 0).toFixed(1)} ms`;

try {
  const versions = await admin.query<{ server: string }>(
    `SELECT current_setting('server_version') AS server`,
  );
  await chooseLayout(database.url, 'timescale');
  const extension = await admin.query(
    `SELECT extversion FROM pg_extension WHERE extname = 'timescaledb'`,
  );
  say('versions', { ...versions.rows[0], ...extension.rows[0] });
  const ids = await registerChannels(database, 'bench', 'd', channels);
  const store = createTimescaleStore(database.servicePool);
  await store.check();
  const form = createQuantaForm(createChannelDecimals());
  // Write rate: turns of the store's write and of nothing but COPY into the same hypertable, each into weeks of its own.
  const turns = 6;
  const week = 7 * PER_DAY;
  const rates: Record<'write' | 'copy', number[]> = { write: [], copy: [] };
  for (let turn = 0; turn < turns; turn += 1) {
    const how = turn % 2 === 0 ? 'copy' : 'write';
    const batches = [...arriving(ids, turn * week, (turn + 1) * week)];
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    const contents =
      how === 'copy' ? batches.map((batch) => form.content(batch, every(batch))) : [];
    const took = await seconds(async () => {
      if (how === 'copy')
        for (const content of contents)
          await transaction(database.servicePool, (client) =>
            copyReadings(client, content, form.copy),
          );
      else
        for (const batch of batches) {
          store.prepare(batch);
          await transaction(database.servicePool, (client) => store.write(client, batch));
        }
    });
    rates[how].push(rows / took);
  }
  say('COPY alone, readings/s', rates.copy.map(grouped).join(' '));
  say(`store.write in batches of ${BATCH}, readings/s`, rates.write.map(grouped).join(' '));
  say('ratio of medians', (median(rates.write) / median(rates.copy)).toFixed(2));

  const left = [...arriving(ids, turns * week, days * PER_DAY)];
  for (const batch of left)
    await transaction(database.servicePool, (client) =>
      copyReadings(client, form.content(batch, every(batch)), form.copy),
    );
  const total = channels * days * PER_DAY;
  await admin.query('VACUUM ANALYZE readings');
  const sizeOf = async (): Promise<number> =>
    Number(
      (await admin.query<{ bytes: string }>(`SELECT hypertable_size('readings')::text AS bytes`))
        .rows[0]?.bytes,
    );
  say('readings', grouped(total));
  say('bytes per reading before compression, with indexes', ((await sizeOf()) / total).toFixed(2));

  const series = async (channel: number, fromDay: number, count: number): Promise<number> => {
    let got = 0;
    await store.series(
      [channel],
      START_US + fromDay * 86_400e6,
      START_US + (fromDay + count) * 86_400e6 - 1,
      () => (got += 1),
    );
    return got;
  };
  const rawTimes = async (): Promise<number[]> => {
    const times: number[] = [];
    const random = randomNumbers(5);
    for (let run = 0; run < 300; run += 1) {
      const channel = ids[Math.floor(random() * ids.length)] ?? 0;
      const fromDay = Math.floor(random() * (days - 30));
      times.push(
        1000 *
          (await seconds(async () => {
            if ((await series(channel, fromDay, 30)) !== 30 * PER_DAY)
              throw new Error('readings are missing');
          })),
      );
    }
    return times;
  };
  const matrixRate = async (): Promise<number> => {
    const some = ids.filter((_, index) => index % Math.floor(ids.length / 60) === 0).slice(0, 60);
    const grid = {
      startUs: START_US + 20 * 86_400e6,
      stepUs: QUARTER_US,
      count: 30 * PER_DAY,
      asOfUs: START_US + days * 86_400e6,
    };
    const took: number[] = [];
    for (let run = 0; run < 7; run += 1)
      took.push(
        await seconds(async () => {
          const { values } = await store.matrix(some, grid);
          if (values.some(Number.isNaN)) throw new Error('readings are missing');
        }),
      );
    return (60 * 30 * PER_DAY) / median(took);
  };
  const before = await rawTimes();
  say(
    '30 days of one channel, not compressed, p50 p99',
    `${quantile(before, 0.5)} ${quantile(before, 0.99)}`,
  );
  say('matrix of 60 channels x 30 days, not compressed, readings/s', grouped(await matrixRate()));

  const took = await seconds(() =>
    admin.query(`SELECT compress_chunk(c) FROM show_chunks('readings') c`),
  );
  say('compressed, readings/s', grouped(total / took));
  await admin.query('VACUUM ANALYZE readings');
  say('bytes per reading after compression, with indexes', ((await sizeOf()) / total).toFixed(2));
  const columns = await admin.query<{ name: string }>(
    `SELECT format('%I.%I', z.schema_name, z.table_name) AS name FROM _timescaledb_catalog.chunk c
       JOIN _timescaledb_catalog.chunk z ON z.id = c.compressed_chunk_id
      ORDER BY pg_total_relation_size(format('%I.%I', z.schema_name, z.table_name)::regclass) DESC LIMIT 1`,
  );
  const part = await admin.query(
    `SELECT ${['ts', 'quanta', 'decimals', 'value', 'flags', 'received_s'].map((name) => `round(sum(pg_column_size(${name}))::numeric / sum(_ts_meta_count), 3)::float8 AS ${name}`).join(', ')},
            round(avg(_ts_meta_count))::int AS rows_per_batch, round(pg_total_relation_size('${columns.rows[0]?.name}')::numeric / sum(_ts_meta_count), 3)::float8 AS whole
       FROM ${columns.rows[0]?.name}`,
  );
  say('bytes per reading by column of one chunk', part.rows[0]);
  const after = await rawTimes();
  say(
    '30 days of one channel, compressed, p50 p99',
    `${quantile(after, 0.5)} ${quantile(after, 0.99)}`,
  );
  say('matrix of 60 channels x 30 days, compressed, readings/s', grouped(await matrixRate()));

  // Late and repeated rows of compressed chunks, in batches of 5,000.
  const known = [...arriving(ids, 30 * PER_DAY, 31 * PER_DAY)];
  const late = known.map((batch) => {
    const moved = createReadingBatch(batch.length);
    moved.length = batch.length;
    moved.channelId.set(batch.channelId.subarray(0, batch.length));
    moved.tsUs.set(batch.tsUs.subarray(0, batch.length).map((us) => us + 60e6));
    moved.value.set(batch.value.subarray(0, batch.length));
    moved.receivedAtUs.set(batch.receivedAtUs.subarray(0, batch.length));
    return moved;
  });
  for (const [what, batches] of [
    ['repeated', known],
    ['late', late],
  ] as const) {
    const rows = batches.reduce((sum, batch) => sum + batch.length, 0);
    const time = await seconds(async () => {
      for (const batch of batches)
        await transaction(database.servicePool, (client) => store.write(client, batch));
    });
    say(`${what} rows of compressed chunks, readings/s`, grouped(rows / time));
  }
} finally {
  await admin.end();
  await database.drop();
}
