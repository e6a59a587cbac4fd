import {
  type Command,
  type Decoded,
  decodeForeign,
  filterList,
  matchesFilter,
} from '@verimeter/payload-codecs';
import type { FormerFilter, SourceMemory, SourceProblem, SourceRow } from '@verimeter/registry';
import type { IncomingMessage } from '../message.ts';
import {
  type RunningSource,
  hearMemory,
  mergeMemory,
  readMemory,
  startSource,
} from './running-source.ts';
import { SourceActivities } from './source-activities.ts';

/** What a message says, and what its decoder has learnt from it: kept with the readings, so that a repetition says the same. */
export interface SourceDecoded {
  readonly parts: readonly Decoded[];
  readonly learnt: readonly SourceMemory[];
}

/** Verimeter's own topics: no source can have them. */
const NATIVE = 'verimeter/v1/';
/** Topics whose source is remembered; more than a city has devices. */
const MOST_TOPICS = 200_000;
/** A longer topic is nobody's every day, and a topic may have 64 KiB. */
const LONGEST_TOPIC = 512;
const NOTHING: readonly SourceMemory[] = [];

/** The sources of all tenants, with a decoder for each. Decoders live until their source changes. */
export class SourceDirectory {
  #sources: readonly RunningSource[] = [];
  #byKey = new Map<string, RunningSource>();
  readonly #byTopic = new Map<string, RunningSource | undefined>();
  readonly #listeners = new Set<() => void>();
  /** Topics that sources do not have any more, those that were given up last first. */
  former: readonly FormerFilter[] = [];
  #unusable: readonly SourceProblem[] = [];
  #refused: ReadonlyMap<string, string> = new Map();
  readonly activities = new SourceActivities();
  /** Since when what other workers have learnt is to be read, see `markMemory`; undefined: it was not looked at yet. */
  heardUntil: string | undefined;
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

  /** The tenant that had the topic until its source was changed or removed; undefined: nobody had it. */
  formerTenantOf(topic: string): string | undefined {
    return this.former.find(({ filter }) => matchesFilter(filter, topic))?.tenant;
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

  /** Sources of which nothing is known here: `replace` needs what is kept of them. */
  newcomers(rows: readonly SourceRow[]): Pick<SourceMemory, 'tenant' | 'source'>[] {
    return rows
      .filter((row) => row.enabled && this.#predecessorOf(row) === undefined)
      .map(({ tenant, name }) => ({ tenant, source: name }));
  }

  #predecessorOf(row: SourceRow): RunningSource | undefined {
    const known = this.#byKey.get(keyOf(row.tenant, row.name));
    return known?.row.dialect === row.dialect ? known : undefined;
  }

  /**
   * The sources as they are now. Sources that are the same go on with the decoder they have, those that have changed with what their decoder has
   * learnt, the others with what is kept of them.
   *
   * @returns the sources that cannot run, and why
   */
  replace(rows: readonly SourceRow[], memory: readonly SourceMemory[]): readonly SourceProblem[] {
    const problems: SourceProblem[] = [];
    const memoryOf = Map.groupBy(memory, ({ tenant, source }) => keyOf(tenant, source));
    const ranked = rows.toSorted((a, b) => a.rank - b.rank);
    const running = ranked.flatMap((row): RunningSource[] => {
      if (!row.enabled) return [];
      const known = this.#predecessorOf(row);
      if (known !== undefined && isSame(known.row, row)) return [known];
      const remembered = known ?? readMemory(memoryOf.get(keyOf(row.tenant, row.name)) ?? []);
      const { state, kept, shared } = remembered;
      const started = startSource(row, { state, kept, shared });
      if (typeof started === 'string') {
        problems.push({ tenant: row.tenant, source: row.name, problem: started });
        return [];
      }
      return [started];
    });
    const changed =
      running.length !== this.#sources.length ||
      running.some((source, index) => source !== this.#sources[index]);
    if (changed) {
      this.#sources = running;
      this.#byKey = new Map(running.map((one) => [keyOf(one.row.tenant, one.row.name), one]));
      this.#byTopic.clear();
      for (const listener of this.#listeners) listener();
    }
    this.#unusable = problems;
    return problems;
  }

  /** Filters that the broker does not grant, each with why. */
  refuse(problems: ReadonlyMap<string, string>): void {
    this.#refused = problems;
  }

  /** What keeps sources from their messages, each with all that is known. */
  get problems(): readonly SourceProblem[] {
    const refused = this.#sources.flatMap(({ row }): SourceProblem[] => {
      const why = filterList(row.filter).flatMap((filter) => this.#refused.get(filter) ?? []);
      const { tenant, name } = row;
      return why.length === 0 ? [] : [{ tenant, source: name, problem: why.join('; ') }];
    });
    return [...this.#unusable, ...refused];
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
  decode(incoming: IncomingMessage): SourceDecoded | undefined {
    const source = this.#sourceOf(incoming.topic);
    if (source === undefined) return undefined;
    const { topic, payload, receivedAtUs, retain } = incoming;
    const replayed = incoming.source === 'replay';
    const message = { topic, payload, receivedAtUs, retain, replayed };
    const { parts, commands } = decodeForeign(source.decoder, message, source.settings);
    if (!replayed) {
      this.activities.count(source.row, receivedAtUs, parts);
      for (const command of commands) this.publish?.(command);
    }
    const learnt = source.state.takeLearnt();
    if (learnt === undefined) return { parts, learnt: NOTHING };
    const { tenant, name } = source.row;
    return {
      parts,
      learnt: [...learnt].map(([key, value]) => ({ tenant, source: name, key, value })),
    };
  }

  /** What is to be kept where the database has `kept` and a decoder here has learnt `own`. */
  merge(kept: SourceMemory, own: SourceMemory): unknown {
    const source = this.#byKey.get(keyOf(kept.tenant, kept.source));
    if (source === undefined) return own.value;
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsonb
    return mergeMemory(source, kept.key, kept.value as never, own.value as never);
  }

  /** The database has these, as they were learnt here. */
  kept(memory: readonly SourceMemory[]): void {
    for (const { tenant, source, key, value } of memory)
      this.#byKey.get(keyOf(tenant, source))?.kept.set(key, value);
  }

  /** The database has these, perhaps from other workers. */
  hear(memory: readonly SourceMemory[]): void {
    for (const { tenant, source, key, value } of memory) {
      const own = this.#byKey.get(keyOf(tenant, source));
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- jsonb
      if (own?.decoder.state !== undefined) hearMemory(own, key, value as never);
    }
  }
}

const keyOf = (tenant: string, name: string): string => `${tenant}/${name}`;

/** The zone is the tenant's: it changes without the source. */
const isSame = (before: SourceRow, now: SourceRow): boolean =>
  before.changed_at === now.changed_at && before.tenant_zone === now.tenant_zone;
