/** What is open in the database, and when that was asked: the name that `shown` gives. */
export const SHOWN = `
  SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text || '@' || (extract(epoch FROM now()) * 1000000)::int8 AS shown`;

export interface ShownMark {
  /** The oldest transaction that was open: rows of it and of later ones may not have been shown. */
  readonly xid: string;
  /** By the clock of the database, microseconds since 1970; undefined in names of before there were any. */
  readonly atUs: number | undefined;
}

export function parseShown(name: string): ShownMark {
  const [xid = '', atUs] = name.split('@');
  return { xid, atUs: atUs === undefined ? undefined : Number(atUs) };
}
