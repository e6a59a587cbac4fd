import { OUTCOME, type ReadingBatch, type WriteOutcomes } from '@verimeter/reading-store';
import type { ClientBase } from 'pg';
import { int4Array, timestamptzArray } from '../binary-format.ts';

const DAY_US = 86_400e6;
/** Days are summed up when they have been over for twice as long: before that nobody has to be told. */
const LATE_US = DAY_US;
/** What was written later after its arrival is a straggler: `dirty-days.ts` looks back a quarter of an hour. */
const PROMPT_US = 60e6;
/** How often the clock of the database is compared. */
const COMPARED_EVERY_MS = 5 * 60_000;
/** Channels are below 2^31 and days below 2^20: a number holds both. */
const DAYS = 2 ** 20;

/** Days of channels, each once, by channel and day; a number holds both. */
export interface LateRows {
  readonly late: readonly number[];
  readonly stragglers: readonly number[];
}

const sorted = (days: ReadonlySet<number>): number[] => [...days].toSorted((a, b) => a - b);

/** Days of the rows that were stored late, and of those that were stored long after they had arrived. */
export function lateRowsOf(batch: ReadingBatch, outcomes: WriteOutcomes, nowUs: number): LateRows {
  const late = new Set<number>();
  const stragglers = new Set<number>();
  for (let row = 0; row < batch.length; row += 1) {
    if (outcomes[row] !== OUTCOME.stored) continue;
    const tsUs = batch.tsUs[row] ?? 0;
    const isLate = tsUs < nowUs - LATE_US;
    const isStraggler = (batch.receivedAtUs[row] ?? 0) < nowUs - PROMPT_US;
    if (!isLate && !isStraggler) continue;
    const day = (batch.channelId[row] ?? 0) * DAYS + Math.floor(tsUs / DAY_US);
    if (isLate) late.add(day);
    if (isStraggler) stragglers.add(day);
  }
  return { late: sorted(late), stragglers: sorted(stragglers) };
}

function parameters(days: readonly number[]): [Buffer, Buffer] {
  const rows = Uint32Array.from(days, (_, row) => row);
  return [
    int4Array(
      days.map((day) => Math.floor(day / DAYS)),
      rows,
    ),
    timestamptzArray(
      days.map((day) => (day % DAYS) * DAY_US),
      rows,
    ),
  ];
}

/** The clock of the database: that of a worker may be wrong. */
export function createDatabaseClock(): (client: ClientBase) => Promise<number> {
  let comparedMs = -Infinity;
  let aheadUs = 0;
  return async (client) => {
    if (performance.now() - comparedMs > COMPARED_EVERY_MS) {
      const { rows } = await client.query<{ us: string }>(
        'SELECT (extract(epoch FROM clock_timestamp()) * 1000000)::int8::text AS us',
      );
      aheadUs = Number(rows[0]?.us) - Date.now() * 1000;
      comparedMs = performance.now();
    }
    return Date.now() * 1000 + aheadUs;
  };
}

/** In the transaction that wrote them, after they were written. Nothing is asked of the database where all rows are news. */
export async function noteLateRows(
  client: ClientBase,
  { late, stragglers }: LateRows,
): Promise<void> {
  if (late.length === 0 && stragglers.length === 0) return;
  await client.query({
    name: 'verimeter_note_late_days',
    text: 'SELECT note_late_days($1, $2, $3, $4)',
    values: [...parameters(late), ...parameters(stragglers)],
  });
}
