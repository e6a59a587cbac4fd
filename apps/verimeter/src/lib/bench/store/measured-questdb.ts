import { startEmbeddedPostgres } from '@verimeter/embedded';
import { openReadingStore } from '@verimeter/open-store';
import {
  HISTORY,
  type QuestDbHttp,
  checkWal,
  createLineSender,
  createQuestDbHttp,
  createQuestDbUpkeep,
  historyParts,
  readHistoryMonths,
  readWalState,
} from '@verimeter/questdb-store';
import { createAppPool, createServicePool, migrate } from '@verimeter/registry';
import { CommandError } from '../../arguments.ts';
import { registerDevices } from './bench-registry.ts';
import { type DataSet, readingsOf, wattHours } from './data-set.ts';
import type { BenchDevice, MeasuredEngine, OwnLimits, StorePart } from './engine.ts';

const STATEMENT_TIMEOUT_MS = 3_600_000;
const TABLE = 'readings';

/** A QuestDB that is running, with the registry in a PostgreSQL of this program. */
export async function openQuestDb(
  dataDir: string,
  httpUrl: string,
  dataSet: DataSet,
): Promise<MeasuredEngine> {
  const server = await startEmbeddedPostgres({ dataDir });
  try {
    await migrate(server.url);
    const options = {
      applicationName: 'verimeter-bench',
      statementTimeoutMs: STATEMENT_TIMEOUT_MS,
    };
    const pool = createServicePool(server.url, options);
    const appPool = createAppPool(server.url, options);
    const reading = await openReadingStore(pool, { engine: 'questdb', httpUrl });
    const upkeep = createQuestDbUpkeep({ pool, httpUrl, mostMs: Infinity });
    await reading.store.check();
    const devices = await registerDevices(pool, dataSet.channels);
    const http = createQuestDbHttp(httpUrl);
    const sender = createLineSender(http);
    const [[version] = []] = await http.query('SELECT build()');
    return {
      name: 'questdb',
      // another program: only the registry is ours
      isOurs: false,
      version: String(version),
      pool,
      appPool,
      reading,
      devices,
      fill: (wanted, onReadings) =>
        fill(http, wanted, devices, {
          onReadings,
          async tend(nowUs) {
            await pool.query('DELETE FROM store_settled'); // of earlier measurements: no old readings come in
            await upkeep.tend(nowUs);
          },
        }),
      parts: () => partsOf(http, dataSet),
      size: () => upkeep.size(),
      async dropWritten() {
        await upkeep.retain(dataSet.startUs);
      },
      own: ownLimits(http, httpUrl, (batch) => sender.send(batch)),
      async close() {
        await sender.close();
        await reading.close();
        await Promise.all([pool.end(), appPool.end()]);
        await server.stop();
      },
    };
  } catch (error) {
    await server.stop();
    throw error;
  }
}

/** Instants of one statement: a day is a partition. */
const INSTANTS_PER_STEP = 96;

/** Day by day, behind what is there; channel ids follow each other. Months move to history as they would have over the year. */
async function fill(
  http: QuestDbHttp,
  dataSet: DataSet,
  devices: readonly BenchDevice[],
  {
    onReadings,
    tend,
  }: {
    readonly onReadings: (readings: number) => void;
    readonly tend: (nowUs: number) => Promise<void>;
  },
): Promise<void> {
  const { channels, instants, startUs, stepUs } = dataSet;
  const ids = devices.map(({ channelId }) => channelId);
  const [first = 0] = ids;
  if (ids.some((id, n) => id !== first + n))
    throw new CommandError(
      'the channels of this registry do not follow each other: name another --dir',
    );
  // a move that was interrupted, so that no reading is in both tables
  await tend(startUs + instants * stepUs);
  const there = await countOf(http, dataSet);
  if (there % channels !== 0 || there > readingsOf(dataSet))
    throw new CommandError(
      `QuestDB has ${there} readings in the time of the data set, which are of another one: start it with an empty directory`,
    );
  for (let done = there / channels; done < instants; done += INSTANTS_PER_STEP) {
    onReadings(done * channels);
    const count = (Math.min(instants, done + INSTANTS_PER_STEP) - done) * channels;
    // x counts from 1
    const k = `(${done} + (x - 1) / ${channels})`;
    const n = `((x - 1) % ${channels})`;
    // oxlint-disable-next-line no-await-in-loop
    await http.query(
      `INSERT INTO ${TABLE} (ts, channel, value, flags, received)
       SELECT ts, channel, value, flags, received FROM (
         SELECT cast(${startUs} + ${k} * ${stepUs} AS timestamp) AS ts, cast(${first} + ${n} AS symbol) AS channel,
                (${n} * 10000 + ${wattHours(k, 'chance')}) / 1000.0 AS value, cast(0 AS short) AS flags,
                cast((${startUs} + ${k} * ${stepUs}) / 1000000 - 946684800 + 20 * chance AS int) AS received
           FROM (SELECT x, rnd_double() AS chance FROM long_sequence(${count}, ${done + 1}, ${startUs % 1_000_003}))
       ) TIMESTAMP(ts)`,
      STATEMENT_TIMEOUT_MS,
    );
    // oxlint-disable-next-line no-await-in-loop
    await untilApplied(http);
    // oxlint-disable-next-line no-await-in-loop
    await tend(startUs + done * stepUs);
  }
  onReadings(instants * channels);
}

/** In both tables; none is in both when nothing moves. */
async function countOf(http: QuestDbHttp, { startUs }: DataSet): Promise<number> {
  const [[native] = []] = await http.query(
    `SELECT count() FROM ${TABLE} WHERE ts >= ${at(startUs)}`,
  );
  let count = Number(native);
  const span = { fromUs: startUs, untilUs: Infinity };
  for (const part of historyParts(await readHistoryMonths(http), undefined, span)) {
    // oxlint-disable-next-line no-await-in-loop
    const [[old] = []] = await http.query(`SELECT count() FROM ${part} WHERE at >= ${startUs}`);
    count += Number(old);
  }
  return count;
}

/** Days as they came, and months that moved. */
async function partsOf(http: QuestDbHttp, { startUs }: DataSet): Promise<StorePart[]> {
  const months = await readHistoryMonths(http);
  const [last] = months.slice(-1);
  const [[from, until] = []] = await http.query(
    `SELECT min(ts)::long, max(ts)::long FROM ${TABLE} WHERE ts >= ${at(startUs)}`,
  );
  const sizeOf = async (table: string): Promise<{ bytes: number; readings: number }> => {
    // The last day has room for more.
    const [[bytes, readings] = []] = await http.query(
      `SELECT sum(diskSize), sum(numRows) FROM table_partitions('${table}') WHERE NOT active OR isParquet`,
    );
    return { bytes: Number(bytes), readings: Number(readings) };
  };
  return [
    {
      what: 'days, native',
      ...(await sizeOf(TABLE)),
      fromUs: Number(from),
      untilUs: Number(until) + 1,
    },
    ...(months[0] === undefined || last === undefined
      ? []
      : [
          {
            what: 'history, Parquet',
            ...(await sizeOf(HISTORY)),
            fromUs: months[0].fromUs,
            untilUs: last.untilUs,
          },
        ]),
  ];
}

async function untilApplied(http: QuestDbHttp): Promise<void> {
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- the server itself waits for nothing
    const state = await readWalState(http);
    checkWal(state);
    if (state.applied >= state.accepted) return;
    // oxlint-disable-next-line no-await-in-loop
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}

const at = (us: number): string => `cast(${us} AS timestamp)`;

const span = (fromUs: number, toUs: number): string => `ts >= ${at(fromUs)} AND ts < ${at(toUs)}`;

/** Its own statements over HTTP, answers as CSV thrown away. */
function ownLimits(http: QuestDbHttp, httpUrl: string, write: OwnLimits['write']): OwnLimits {
  const discard = async (sql: string): Promise<void> => {
    const target = new URL('/exp', httpUrl);
    target.searchParams.set('query', sql);
    const response = await fetch(target);
    if (!response.ok) throw new Error(`QuestDB refuses: ${await response.text()}`);
    let bytes = 0;
    for await (const chunk of response.body ?? []) bytes += chunk.length;
    if (bytes === 0) throw new Error('QuestDB gave nothing');
  };
  const old = async (ids: readonly number[], fromUs: number, toUs: number): Promise<string[]> =>
    historyParts(await readHistoryMonths(http), ids, { fromUs, untilUs: toUs - 1 });
  return {
    async write(batch) {
      await write(batch);
      await untilApplied(http);
    },
    latest: (id) =>
      discard(
        `SELECT ts, value FROM ${TABLE} WHERE channel = '${id}' LATEST ON ts PARTITION BY channel`,
      ),
    async raw(id, fromUs, toUs) {
      await discard(
        `SELECT ts, value FROM ${TABLE} WHERE channel = '${id}' AND ${span(fromUs, toUs)}`,
      );
      for (const part of await old([id], fromUs, toUs))
        // oxlint-disable-next-line no-await-in-loop
        await discard(`SELECT at, value FROM ${part}`);
    },
    async months(id, fromUs, toUs) {
      await discard(
        `SELECT ts, count(), min(value), max(value), sum(value) FROM ${TABLE}
          WHERE channel = '${id}' AND ${span(fromUs, toUs)} SAMPLE BY 1M`,
      );
      for (const part of await old([id], fromUs, toUs))
        // oxlint-disable-next-line no-await-in-loop
        await discard(
          `SELECT timestamp_floor('M', at::timestamp) AS month, count(), min(value), max(value), sum(value) FROM ${part} GROUP BY month`,
        );
    },
    async matrix(ids, fromUs, toUs) {
      await discard(
        `SELECT channel, ts, value FROM ${TABLE}
          WHERE ${span(fromUs, toUs)} AND channel IN (${ids.map((id) => `'${id}'`).join(',')})`,
      );
      for (const part of await old(ids, fromUs, toUs))
        // oxlint-disable-next-line no-await-in-loop
        await discard(
          `SELECT channel, at, value FROM ${part} WHERE at >= ${fromUs} AND at < ${toUs}`,
        );
    },
  };
}
