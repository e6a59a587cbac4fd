import { isDeepStrictEqual } from 'node:util';
import {
  type Command,
  type Decoded,
  type DialectDecoder,
  type DialectState,
  type SourceSettings,
  decodeForeign,
  filterList,
  findDialect,
  matchesFilter,
} from '@verimeter/payload-codecs';
import type { SourceActivity, SourceMemory, SourceRow } from '@verimeter/registry';
import { settingsOf } from '@verimeter/sources';
import type { IncomingMessage } from '../message.ts';

interface RunningSource {
  readonly row: SourceRow;
  readonly settings: SourceSettings;
  readonly decoder: DialectDecoder;
  /** Values of the memory as they were kept last. */
  readonly kept: Map<string, unknown>;
}

interface Activity {
  lastUs: number;
  messages: number;
  readings: number;
  rejected: number;
  readonly unknownFields: Set<string>;
}

/** Verimeter's own topics: no source can have them. */
const NATIVE = 'verimeter/v1/';
/** Topics whose source is remembered; more than a city has devices. */
const MOST_TOPICS = 200_000;
/** A longer topic is nobody's every day, and a topic may have 64 KiB. */
const LONGEST_TOPIC = 512;
const MOST_NAMES = 100;

/** The sources of all tenants, with a decoder for each. Decoders live until their source changes: what they remember is theirs. */
export class SourceDirectory {
  #sources: readonly RunningSource[] = [];
  readonly #byTopic = new Map<string, RunningSource | undefined>();
  readonly #activity = new Map<RunningSource, Activity>();
  readonly #listeners = new Set<() => void>();
  /** Takes what a dialect wants to be published; nobody: it is dropped. */
  publish: ((command: Command) => void) | undefined;

  /** Topic filters of all sources, each once. */
  get filters(): string[] {
    return [...new Set(this.#sources.flatMap(({ row }) => filterList(row.filter)))].toSorted();
  }

  /** The tenant whose source takes messages of this topic; undefined: nobody's. */
  tenantOf(topic: string): string | undefined {
    return this.#sourceOf(topic)?.row.tenant;
  }

  /** Topic filters of a tenant's sources. */
  filtersOf(tenant: string): string[] {
    return this.#sources
      .filter(({ row }) => row.tenant === tenant)
      .flatMap(({ row }) => filterList(row.filter));
  }

  /** Called after the sources have changed. */
  onChange(listener: () => void): void {
    this.#listeners.add(listener);
  }

  /**
   * The sources as they are now, and what their decoders remembered when nobody ran them. Sources that are the same go on with the decoder they
   * have; of those this worker runs `memory` is news only where it is not what this worker kept itself.
   *
   * @returns names of the sources that cannot run, and why
   */
  replace(rows: readonly SourceRow[], memory: readonly SourceMemory[]): string[] {
    const problems: string[] = [];
    const before = new Map(this.#sources.map((source) => [keyOf(source.row), source]));
    const ranked = rows.toSorted((a, b) => a.rank - b.rank);
    const running = ranked.flatMap((row): RunningSource[] => {
      if (!row.enabled) return [];
      const known = before.get(keyOf(row));
      if (known !== undefined && isSame(known.row, row)) return [known];
      const started = start(row);
      if (typeof started === 'string') {
        problems.push(`${row.tenant}/${row.name}: ${started}`);
        return [];
      }
      return [started];
    });
    const byKey = new Map(running.map((source) => [keyOf(source.row), source]));
    for (const { tenant, source, key, value } of memory) {
      const own = byKey.get(keyOf({ tenant, name: source }));
      if (own?.decoder.state === undefined) continue;
      // jsonb has an order of its own for the members of an object.
      if (isDeepStrictEqual(own.kept.get(key), value)) continue;
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsonb
      own.decoder.state.set(key, value as never);
      own.kept.set(key, value);
    }
    const changed =
      running.length !== this.#sources.length ||
      running.some((source, index) => source !== this.#sources[index]);
    this.#sources = running;
    if (changed) {
      this.#byTopic.clear();
      for (const source of this.#activity.keys())
        if (!running.includes(source)) this.#activity.delete(source);
      for (const listener of this.#listeners) listener();
    }
    return problems;
  }

  #sourceOf(topic: string): RunningSource | undefined {
    if (this.#sources.length === 0 || topic.startsWith(NATIVE)) return undefined;
    if (this.#byTopic.has(topic)) return this.#byTopic.get(topic);
    const source = this.#sources.find(({ row }) => matchesFilter(row.filter, topic));
    if (topic.length > LONGEST_TOPIC) return source;
    if (this.#byTopic.size >= MOST_TOPICS) this.#byTopic.clear();
    this.#byTopic.set(topic, source);
    return source;
  }

  /** What a message of a source says, device by device; undefined: no source takes it. */
  decode(incoming: IncomingMessage): readonly Decoded[] | undefined {
    const source = this.#sourceOf(incoming.topic);
    if (source === undefined) return undefined;
    const { topic, payload, receivedAtUs, retain } = incoming;
    const replayed = incoming.source === 'replay';
    const message = { topic, payload, receivedAtUs, retain, replayed };
    const { parts, commands } = decodeForeign(source.decoder, message, source.settings);
    if (!replayed) {
      this.#count(source, receivedAtUs, parts);
      for (const command of commands) this.publish?.(command);
    }
    return parts;
  }

  #count(source: RunningSource, receivedAtUs: number, parts: readonly Decoded[]): void {
    let activity = this.#activity.get(source);
    if (activity === undefined) {
      activity = { lastUs: 0, messages: 0, readings: 0, rejected: 0, unknownFields: new Set() };
      this.#activity.set(source, activity);
    }
    activity.lastUs = Math.max(activity.lastUs, receivedAtUs);
    activity.messages += 1;
    for (const { readings, received, ignoredNames } of parts) {
      activity.readings += readings.length;
      activity.rejected += received - readings.length;
      if (ignoredNames === undefined || activity.unknownFields.size >= MOST_NAMES) continue;
      for (const name of ignoredNames) activity.unknownFields.add(name);
    }
  }

  /** What came since it was taken last. */
  takeActivity(): SourceActivity[] {
    const taken = [...this.#activity].map(([{ row }, activity]) => ({
      tenant: row.tenant,
      source: row.name,
      ...activity,
      unknownFields: [...activity.unknownFields].map((name) => name.replaceAll('\0', '')),
    }));
    this.#activity.clear();
    return taken;
  }

  /** What decoders remember and nobody keeps yet; `kept` is to be called once it is. */
  unkeptMemory(): { readonly memory: SourceMemory[]; readonly kept: () => void } {
    const memory: SourceMemory[] = [];
    const done: (() => void)[] = [];
    for (const { row, decoder, kept } of this.#sources) {
      if (decoder.state === undefined) continue;
      for (const [key, value] of decoder.state) {
        if (kept.get(key) === value) continue;
        memory.push({ tenant: row.tenant, source: row.name, key, value });
        done.push(() => kept.set(key, value));
      }
    }
    return {
      memory,
      kept: () => {
        for (const mark of done) mark();
      },
    };
  }
}

const keyOf = ({ tenant, name }: Pick<SourceRow, 'tenant' | 'name'>): string => `${tenant}/${name}`;

/** The zone is the tenant's: it changes without the source. */
const isSame = (before: SourceRow, now: SourceRow): boolean =>
  before.changed_at === now.changed_at && before.tenant_zone === now.tenant_zone;

function start(row: SourceRow): RunningSource | string {
  const dialect = findDialect(row.dialect);
  if (dialect === undefined) return `there is no dialect ${row.dialect} in this version`;
  const settings = settingsOf(row);
  if (typeof settings === 'string') return settings;
  const state: DialectState = new Map();
  return { row, settings, decoder: dialect.create(settings, state), kept: new Map() };
}
