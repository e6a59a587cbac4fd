import { OUTCOME, type ReadingBatch, type WriteOutcomes } from '@verimeter/reading-store';

/** Values by channel and instant. */
export class ValueMap {
  readonly #channels = new Map<number, Map<number, number>>();

  get(channelId: number, tsUs: number): number | undefined {
    return this.#channels.get(channelId)?.get(tsUs);
  }

  set(channelId: number, tsUs: number, value: number): void {
    let instants = this.#channels.get(channelId);
    if (instants === undefined) {
      instants = new Map();
      this.#channels.set(channelId, instants);
    }
    instants.set(tsUs, value);
  }
}

/** A row whose value differs from the current one of its key, the first of its value. */
interface Challenger {
  /** Position of the batch in the group. */
  readonly batch: number;
  readonly row: number;
}

export interface Judgement {
  /** For each batch; a challenger is `conflicting`. */
  readonly outcomes: readonly WriteOutcomes[];
  /** What has to be recorded; where it was recorded before, the row is a duplicate. */
  readonly challengers: readonly Challenger[];
}

/**
 * What becomes of rows, batch after batch and row after row: the first value of a key stays. `current` holds the values that the store
 * has of these keys, and afterwards those of the batches, too.
 */
export function judgeBatches(batches: readonly ReadingBatch[], current: ValueMap): Judgement {
  const challengers: Challenger[] = [];
  const challenged = new Set<string>();
  const outcomes = batches.map((batch, position) => {
    const own = new Uint8Array(batch.length);
    for (let row = 0; row < batch.length; row += 1) {
      const channelId = batch.channelId[row] ?? 0;
      const tsUs = batch.tsUs[row] ?? 0;
      const value = batch.value[row] ?? 0;
      const known = current.get(channelId, tsUs);
      if (known === undefined) {
        current.set(channelId, tsUs, value);
        own[row] = OUTCOME.stored;
      } else if (known === value) own[row] = OUTCOME.duplicate;
      else {
        const identity = `${channelId} ${tsUs} ${value}`;
        own[row] = challenged.has(identity) ? OUTCOME.duplicate : OUTCOME.conflicting;
        if (!challenged.has(identity)) challengers.push({ batch: position, row });
        challenged.add(identity);
      }
    }
    return own;
  });
  return { outcomes, challengers };
}
