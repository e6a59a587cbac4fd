import type { DialectState } from '../../foreign/dialect.ts';
import { type JsonObject, type JsonValue, isObject } from '../../json.ts';

/*
 * What is remembered of a birth, by group "/" node [ "/" device ]:
 * { at, bd, dead, reads, metrics: [[name, alias / null, datatype, unit / null], …] }
 *   at      payload time, ms since 1970: births of devices are valid where they are not older than that of their node
 *   bd      bdSeq of a node, null where it has none
 *   dead    the node or device has said that it is gone
 *   reads   whether a metric of it was a reading: only then is it a device whose presence is worth telling
 */

/** What a metric is, as its birth said it. */
export interface BornMetric {
  readonly name: string;
  readonly datatype: number;
  readonly unit: string | undefined;
}

export interface Birth {
  readonly at: number;
  readonly bdSeq: number | undefined;
  readonly isDead: boolean;
  readonly hasReadings: boolean;
  readonly byAlias: ReadonlyMap<number, BornMetric>;
  readonly byName: ReadonlyMap<string, BornMetric>;
}

/** A metric of a birth as it is remembered. */
export type BirthRow = [name: string, alias: number | null, datatype: number, unit: string | null];

/** Nobody's births shall fill the memory: characters of JSON, of all births of a source. */
const MOST_CHARACTERS = 64e6;

/** The births of the nodes and devices of a source. */
export class Births {
  readonly #state: DialectState;
  readonly #read = new WeakMap<object, Birth>();
  readonly #lengths = new Map<string, number>();
  #characters = 0;

  constructor(state: DialectState) {
    this.#state = state;
    for (const [key, value] of state) this.#measure(key, JSON.stringify(value).length);
  }

  #measure(key: string, length: number): void {
    this.#characters += length - (this.#lengths.get(key) ?? 0);
    this.#lengths.set(key, length);
  }

  /** The last birth of a node (`group/node`) or device (`group/node/device`). */
  find(key: string): Birth | undefined {
    const value = this.#state.get(key);
    if (!isObject(value)) return undefined;
    const known = this.#read.get(value);
    if (known !== undefined) return known;
    const birth = readBirth(value);
    this.#read.set(value, birth);
    return birth;
  }

  /** Of a device: undefined also where its node was born anew since, for an alias may be another's now. */
  findValid(node: string, key: string): Birth | undefined {
    const birth = this.find(key);
    const ofNode = key === node ? undefined : this.find(node);
    return birth !== undefined && ofNode !== undefined && birth.at < ofNode.at ? undefined : birth;
  }

  /** False: there is no room for it. */
  remember(
    key: string,
    birth: Pick<Birth, 'at' | 'bdSeq' | 'hasReadings'>,
    metrics: readonly BirthRow[],
  ): boolean {
    const value: JsonObject = {
      at: birth.at,
      bd: birth.bdSeq ?? null,
      dead: false,
      reads: birth.hasReadings,
      metrics: metrics.map((row): JsonValue => row),
    };
    const text = JSON.stringify(value);
    const before = this.#state.get(key);
    if (before !== undefined && JSON.stringify(before) === text) return true;
    if (this.#characters + text.length > MOST_CHARACTERS) return false;
    this.#measure(key, text.length);
    this.#state.set(key, value);
    return true;
  }

  /** Marks a node or device as gone. */
  bury(key: string): void {
    const value = this.#state.get(key);
    if (isObject(value) && value['dead'] !== true) this.#state.set(key, { ...value, dead: true });
  }

  /** Keys of a node's devices. */
  devicesOf(node: string): string[] {
    return [...this.#state.keys()].filter((key) => key.startsWith(`${node}/`));
  }
}

/** Of two births of one node that two workers were told the later one; the same birth is that of the dead if one of them knows it. */
export function laterBirth(_: string, kept: JsonValue, own: JsonValue): JsonValue {
  if (!isObject(kept)) return own;
  if (!isObject(own)) return kept;
  const [before, now] = [readBirth(kept), readBirth(own)];
  if (now.at !== before.at) return now.at > before.at ? own : kept;
  return before.isDead ? kept : own;
}

function readBirth(value: JsonObject): Birth {
  const byAlias = new Map<number, BornMetric>();
  const byName = new Map<string, BornMetric>();
  for (const row of Array.isArray(value['metrics']) ? value['metrics'] : []) {
    if (!Array.isArray(row)) continue;
    const [name, alias, datatype, unit] = row;
    if (typeof name !== 'string' || typeof datatype !== 'number') continue;
    const metric = { name, datatype, unit: typeof unit === 'string' ? unit : undefined };
    byName.set(name, metric);
    if (typeof alias === 'number') byAlias.set(alias, metric);
  }
  return {
    at: typeof value['at'] === 'number' ? value['at'] : 0,
    bdSeq: typeof value['bd'] === 'number' ? value['bd'] : undefined,
    isDead: value['dead'] === true,
    hasReadings: value['reads'] === true,
    byAlias,
    byName,
  };
}
