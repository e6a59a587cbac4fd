import type { ReadingBatch } from '@verimeter/reading-store';

/** Powers of ten that a double holds exactly; the statements of `schema.ts` hold the same ones. */
export const EXACT_POWERS = Float64Array.from({ length: 23 }, (_, exponent) =>
  Number(`1e${exponent}`),
);
/** Whole numbers up to here are doubles. */
const QUANTA_LIMIT = 2 ** 53;
/** A channel whose values once needed more decimals than any register or sensor shows does not drag its other values along. */
const MOST_REMEMBERED = 9;

/** Whether something is kept as quanta at all. */
export const AS_VALUE = -1;

/**
 * The whole number q with q / 10^decimals equal to `value`, bit for bit; NaN where there is none. Both are exact doubles and
 * division is rounded correctly (IEEE 754), in PostgreSQL as here: whoever reads gets what was sent.
 */
export function quantaAt(value: number, decimals: number): number {
  const power = EXACT_POWERS[decimals] ?? Number.NaN;
  const quanta = Math.round(value * power);
  return Math.abs(quanta) < QUANTA_LIMIT && quanta / power === value ? quanta : Number.NaN;
}

/** The fewest decimals with which `value` is a whole number of quanta; `AS_VALUE` where no number of them is enough. */
export function decimalsOf(value: number): number {
  for (let decimals = 0; decimals < EXACT_POWERS.length; decimals += 1)
    if (!Number.isNaN(quantaAt(value, decimals))) return decimals;
  return AS_VALUE;
}

/** How many decimals the values of each channel have needed so far. */
export interface ChannelDecimals {
  /** At least so many for the next value of the channel. */
  of(channelId: number): number;
  raise(channelId: number, decimals: number): void;
}

/**
 * 12.30 and 12.34 are sent as 12.3 and 12.34: with the fewest decimals of each, quanta would jump from 123 to 1234, and
 * differences from reading to reading are what compression lives on. So a channel keeps the most that it has needed.
 */
export function createChannelDecimals(): ChannelDecimals {
  let most = new Uint8Array(1024);
  return {
    of: (channelId) => most[channelId] ?? 0,
    raise(channelId, decimals) {
      if (decimals > MOST_REMEMBERED) return;
      if (channelId >= most.length) {
        const larger = new Uint8Array(2 ** Math.ceil(Math.log2(channelId + 1)));
        larger.set(most);
        most = larger;
      }
      most[channelId] = Math.max(most[channelId] ?? 0, decimals);
    },
  };
}

/** The columns of the hypertable that a batch has no form of. Indexed like the batch; only the rows asked for are filled. */
export interface QuantaColumns {
  readonly quanta: Float64Array;
  /** `AS_VALUE`: the value itself is kept. */
  readonly decimals: Int16Array;
  /** Whole seconds since 2000, rounded down. */
  readonly receivedS: Int32Array;
}

/** 2000-01-01T00:00Z in seconds since 1970. */
export const EPOCH_2000_S = 946_684_800;

/** Received times are kept in whole seconds (docs/decisions/0111): rounded down, so that a reading stays in its hour. */
export const receivedSeconds = (receivedAtUs: number): number =>
  Math.floor(receivedAtUs / 1e6) - EPOCH_2000_S;

export function quantaColumns(
  batch: Pick<ReadingBatch, 'channelId' | 'value' | 'receivedAtUs'>,
  rows: Uint32Array,
  known: ChannelDecimals,
): QuantaColumns {
  const size = batch.value.length;
  const columns = {
    quanta: new Float64Array(size),
    decimals: new Int16Array(size),
    receivedS: new Int32Array(size),
  };
  for (const row of rows) {
    const channelId = batch.channelId[row] ?? 0;
    const value = (batch.value[row] ?? Number.NaN) + 0; // -0 is 0, as in all stores
    let decimals = known.of(channelId);
    let quanta = quantaAt(value, decimals);
    if (Number.isNaN(quanta)) {
      decimals = decimalsOf(value);
      quanta = quantaAt(value, decimals);
      known.raise(channelId, decimals);
    }
    columns.quanta[row] = Number.isNaN(quanta) ? 0 : quanta;
    columns.decimals[row] = decimals;
    columns.receivedS[row] = receivedSeconds(batch.receivedAtUs[row] ?? 0);
  }
  return columns;
}
