import type { ReadingBatch } from '@verimeter/reading-store';
import type pg from 'pg';
import { openOwnConnection } from './own-connection.ts';

export interface Partitions {
  /** Makes sure that a partition exists for every row of the batch. */
  ensureFor(batch: ReadingBatch): Promise<void>;
  /** Makes sure of the month of an instant. */
  ensure(us: number): Promise<void>;
  /** Forgets what is known to exist, after an error that may come from a dropped partition. */
  forget(): void;
}

const MS = 1000;

/** First instant of the UTC month of an instant, in microseconds. */
function monthStart(us: number): number {
  const date = new Date(us / MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1) * MS;
}

function nextMonth(startUs: number): number {
  const date = new Date(startUs / MS);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 1) * MS;
}

/** Months (their starts) that the batch touches and that are not in `known`. */
function missingMonths(batch: ReadingBatch, known: ReadonlySet<number>): number[] {
  const missing = new Set<number>();
  let from = Infinity;
  let to = -Infinity;
  for (let row = 0; row < batch.length; row += 1) {
    const us = batch.tsUs[row] ?? 0;
    if (us >= from && us < to) continue; // rows of one batch mostly share a month
    from = monthStart(us);
    to = nextMonth(from);
    if (!known.has(from)) missing.add(from);
  }
  return [...missing].toSorted((a, b) => a - b);
}

/**
 * Creates partitions on a connection of its own: a transaction that has written readings must not wait for the lock
 * that guards their creation, and all connections of the pool may be held by such transactions.
 */
async function createMonths(pool: pg.Pool, months: readonly number[]): Promise<void> {
  const client = await openOwnConnection(pool);
  try {
    for (const month of months) {
      // To its end: chunks of a hypertable are shorter than a month.
      const [first, last] = [month / MS, nextMonth(month) / MS - 1];
      await client.query('SELECT ensure_reading_partitions($1, $2)', [
        new Date(first).toISOString(),
        new Date(last).toISOString(),
      ]);
    }
  } finally {
    await client.end();
  }
}

export function createPartitions(pool: pg.Pool): Partitions {
  const known = new Set<number>();
  let creating: Promise<void> = Promise.resolve();

  async function create(months: readonly number[]): Promise<void> {
    const missing = months.filter((month) => !known.has(month));
    if (missing.length === 0) return;
    await createMonths(pool, missing);
    for (const month of missing) known.add(month);
  }

  function ensureMonths(months: readonly number[]): Promise<void> {
    if (months.length === 0) return Promise.resolve();
    const result = creating.then(() => create(months));
    creating = result.catch(() => undefined); // reported to its caller; the next one starts afresh
    return result;
  }

  return {
    ensureFor: (batch) => ensureMonths(missingMonths(batch, known)),
    ensure: (us) => {
      const month = monthStart(us);
      return ensureMonths(known.has(month) ? [] : [month]);
    },
    forget: () => known.clear(),
  };
}
