import { isDeepStrictEqual } from 'node:util';
import {
  type DialectDecoder,
  type DialectState,
  type SourceSettings,
  findDialect,
} from '@verimeter/payload-codecs';
import type { SourceMemory, SourceRow } from '@verimeter/registry';
import { settingsOf } from '@verimeter/sources';
import { RecordedState } from './recorded-state.ts';

export interface RunningSource {
  readonly row: SourceRow;
  readonly settings: SourceSettings;
  readonly decoder: DialectDecoder;
  readonly state: RecordedState;
  /** Its memory as the database had it when it was kept or read last. */
  readonly kept: Map<string, unknown>;
  /** Keys of which another worker has learnt something while this one ran. */
  readonly shared: Set<string>;
}

type Memory = Pick<RunningSource, 'state' | 'kept' | 'shared'>;

type Value = Parameters<DialectState['set']>[1];

/** A source with what is remembered of it; a text: why it cannot run. */
export function startSource(row: SourceRow, memory: Memory): RunningSource | string {
  const dialect = findDialect(row.dialect);
  if (dialect === undefined) return `there is no dialect ${row.dialect} in this version`;
  const settings = settingsOf(row);
  if (typeof settings === 'string') return settings;
  return { row, settings, decoder: dialect.create(settings, memory.state), ...memory };
}

/** What is kept of a source, for a decoder that begins. */
export function readMemory(memory: readonly SourceMemory[]): Memory {
  const state = new RecordedState();
  const kept = new Map<string, unknown>();
  for (const { key, value } of memory) {
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsonb
    state.hear(key, value as Value);
    kept.set(key, value);
  }
  return { state, kept, shared: new Set() };
}

/** What is to be kept of a key for which the database has `kept`, and this worker has learnt `own`. */
export function mergeMemory(source: RunningSource, key: string, kept: Value, own: Value): Value {
  // Nobody else has learnt anything. Where somebody has, it may have been heard after `own` was learnt. jsonb has an order of its own for the
  // members of an object.
  if (!source.shared.has(key) && isDeepStrictEqual(source.kept.get(key), kept)) return own;
  return source.decoder.merge?.(key, kept, own) ?? own;
}

/** Takes what the database has now; what was learnt here and is not kept yet stays. */
export function hearMemory(source: RunningSource, key: string, value: Value): void {
  const { state, kept, decoder } = source;
  if (isDeepStrictEqual(kept.get(key), value)) return;
  source.shared.add(key);
  const own = state.get(key);
  const isLearnt = own !== undefined && !isDeepStrictEqual(own, kept.get(key));
  kept.set(key, value);
  if (own !== undefined && isDeepStrictEqual(own, value)) return;
  state.hear(key, isLearnt ? (decoder.merge?.(key, value, own) ?? own) : value);
}
