/** What is open in the database, and when that was asked: the name that `shown` gives. */
export const SHOWN = `
  SELECT pg_snapshot_xmin(pg_current_snapshot())::xid::text || '@' || (extract(epoch FROM now()) * 1000000)::int8 AS shown`;

export interface ShownMark {
  /** The oldest transaction that was open: rows of it and of later ones may not have been shown. */
  readonly xid: string;
  /** By the clock of the database, microseconds since 1970; undefined in names of before there were any. */
  readonly atUs: number | undefined;
}

/** Names that QuestDB gave, before the readings moved here, begin so. */
const FOREIGN = /^q\d+$/;
/** The first of all transactions: everything is shown since. */
const FIRST_XID = '3';

export function parseShown(name: string): ShownMark {
  if (FOREIGN.test(name)) return { xid: FIRST_XID, atUs: undefined };
  const [xid = '', atUs] = name.split('@');
  return { xid, atUs: atUs === undefined ? undefined : Number(atUs) };
}
