import type { LiveEventName } from '@verimeter/api-schema';
import { type Logger, AbortedError, backoffDelayMs, delay } from '@verimeter/service-runtime';

/** One event as it goes out, formatted once for all its readers. */
export interface LiveEvent {
  readonly name: LiveEventName;
  readonly deviceId: string | null;
  /** The lines of the event, with its id. */
  readonly frame: string;
}

/** The events of one row of `live_events`: one finding or quarantine entry, or a batch of readings. */
export interface LiveRow {
  readonly id: number;
  readonly events: readonly LiveEvent[];
}

export interface LiveSource {
  /** Rows of the tenant with a higher id, ascending, at most `limit`. */
  rowsAfter(tenant: string, id: number, limit: number): Promise<LiveRow[]>;
  /** The highest id the tenant has; 0 without one. */
  lastId(tenant: string): Promise<number>;
}

/** Where in the stream a reader is: all rows up to `after` are done, and of row `partial.row` the first `partial.events`. */
export interface LivePosition {
  readonly after: number;
  readonly partial?: { readonly row: number; readonly events: number };
}

export interface LiveReader {
  readonly tenant: string;
  wants(event: LiveEvent): boolean;
  /** False when the reader's buffer is full: no more until `drained`. */
  send(text: string): boolean;
  /** Resolves when the buffer is empty; rejects when the reader is too slow or gone. */
  drained(): Promise<void>;
  /** Nothing more can be sent. */
  end(): void;
}

export interface LiveHub {
  /** The newest row of the tenant: a reader that starts there gets what comes from now on. */
  lastId(tenant: string): Promise<number>;
  /** Delivers to the reader, from the position on, until it is removed. */
  add(reader: LiveReader, position: LivePosition): void;
  remove(reader: LiveReader): void;
  /** New rows may be there. */
  wake(): void;
  readonly readers: number;
  /** Ends all readers. */
  close(): Promise<void>;
}

const ROWS_PER_QUERY = 20;

interface Stream {
  /** Everything up to this row was delivered to all members. */
  row: number;
  readonly members: Map<LiveReader, LivePosition>;
  running: boolean;
  pending: boolean;
}

/**
 * Fans the live events of each tenant out to its readers. Rows are read once per tenant, not once per reader. A reader
 * that cannot keep up leaves the common stream, waits until its buffer is empty, and reads its own rows until it has
 * caught up: memory per reader is one buffer and one row, and nothing is lost that is still in the table.
 */
export function createLiveHub(source: LiveSource, log: Logger): LiveHub {
  const streams = new Map<string, Stream>();
  const readers = new Set<LiveReader>();
  const closing = new AbortController();
  const work = new Set<Promise<void>>();

  /** Runs in the background; `close` waits for it. */
  function start(tenant: string, task: () => Promise<void>): void {
    const running = task()
      .catch((error: unknown) => {
        if (!(error instanceof AbortedError))
          log.error({ err: error, tenant }, 'live stream broke');
      })
      .finally(() => work.delete(running));
    work.add(running);
  }

  /** The rows, however long the database is away. @throws {AbortedError} when the hub closes */
  async function rowsAfter(tenant: string, id: number): Promise<LiveRow[]> {
    for (let attempt = 1; ; attempt += 1) {
      if (closing.signal.aborted) throw new AbortedError();
      try {
        // oxlint-disable-next-line no-await-in-loop
        return await source.rowsAfter(tenant, id, ROWS_PER_QUERY);
      } catch (error) {
        log.warn({ err: error, tenant }, 'live events cannot be read, trying again');
        // oxlint-disable-next-line no-await-in-loop
        await delay(backoffDelayMs(attempt, 250, 5000, Math.random()), closing.signal);
      }
    }
  }

  /** False when the reader's buffer is full now. */
  function deliver(reader: LiveReader, position: LivePosition, row: LiveRow): boolean {
    if (row.id <= position.after) return true;
    const skip = position.partial?.row === row.id ? position.partial.events : 0;
    let text = '';
    for (const event of skip === 0 ? row.events : row.events.slice(skip))
      if (reader.wants(event)) text += event.frame;
    return text === '' || reader.send(text);
  }

  async function pump(tenant: string, stream: Stream): Promise<void> {
    stream.running = true;
    try {
      while (stream.pending && stream.members.size > 0) {
        stream.pending = false;
        // Members may all be ahead of the stream; what nobody waits for is not read.
        const positions = [...stream.members.values()].map((position) => position.after);
        stream.row = Math.max(stream.row, Math.min(...positions));
        // oxlint-disable-next-line no-await-in-loop
        const rows = await rowsAfter(tenant, stream.row);
        if (rows.length === ROWS_PER_QUERY) stream.pending = true;
        for (const row of rows) {
          stream.row = row.id;
          for (const [reader, position] of stream.members)
            if (!deliver(reader, position, row)) {
              stream.members.delete(reader);
              start(tenant, () => catchUp(reader, { after: row.id }));
            }
        }
      }
    } finally {
      stream.running = false;
      if (stream.members.size === 0) streams.delete(tenant);
    }
  }

  function join(reader: LiveReader, position: LivePosition): boolean {
    let stream = streams.get(reader.tenant);
    if (stream === undefined) {
      stream = { row: position.after, members: new Map(), running: false, pending: false };
      streams.set(reader.tenant, stream);
    }
    if (stream.row > position.after) return false;
    stream.members.set(reader, position);
    run(reader.tenant, stream);
    return true;
  }

  function run(tenant: string, stream: Stream): void {
    stream.pending = true;
    if (!stream.running) start(tenant, () => pump(tenant, stream));
  }

  /** Reads the reader's own rows, at its own pace, until it can join the common stream. */
  async function catchUp(reader: LiveReader, from: LivePosition): Promise<void> {
    let position = from;
    try {
      while (readers.has(reader)) {
        // oxlint-disable-next-line no-await-in-loop
        await reader.drained();
        if (!readers.has(reader)) return;
        if (join(reader, position)) return;
        const reached = streams.get(reader.tenant)?.row ?? position.after;
        // oxlint-disable-next-line no-await-in-loop
        const rows = await rowsAfter(reader.tenant, position.after);
        for (const row of rows) {
          if (!readers.has(reader)) return;
          // oxlint-disable-next-line no-await-in-loop
          if (!deliver(reader, position, row)) await reader.drained();
          position = { after: row.id };
        }
        // The stream was further, but the rows in between are trimmed or another tenant's.
        if (rows.length === 0) position = { after: Math.max(position.after, reached) };
      }
    } catch (error) {
      if (!closing.signal.aborted)
        log.info({ err: error, tenant: reader.tenant }, 'live reader dropped');
      remove(reader);
      reader.end();
    }
  }

  function remove(reader: LiveReader): void {
    readers.delete(reader);
    const stream = streams.get(reader.tenant);
    stream?.members.delete(reader);
    if (stream?.members.size === 0 && !stream.running) streams.delete(reader.tenant);
  }

  return {
    lastId: (tenant) => source.lastId(tenant),
    add(reader, position) {
      if (closing.signal.aborted) {
        reader.end();
        return;
      }
      readers.add(reader);
      start(reader.tenant, () => catchUp(reader, position));
    },
    remove,
    wake() {
      for (const [tenant, stream] of streams) run(tenant, stream);
    },
    get readers() {
      return readers.size;
    },
    async close() {
      closing.abort();
      for (const reader of readers) reader.end();
      readers.clear();
      streams.clear();
      await Promise.all(work);
    },
  };
}
