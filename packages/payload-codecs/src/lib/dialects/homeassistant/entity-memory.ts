import type { DialectState } from '../../foreign/dialect.ts';
import { type JsonObject, type JsonValue, isObject, printable } from '../../json.ts';
import type { Entity, Refusal } from './entity.ts';
import {
  type KnownEntity,
  deviceKey,
  isPair,
  isSamePath,
  knownEntity,
  pairOf,
  recordIn,
  topicKey,
} from './entity-records.ts';
import { StateChanges } from './state-changes.ts';

/*
 * What is remembered, by key:
 * "device " id     { uid: record of the entity } ; retired ones stay
 * "topic " topic   [[device, uid], …] ; what a state topic has values for
 * "config " topic  { entities: [[device, uid], …], refused: text of the refusals }
 */

/** Keys of a source: its configs, topics and devices. */
const MOST_KEYS = 50_000;
/** Entities of a device, retired ones among them: more are no device's, and each change copies them. */
const MOST_OF_A_DEVICE = 2000;
/** A longer topic is nobody's every day. */
const LONGEST_TOPIC = 300;

/** The entities of a topic as they were found, and what of the memory says so: the same objects, as long as nothing changes. */
interface TopicEntities {
  readonly key: string;
  readonly pairs: JsonValue | undefined;
  readonly devices: ReadonlyMap<string, JsonValue | undefined>;
  readonly entities: readonly KnownEntity[] | undefined;
}

export class EntityMemory {
  readonly #state: DialectState;
  readonly #byTopic = new Map<string, TopicEntities>();

  constructor(state: DialectState) {
    this.#state = state;
  }

  /** Undefined: no config names the topic. */
  entitiesOf(topic: string): readonly KnownEntity[] | undefined {
    const known = this.#byTopic.get(topic);
    if (known !== undefined && this.#stillHolds(known)) return known.entities;
    const found = this.#entitiesOf(topic);
    if (topic.length <= LONGEST_TOPIC) {
      if (this.#byTopic.size >= MOST_KEYS) this.#byTopic.clear();
      this.#byTopic.set(topic, found);
    }
    return found.entities;
  }

  #stillHolds({ key, pairs, devices }: TopicEntities): boolean {
    if (this.#state.get(key) !== pairs) return false;
    for (const [device, entities] of devices)
      if (this.#state.get(device) !== entities) return false;
    return true;
  }

  #entitiesOf(topic: string): TopicEntities {
    const key = topicKey(topic);
    const pairs = this.#state.get(key);
    const devices = new Map<string, JsonValue | undefined>();
    if (!Array.isArray(pairs)) return { key, pairs, devices, entities: undefined };
    const entities: KnownEntity[] = [];
    for (const pair of pairs) {
      const [device, uid] = pairOf(pair);
      const ofDevice = deviceKey(device);
      devices.set(ofDevice, this.#state.get(ofDevice));
      const stored = this.#find(device, uid);
      if (stored?.['active'] === true && stored['topic'] === topic)
        entities.push(knownEntity(device, uid, stored));
    }
    return { key, pairs, devices, entities };
  }

  #find(device: string, uid: string): JsonObject | undefined {
    return recordIn(this.#state.get(deviceKey(device)), uid);
  }

  /** HA-06: a config that would have an entity that is known read from elsewhere, or as something else. */
  moveOf(config: string, entity: Entity, mayMove: boolean): Refusal | undefined {
    if (mayMove) return undefined;
    const stored = this.#find(entity.device, entity.uid);
    if (stored === undefined) return undefined;
    const isSame =
      stored['config'] === config &&
      stored['topic'] === entity.topic &&
      stored['quantity'] === entity.quantity &&
      isSamePath(stored['path'], entity.path);
    if (isSame) return undefined;
    const message = `${printable(entity.uid)} of ${printable(entity.device)} is known as ${textAt(stored, 'quantity')} from ${textAt(stored, 'topic')} by ${textAt(stored, 'config')} and is not moved; the option accept_moves lets it`;
    return { reason: 'topic_mismatch', field: 'state_topic', message };
  }

  isNewRefusal(config: string, refused: readonly Refusal[]): boolean {
    const known = this.#state.get(`config ${config}`);
    return !(isObject(known) && known['refused'] === textOf(refused));
  }

  /**
   * Makes what a config topic names what it says now; entities that it names no longer are retired. `unmoved` were refused because they are known
   * from elsewhere: what this config named of them before stays. False: there is no room.
   */
  keep(
    config: string,
    entities: readonly Entity[],
    refused: readonly Refusal[],
    unmoved: readonly Entity[],
  ): boolean {
    const key = `config ${config}`;
    const before = this.#state.get(key);
    if (before === undefined && entities.length === 0 && refused.length === 0) return true;
    if (!this.#hasRoomFor(entities)) return false;
    const old = isObject(before) && Array.isArray(before['entities']) ? before['entities'] : [];
    const changes = new StateChanges(this.#state);
    const pairs = arePairsOf(entities, old) ? old : pairsNow(old, entities, unmoved, changes);
    const text = textOf(refused);
    if (!isObject(before) || before['refused'] !== text || !isSameList(pairs, old))
      this.#state.set(key, { entities: pairs, refused: text });
    for (const entity of entities) changes.learn(config, entity);
    changes.apply();
    return true;
  }

  /** Whether those of the entities that are not known can be kept as well: a config topic may name ever new ones, of one device or of many. */
  #hasRoomFor(entities: readonly Entity[]): boolean {
    const unknown = new Map<string, number>();
    for (const { device, uid } of entities)
      if (this.#find(device, uid) === undefined)
        unknown.set(device, (unknown.get(device) ?? 0) + 1);
    if (unknown.size === 0) return true;
    for (const [device, count] of unknown) {
      const known = this.#state.get(deviceKey(device));
      const before = isObject(known) ? Object.keys(known).length : 0;
      if (before + count > MOST_OF_A_DEVICE) return false;
    }
    return this.#state.size + 3 * entities.length + 1 <= MOST_KEYS;
  }

  /**
   * From quarantine: a config that was refused when it came, of a source whose filter or settings have been mended since. What is known of an entity
   * may be newer, so only those are learnt that are not known; a config that was not refused teaches nothing.
   */
  addRefused(config: string, entities: readonly Entity[], refused: readonly Refusal[]): void {
    const key = `config ${config}`;
    const before = this.#state.get(key);
    if (!isObject(before) || before['refused'] === '') return;
    const unknown = entities.filter(({ device, uid }) => this.#find(device, uid) === undefined);
    if (unknown.length === 0 || this.#state.size + 3 * unknown.length > MOST_KEYS) return;
    const old = Array.isArray(before['entities']) ? before['entities'] : [];
    const changes = new StateChanges(this.#state);
    for (const entity of unknown) changes.learn(config, entity);
    changes.apply();
    const pairs = unknown.map(({ device, uid }): JsonValue => [device, uid]);
    this.#state.set(key, { entities: [...old, ...pairs], refused: textOf(refused) });
  }
}

/** What a config names now, and of what it named before that which stays; the rest is retired. */
function pairsNow(
  old: readonly JsonValue[],
  entities: readonly Entity[],
  unmoved: readonly Entity[],
  changes: StateChanges,
): JsonValue[] {
  const named = new Set(entities.map(nameOf));
  const stays = new Set(unmoved.map(nameOf));
  const pairs = entities.map(({ device, uid }): JsonValue => [device, uid]);
  for (const pair of old) {
    const [device, uid] = pairOf(pair);
    const name = nameOf({ device, uid });
    if (named.has(name)) continue;
    if (stays.has(name)) pairs.push(pair);
    else changes.retire(device, uid);
  }
  return pairs;
}

const arePairsOf = (entities: readonly Entity[], pairs: readonly JsonValue[]): boolean =>
  pairs.length === entities.length &&
  entities.every(({ device, uid }, index) => isPair(pairs[index], device, uid));

const isSameList = (pairs: readonly JsonValue[], others: readonly JsonValue[]): boolean =>
  pairs === others ||
  (pairs.length === others.length &&
    pairs.every((pair, index) => isPair(others[index], ...pairOf(pair))));

function textAt(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? printable(value) : '';
}

/** Neither name holds NUL. */
const nameOf = ({ device, uid }: Pick<Entity, 'device' | 'uid'>): string => `${device}\0${uid}`;

function textOf(refused: readonly Refusal[]): string {
  if (refused.length === 0) return '';
  const lines = refused.map(({ field, message }) => `${field}: ${message}`);
  return lines.join('; ').slice(0, 2000).toWellFormed();
}
