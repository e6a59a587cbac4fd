import type { ClientBase } from 'pg';

export interface Partition {
  /** As it may stand in a statement. */
  readonly name: string;
  readonly oid: number;
  /** First instant of its month (UTC) and of the next one, microseconds since 1970. */
  readonly fromUs: number;
  readonly toUs: number;
  /** A detachment was begun and did not end. */
  readonly isPending: boolean;
}

const PARTITIONS = `
  SELECT c.oid::int8::text, c.relname, i.inhdetachpending::text
    FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid
   WHERE i.inhparent = 'readings'::regclass`;

const NAME = /^readings_y(\d{4})m(\d{2})$/;

/** The month of a partition by its name; undefined for a table that is none of readings. */
export function monthOf(name: string): { fromUs: number; toUs: number } | undefined {
  const [, year, month] = NAME.exec(name) ?? [];
  if (year === undefined || month === undefined) return undefined;
  return {
    fromUs: Date.UTC(Number(year), Number(month) - 1, 1) * 1000,
    toUs: Date.UTC(Number(year), Number(month), 1) * 1000,
  };
}

/** Partitions of readings, the oldest first. */
export async function partitionsOf(client: Pick<ClientBase, 'query'>): Promise<Partition[]> {
  const { rows } = await client.query<[string, string, string]>({
    text: PARTITIONS,
    rowMode: 'array',
    types: { getTypeParser: () => String },
  });
  return rows
    .flatMap(([oid, name, pending]) => {
      const month = monthOf(name);
      return month === undefined
        ? []
        : [{ name, oid: Number(oid), isPending: pending === 'true', ...month }];
    })
    .toSorted((left, right) => left.fromUs - right.fromUs);
}
