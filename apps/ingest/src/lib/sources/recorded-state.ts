import type { DialectState } from '@verimeter/payload-codecs';

type Value = Parameters<DialectState['set']>[1];

/** What a decoder remembers, with what it has learnt since that was taken last. */
export class RecordedState extends Map<string, Value> {
  #learnt: Map<string, Value> | undefined;

  override set(key: string, value: Value): this {
    this.#learnt ??= new Map();
    this.#learnt.set(key, value);
    return super.set(key, value);
  }

  /** What another worker has learnt, or this one has kept: no news. */
  hear(key: string, value: Value): void {
    super.set(key, value);
  }

  takeLearnt(): ReadonlyMap<string, Value> | undefined {
    const learnt = this.#learnt;
    this.#learnt = undefined;
    return learnt;
  }
}
