import { OUTCOME, type ReadingBatch, type WriteOutcomes } from '@verimeter/reading-store';

const FREE = -1;
const FIRST_SLOTS = 1024;

/** Values by channel and instant, in open addressing: a group has tens of thousands, and one object for each would be most of the work. */
export class ValueMap {
  /** A power of two. */
  #slots = FIRST_SLOTS;
  #size = 0;
  #channelId = new Int32Array(FIRST_SLOTS).fill(FREE);
  #tsUs = new Float64Array(FIRST_SLOTS);
  #value = new Float64Array(FIRST_SLOTS);

  get(channelId: number, tsUs: number): number | undefined {
    const slot = this.#slotOf(channelId, tsUs);
    return this.#channelId[slot] === FREE ? undefined : this.#value[slot];
  }

  set(channelId: number, tsUs: number, value: number): void {
    const slot = this.#slotOf(channelId, tsUs);
    this.#value[slot] = value;
    if (this.#channelId[slot] !== FREE) return;
    this.#channelId[slot] = channelId;
    this.#tsUs[slot] = tsUs;
    this.#size += 1;
    if (2 * this.#size > this.#slots) this.#grow();
  }

  /** Where the key is, or would be. */
  #slotOf(channelId: number, tsUs: number): number {
    const mask = this.#slots - 1;
    // Instants are microseconds, mostly of whole seconds: their low bits say nothing.
    const mixed =
      Math.imul(channelId, 0x9e3779b1) ^
      Math.imul(tsUs % 0xfffffffb, 0x85ebca6b) ^
      Math.imul(tsUs / 0xfffffffb, 0xc2b2ae35);
    let slot = (mixed ^ (mixed >>> 15)) & mask;
    while (
      this.#channelId[slot] !== FREE &&
      (this.#channelId[slot] !== channelId || this.#tsUs[slot] !== tsUs)
    )
      slot = (slot + 1) & mask;
    return slot;
  }

  #grow(): void {
    const [channelIds, instants, values] = [this.#channelId, this.#tsUs, this.#value];
    this.#slots *= 4;
    this.#size = 0;
    this.#channelId = new Int32Array(this.#slots).fill(FREE);
    this.#tsUs = new Float64Array(this.#slots);
    this.#value = new Float64Array(this.#slots);
    for (const [slot, channelId] of channelIds.entries())
      if (channelId !== FREE) this.set(channelId, instants[slot] ?? 0, values[slot] ?? 0);
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
