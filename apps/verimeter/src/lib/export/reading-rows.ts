import type { RowReader, StoredRows } from '@verimeter/reading-store';
import type { Pool, PoolClient } from '@verimeter/registry';
import { type Cursor, inSnapshot, openCursor } from './query-rows.ts';

/** A reading in an export. Microseconds since 1970. */
export type ReadingRow = {
  readonly device_id: string;
  readonly quantity: string;
  readonly unit: string;
  readonly ts: number;
  readonly value: number;
  readonly flags: number;
  readonly received_at: number;
  /** False: a different value that was kept beside the current one. */
  readonly current: boolean;
};

type ChannelNames = Pick<ReadingRow, 'device_id' | 'quantity' | 'unit'>;
type Conflict = Pick<ReadingRow, 'ts' | 'value' | 'flags' | 'received_at'> & {
  readonly channel_id: number;
};

/** Bytewise, so that a file does not depend on the database's locale. */
const ORDER = 'c.device_id COLLATE "C", c.quantity COLLATE "C"';
const CHANNEL_IDS = `SELECT c.channel_id FROM channels c WHERE c.tenant = $1 ORDER BY ${ORDER}`;
const CHANNELS = `SELECT c.device_id, c.quantity, c.unit FROM channels c WHERE c.tenant = $1 ORDER BY ${ORDER}`;
const CONFLICTS = `
  SELECT x.channel_id, x.ts, x.value, x.flags, x.received_at
    FROM reading_conflicts x JOIN channels c USING (channel_id)
   WHERE c.tenant = $1 ORDER BY ${ORDER}, x.ts, x.value`;

/** Of one piece at most. */
const PIECE_ROWS = 5000;

/**
 * All readings of a tenant by device, quantity and time, conflicting values behind the current one by value. Memory does not depend on how
 * many there are. Conflicts are as of a moment before the readings'; where an engine of its own knows of a conflict before it shows the current
 * reading, the conflict is left out: an import would take it for the current one.
 */
export function readingRows(
  pool: Pool,
  store: Pick<RowReader, 'rows'>,
  tenant: string,
): AsyncGenerator<readonly ReadingRow[]> {
  return inSnapshot(pool, async function* read(client) {
    const channels = await channelList(client, tenant);
    const conflicts = await conflictList(client, tenant, channels.ids);
    let rows: ReadingRow[] = [];
    /** The current reading before the next row. */
    const last = { position: -1, tsUs: Number.NaN };

    /** Takes conflicts up to a position in the order of channels and a time there. */
    async function takeConflicts(position: number, tsUs: number): Promise<void> {
      for (;;) {
        const conflict = conflicts.nextBefore(position, tsUs);
        if (conflict === undefined || rows.length >= PIECE_ROWS) return;
        const { ts, value, flags, received_at } = conflict;
        if (conflicts.position === last.position && ts === last.tsUs) {
          // oxlint-disable-next-line no-await-in-loop -- one connection
          const names = await channels.namesAt(conflicts.position);
          rows.push({ ...names, ts, value, flags, received_at, current: false });
        }
        // oxlint-disable-next-line no-await-in-loop
        await conflicts.advance();
      }
    }

    for await (const piece of store.rows(channels.ids, -Infinity, Infinity))
      for (let row = 0; row < piece.length; row++) {
        const position = channels.positionOf(piece.channelId[row]);
        const tsUs = piece.tsUs[row] ?? 0;
        while (conflicts.nextBefore(position, tsUs) !== undefined) {
          await takeConflicts(position, tsUs);
          if (rows.length >= PIECE_ROWS) {
            yield rows;
            rows = [];
          }
        }
        const names = channels.knownAt(position) ?? (await channels.namesAt(position));
        rows.push(readingAt(piece, row, names));
        last.position = position;
        last.tsUs = tsUs;
        if (rows.length >= PIECE_ROWS) {
          yield rows;
          rows = [];
        }
      }
    while (conflicts.nextBefore(Infinity, Infinity) !== undefined) {
      // oxlint-disable-next-line no-await-in-loop
      await takeConflicts(Infinity, Infinity);
      yield rows;
      rows = [];
    }
    if (rows.length > 0) yield rows;
  });
}

const readingAt = (piece: StoredRows, row: number, names: ChannelNames): ReadingRow => ({
  ...names,
  ts: piece.tsUs[row] ?? Number.NaN,
  value: piece.value[row] ?? Number.NaN,
  flags: piece.flags[row] ?? 0,
  received_at: piece.receivedAtUs[row] ?? Number.NaN,
  current: true,
});

interface ChannelList {
  /** In the order of the export. */
  readonly ids: readonly number[];
  /** Of a channel that comes no earlier than the one asked for before. */
  positionOf(channelId: number | undefined): number;
  /** As `positionOf`: no earlier than before. */
  namesAt(position: number): Promise<ChannelNames>;
  /** Where the names are those of the position that was asked for last. */
  knownAt(position: number): ChannelNames | undefined;
}

/** The ids of all channels, and the names of one after the other. */
async function channelList(client: PoolClient, tenant: string): Promise<ChannelList> {
  const { rows } = await client.query<[number]>({
    text: CHANNEL_IDS,
    values: [tenant],
    rowMode: 'array',
  });
  const ids = rows.map(([id]) => id);
  const names: Cursor<ChannelNames> = await openCursor(client, {
    name: 'channel_names',
    sql: CHANNELS,
    values: [tenant],
  });
  let position = 0;
  let named = 0; // `names.next` is of this position
  return {
    ids,
    positionOf: (channelId) => (position = seek(ids, channelId, position)),
    async namesAt(wanted) {
      for (;;) {
        // oxlint-disable-next-line no-await-in-loop -- one connection
        await names.fill();
        if (named === wanted && names.next !== undefined) return names.next;
        if (names.next === undefined) throw new Error('a channel without a name');
        names.advance();
        named += 1;
      }
    },
    knownAt: (wanted) => (named === wanted ? names.next : undefined),
  };
}

interface ConflictList {
  /** The next conflict, where it comes before a position and a time there. */
  nextBefore(position: number, tsUs: number): Conflict | undefined;
  /** Of the next conflict. */
  readonly position: number;
  advance(): Promise<void>;
}

async function conflictList(
  client: PoolClient,
  tenant: string,
  ids: readonly number[],
): Promise<ConflictList> {
  const conflicts: Cursor<Conflict> = await openCursor(client, {
    name: 'conflicts',
    sql: CONFLICTS,
    values: [tenant],
  });
  let position = 0;
  const settle = async (): Promise<void> => {
    await conflicts.fill();
    if (conflicts.next !== undefined) position = seek(ids, conflicts.next.channel_id, position);
  };
  await settle();
  return {
    nextBefore(otherPosition, tsUs) {
      const { next } = conflicts;
      if (next === undefined || position > otherPosition) return undefined;
      return position < otherPosition || next.ts < tsUs ? next : undefined;
    },
    get position() {
      return position;
    },
    advance() {
      conflicts.advance();
      return settle();
    },
  };
}

/** @throws Error where a channel comes out of order */
function seek(ids: readonly number[], channelId: number | undefined, from: number): number {
  let position = from;
  while (position < ids.length && ids[position] !== channelId) position++;
  if (position === ids.length)
    throw new Error(`channel ${String(channelId)} is not where it belongs`);
  return position;
}
