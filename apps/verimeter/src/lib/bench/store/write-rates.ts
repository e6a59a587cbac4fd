import {
  type ReadingBatch,
  type WriteOutcomes,
  createReadingBatch,
} from '@verimeter/reading-store';
import { withTransaction } from '@verimeter/registry';
import { median } from '@verimeter/statistics';
import type { MeasuredEngine } from './engine.ts';

export interface WriteRate {
  readonly batch: number;
  /** Part of each batch that the store has already. */
  readonly duplicates: number;
  /** Medians of the rounds. */
  readonly readings_per_second: number;
  readonly lowest: number;
  readonly highest: number;
  /** The engine alone with batches of that size, without duplicates, in turn with the above. */
  readonly own_readings_per_second: number;
  readonly ratio: number;
}

export interface WriteCase {
  readonly batch: number;
  readonly duplicates: number;
}

export const WRITE_CASES: readonly WriteCase[] = [
  { batch: 100, duplicates: 0 },
  { batch: 1000, duplicates: 0 },
  { batch: 5000, duplicates: 0 },
  { batch: 5000, duplicates: 0.01 },
  { batch: 5000, duplicates: 0.1 },
  { batch: 5000, duplicates: 1 },
  { batch: 20_000, duplicates: 0 },
];

/** Batches of a round: enough readings for a second, and not so many small ones that a round takes a minute. */
const ROUND_READINGS = 200_000;
const ROUND_BATCHES = 200;
/** Where the engine names no other time. A second apart, so that there are few partitions to be dropped. */
const FROM_US = Date.UTC(2006, 0, 1) * 1000;
const STEP_US = 1e6;

/** Readings per second through the store, and of the engine alone, in turn. Keys are new in each round. */
export async function measureWrites(
  engine: MeasuredEngine,
  options: {
    readonly cases: readonly WriteCase[];
    readonly rounds: number;
    readonly onStep: (text: string) => void;
  },
): Promise<WriteRate[]> {
  const next = batchesOf(engine);
  const rates: WriteRate[] = [];
  for (const one of options.cases) {
    const rounds: { readonly through: number; readonly alone: number }[] = [];
    for (let round = 0; round < options.rounds; round++) {
      // oxlint-disable-next-line no-await-in-loop -- in turn, on the same machine
      const through = await rateThrough(engine, next, one);
      // oxlint-disable-next-line no-await-in-loop
      const alone = await rateAlone(engine, next, one.batch);
      rounds.push({ through, alone });
    }
    const through = rounds.map((round) => round.through);
    rates.push({
      ...one,
      readings_per_second: median(through),
      lowest: Math.min(...through),
      highest: Math.max(...through),
      own_readings_per_second: median(rounds.map(({ alone }) => alone)),
      ratio: median(rounds.map((round) => round.through / round.alone)),
    });
    options.onStep(
      `batches of ${one.batch}, ${one.duplicates * 100} % known: ${median(through).toFixed(0)} readings/s`,
    );
  }
  await engine.dropWritten();
  return rates;
}

/** Gives batches of so many readings, instant by instant as meters send them, each key once. */
function batchesOf({
  devices,
  writeFromUs = FROM_US,
}: MeasuredEngine): (size: number) => ReadingBatch {
  let written = 0;
  return (size) => {
    const batch = createReadingBatch(size);
    const receivedAtUs = Date.now() * 1000;
    for (let row = 0; row < size; row++, written++) {
      const instant = Math.floor(written / devices.length);
      const tsUs = writeFromUs + instant * STEP_US;
      batch.channelId[row] = devices[written % devices.length]?.channelId ?? 0;
      batch.tsUs[row] = tsUs;
      batch.value[row] = Math.round(instant * 97 + (written % 61)) / 1000;
      batch.receivedAtUs[row] = receivedAtUs;
    }
    batch.length = size;
    return batch;
  };
}

const batchCount = (size: number): number =>
  Math.max(1, Math.min(ROUND_BATCHES, Math.round(ROUND_READINGS / size)));

async function rateThrough(
  engine: MeasuredEngine,
  next: (size: number) => ReadingBatch,
  { batch: size, duplicates }: WriteCase,
): Promise<number> {
  const { store } = engine.reading;
  const known = next(size);
  await write(engine, known);
  const repeated = Math.round(size * duplicates);
  const batches = Array.from({ length: batchCount(size) }, () => {
    const batch = repeated === size ? copyOf(known) : next(size);
    for (let row = 0; row < repeated; row++) copyRow(known, batch, row);
    return batch;
  });
  const begin = performance.now();
  const answers: WriteOutcomes[] = [];
  for (const batch of batches)
    answers.push(
      // oxlint-disable-next-line no-await-in-loop -- one connection, one after the other
      await withTransaction(engine.pool, (client) => store.write(client, batch, { awaited: true })),
    );
  // A store that answers later is not done before it has answered.
  // oxlint-disable-next-line no-await-in-loop
  for (const answer of answers) await store.settled(answer);
  return (batches.length * size * 1000) / (performance.now() - begin);
}

async function rateAlone(
  engine: MeasuredEngine,
  next: (size: number) => ReadingBatch,
  size: number,
): Promise<number> {
  const batches = Array.from({ length: batchCount(size) }, () => next(size));
  const begin = performance.now();
  for (const batch of batches)
    // oxlint-disable-next-line no-await-in-loop
    await engine.own.write(batch);
  return (batches.length * size * 1000) / (performance.now() - begin);
}

async function write(engine: MeasuredEngine, batch: ReadingBatch): Promise<void> {
  const { store } = engine.reading;
  await store.settled(
    await withTransaction(engine.pool, (client) => store.write(client, batch, { awaited: true })),
  );
}

function copyOf(batch: ReadingBatch): ReadingBatch {
  const copy = createReadingBatch(batch.length);
  copy.length = batch.length;
  return copy;
}

function copyRow(from: ReadingBatch, to: ReadingBatch, row: number): void {
  to.channelId[row] = from.channelId[row] ?? 0;
  to.tsUs[row] = from.tsUs[row] ?? 0;
  to.value[row] = from.value[row] ?? 0;
  to.receivedAtUs[row] = from.receivedAtUs[row] ?? 0;
}
