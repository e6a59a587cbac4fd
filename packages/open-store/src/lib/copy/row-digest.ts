import { createHash } from 'node:crypto';
import type { StoredRows } from '@verimeter/reading-store';

/** Readings of a channel in a span, and the SHA-256 over all of them. */
export interface ChannelDigest {
  readonly readings: number;
  /** Hexadecimal. */
  readonly sha256: string;
}

/** Takes rows, channel by channel and each by time, as `RowReader.rows` gives them. */
export interface RowDigest {
  take(rows: StoredRows): void;
  end(): ReadonlyMap<number, ChannelDigest>;
}

/** Time, value, flags, and the second of the arrival. */
const ROW_BYTES = 8 + 8 + 2 + 8;

interface Open {
  readonly channelId: number;
  readonly hash: ReturnType<typeof createHash>;
  readings: number;
}

/**
 * The same for the same readings on every engine: times to the microsecond, values by their bits, flags, and the arrival in whole seconds, rounded
 * down, which is as finely as the coarser of two engines keeps it. Rows that arrived at or after `arrivedBeforeUs` are left out.
 */
export function createRowDigest(arrivedBeforeUs = Infinity): RowDigest {
  const found = new Map<number, ChannelDigest>();
  let open: Open | undefined;

  function close(): void {
    if (open === undefined) return;
    const { channelId, readings, hash } = open;
    if (found.has(channelId)) throw new Error(`rows of channel ${channelId} do not come together`);
    if (readings > 0) found.set(channelId, { readings, sha256: hash.digest('hex') });
    open = undefined;
  }

  return {
    take(rows) {
      let bytes = Buffer.allocUnsafe(rows.length * ROW_BYTES);
      let offset = 0;
      const flush = (): void => {
        open?.hash.update(bytes.subarray(0, offset));
        bytes = bytes.subarray(offset);
        offset = 0;
      };
      for (let row = 0; row < rows.length; row += 1) {
        const channelId = rows.channelId[row] ?? 0;
        if (channelId !== open?.channelId) {
          flush();
          close();
          open = { channelId, hash: createHash('sha256'), readings: 0 };
        }
        const arrivedUs = rows.receivedAtUs[row] ?? 0;
        if (arrivedUs >= arrivedBeforeUs) continue;
        open.readings += 1;
        offset = bytes.writeDoubleLE(rows.tsUs[row] ?? 0, offset);
        offset = bytes.writeDoubleLE(rows.value[row] ?? 0, offset);
        offset = bytes.writeInt16LE(rows.flags[row] ?? 0, offset);
        offset = bytes.writeDoubleLE(Math.floor(arrivedUs / 1e6), offset);
      }
      flush();
    },
    end() {
      close();
      return found;
    },
  };
}

/** One digest of those of channels, in the order of their ids. */
export function digestOf(channels: ReadonlyMap<number, ChannelDigest>): ChannelDigest {
  const hash = createHash('sha256');
  let readings = 0;
  for (const [channelId, one] of [...channels].toSorted(([left], [right]) => left - right)) {
    hash.update(`${channelId} ${one.readings} ${one.sha256}\n`);
    readings += one.readings;
  }
  return { readings, sha256: hash.digest('hex') };
}
