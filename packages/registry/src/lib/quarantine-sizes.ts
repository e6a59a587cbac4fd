import type { Queryable } from './pools.ts';

/** An entry without its payload: columns, indexes. */
const ENTRY_BYTES = 600;
/** Ids of one sum. */
const RANGE = 10_000;
/** No transaction that was given an id is open for so long. */
const SETTLES_AFTER = '5 minutes';

const SIZE = `CASE WHEN payload IS NULL THEN 0 ELSE payload_bytes END + ${ENTRY_BYTES}`;

/** From the oldest range on entries are removed, so that its sum does not hold. */
const FORGET = 'DELETE FROM quarantine_sizes WHERE first_id <= $1';

/** The range of the oldest entry, and those from an id on. */
const SUM = `
  SELECT id / ${RANGE} * ${RANGE} AS first_id, sum(${SIZE})::int8 AS bytes FROM quarantine
   WHERE id >= $1 AND id < $2 OR id >= $3
   GROUP BY 1`;

const NOTE = `
  INSERT INTO quarantine_sizes AS s (first_id, bytes)
  SELECT * FROM unnest($1::int8[], $2::int8[]) AS n (first_id, bytes) ORDER BY 1
  ON CONFLICT (first_id) DO UPDATE
    SET bytes = excluded.bytes, settled = s.full_at < now() - interval '${SETTLES_AFTER}'`;

/** Of one range: its oldest entry that fits into what the younger ranges leave. */
const FIRST_OF_RANGE = `
  SELECT min(id) FILTER (WHERE total <= $2) AS first
    FROM (SELECT id, sum(${SIZE}) OVER (ORDER BY id DESC) AS total
            FROM quarantine WHERE id >= $1 AND id < $1 + ${RANGE}) q`;

interface RangeSize {
  readonly first_id: number;
  readonly bytes: number;
}

/**
 * The oldest entry that still fits, counted from the youngest; undefined: all fit. Entries are summed up when they are new, ranges of ids that
 * get no more are known from `quarantine_sizes`: only the trimming removes entries, the oldest first.
 */
export async function firstThatFits(client: Queryable, bytes: number): Promise<number | undefined> {
  const ends = await client.query<{ oldest: number | null; youngest: number | null }>(
    'SELECT min(id) AS oldest, max(id) AS youngest FROM quarantine',
  );
  const { oldest = null, youngest = null } = ends.rows[0] ?? {};
  if (oldest === null || youngest === null) return undefined;
  await client.query(FORGET, [oldest]);
  const { rows: settled } = await client.query<RangeSize>(
    'SELECT first_id, bytes FROM quarantine_sizes WHERE settled',
  );
  const second = (Math.floor(oldest / RANGE) + 1) * RANGE;
  const next = Math.max(second, ...settled.map((range) => range.first_id + RANGE));
  const summed = await client.query<RangeSize>(SUM, [oldest, second, next]);
  const full = summed.rows.filter(
    ({ first_id: first }) => first > oldest && first + RANGE <= youngest,
  );
  await client.query(NOTE, [full.map((row) => row.first_id), full.map((row) => row.bytes)]);
  return firstWithin(client, [...summed.rows, ...settled], bytes);
}

async function firstWithin(
  client: Queryable,
  ranges: readonly RangeSize[],
  bytes: number,
): Promise<number | undefined> {
  let left = bytes;
  for (const range of ranges.toSorted((one, other) => other.first_id - one.first_id)) {
    if (range.bytes > left) {
      // oxlint-disable-next-line no-await-in-loop -- once
      const { rows } = await client.query<{ first: number | null }>(FIRST_OF_RANGE, [
        range.first_id,
        left,
      ]);
      return rows[0]?.first ?? range.first_id + RANGE;
    }
    left -= range.bytes;
  }
  return undefined;
}
