import {
  type Decoded,
  type DialectDecoder,
  type SourceSettings,
  decodeForeign,
  findDialect,
  sourceSettings,
} from '../src/index.ts';
import { bytes } from './bytes.ts';
import { eventRows, readingRows } from './decode-fixture.ts';

export interface Said {
  readonly parts: readonly Decoded[];
  readonly readings: ReturnType<typeof readingRows>;
  readonly events: string[][];
  /** Reason and field. */
  readonly rejects: string[][];
}

/** A source of a dialect that is told messages one by one; payloads that are no text go as JSON. */
export class Listener {
  readonly #decoder: DialectDecoder;
  readonly #settings: SourceSettings;

  constructor(dialect: string, settings: Partial<SourceSettings> = {}) {
    const found = findDialect(dialect);
    if (found === undefined) throw new Error(`there is no dialect ${dialect}`);
    const filter = found.filters[0] ?? '#';
    this.#settings = sourceSettings({ tenant: 'demo', name: dialect, filter, ...settings });
    this.#decoder = found.create(this.#settings, new Map());
  }

  hear(
    topic: string,
    payload: unknown,
    message: { readonly at?: string; readonly retain?: boolean; readonly replayed?: boolean } = {},
  ): Said {
    const { at = '2026-01-14T06:30:00Z', retain = false, replayed = false } = message;
    const { parts } = decodeForeign(
      this.#decoder,
      {
        topic,
        payload: bytes(typeof payload === 'string' ? payload : JSON.stringify(payload)),
        receivedAtUs: Date.parse(at) * 1000,
        retain,
        replayed,
      },
      this.#settings,
    );
    return {
      parts,
      readings: readingRows(parts),
      events: eventRows(parts),
      rejects: parts.flatMap(({ rejects }) => rejects.map(({ reason, field }) => [reason, field])),
    };
  }
}
