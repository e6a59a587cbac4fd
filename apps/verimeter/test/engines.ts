import { setTimeout as delay } from 'node:timers/promises';
import { type ReadingStoreSettings, openReadingStore } from '@verimeter/open-store';
import type { Bucket, ReadingEngine } from '@verimeter/reading-store';
import { type Pool, type PoolClient, withTransaction } from '@verimeter/registry';
import { expect } from 'vitest';

const RELATIVE = 1e-12;

export async function withEngine<T>(
  pool: Pool,
  settings: ReadingStoreSettings,
  work: (engine: ReadingEngine<PoolClient>) => Promise<T>,
): Promise<T> {
  const engine = await openReadingStore(pool, settings);
  try {
    return await work(engine);
  } finally {
    await engine.close();
  }
}

/** Sums of levels are added up in another order; the difference of registers is one subtraction. */
export function expectSame(
  name: string,
  found: readonly Bucket[],
  expected: readonly Bucket[],
): void {
  const isRegister = !name.includes('voltage');
  const exact = ({ mean: _mean, sum, ...rest }: Bucket): unknown => ({
    ...rest,
    sum: isRegister ? sum : null,
  });
  expect({ name, buckets: found.map(exact) }).toEqual({ name, buckets: expected.map(exact) });
  for (const [k, bucket] of expected.entries())
    for (const part of ['mean', 'sum'] as const) {
      const [one, other] = [found[k]?.[part] ?? 0, bucket[part] ?? 0];
      expect(Math.abs(one - other)).toBeLessThanOrEqual(Math.abs(other) * RELATIVE);
    }
}

export function untilSettled(pool: Pool, settings: ReadingStoreSettings): Promise<void> {
  return withEngine(pool, settings, async ({ store }) => {
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop
      const { rows } = await pool.query<{ waits: number }>(
        'SELECT count(*) AS waits FROM store_batches WHERE settled_at IS NULL',
      );
      if (rows[0]?.waits === 0) return;
      // oxlint-disable-next-line no-await-in-loop
      await store.check();
      // oxlint-disable-next-line no-await-in-loop
      await delay(20);
    }
  });
}

/** As a backup reads them: of the moment of a snapshot, whatever is settled while it is open. */
export function readingsOfSnapshot(
  pool: Pool,
  settings: ReadingStoreSettings,
  meanwhile: () => Promise<void>,
): Promise<number> {
  return withEngine(pool, settings, async ({ bulk }) => {
    const watch = await bulk.watchSnapshot?.();
    if (watch === undefined) throw new Error('the readings are in PostgreSQL');
    let readings = 0;
    await withTransaction(pool, async (client) => {
      await client.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY');
      await watch.begin(client);
      await meanwhile();
      const { rows } = await client.query<{ id: number }>('SELECT channel_id AS id FROM channels');
      for (const month of await watch.months())
        for await (const some of watch.rows(
          rows.map(({ id }) => id),
          month,
        ))
          readings += some.length;
    });
    await watch.close();
    const kept = await pool.query('SELECT FROM settled_batches');
    expect(kept.rowCount).toBe(0);
    return readings;
  });
}
