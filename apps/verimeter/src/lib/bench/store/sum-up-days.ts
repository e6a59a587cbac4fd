import type { Queryable } from '@verimeter/registry';
import type { StoreUpkeep } from '@verimeter/reading-store';

/** Days of channels that are summed up, of those that there will be. */
export type OnDays = (done: number, total: number) => void;

/** Days may be planned up to now; they are summed up two days after their end (packages/timescale-store, reading-days.ts). */
const STATE = `
  SELECT EXISTS (SELECT FROM reading_day_zones WHERE next_channel IS NOT NULL) AS planning,
         (SELECT count(*) FROM reading_days WHERE count IS NOT NULL) AS done,
         (SELECT count(*) FROM reading_days WHERE count IS NULL AND start_at < now() - interval '73 hours') AS open`;

interface DayState {
  readonly planning: boolean;
  readonly done: number;
  readonly open: number;
}

/**
 * Tends the store until nothing is left to be summed up: an installation that has run for a year has done so day by day. Returns how many
 * days of channels were added; none on a hypertable.
 */
export async function sumUpDays(
  pool: Queryable,
  admin: Queryable,
  upkeep: StoreUpkeep,
  onDays: OnDays,
): Promise<number> {
  const state = async (): Promise<DayState> => {
    const { rows } = await pool.query<DayState>(STATE);
    const [row] = rows;
    if (row === undefined) throw new Error('the database says nothing of its days');
    return row;
  };
  const before = await state();
  onDays(before.done, before.done + before.open);
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- round after round
    await upkeep.tend(Date.now() * 1000);
    // oxlint-disable-next-line no-await-in-loop
    const now = await state();
    if (!now.planning) onDays(now.done, now.done + now.open);
    if (now.planning || now.open > 0) continue;
    const added = now.done - before.done;
    // oxlint-disable-next-line no-await-in-loop -- as autovacuum leaves them
    if (added > 0) await admin.query('VACUUM (ANALYZE) reading_days');
    return added;
  }
}
