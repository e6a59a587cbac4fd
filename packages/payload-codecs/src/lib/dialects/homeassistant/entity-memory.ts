import type { DialectState } from '../../foreign/dialect.ts';
import { type JsonObject, type JsonValue, isObject, printable } from '../../json.ts';
import type { Entity, Refusal } from './entity.ts';

/*
 * What is remembered, by key:
 * "device " id     { uid: { config, topic, path, places, quantity, unit, channel, active, version } } ; retired ones stay
 * "topic " topic   [[device, uid], …] ; what a state topic has values for
 * "config " topic  { entities: [[device, uid], …], refused: text of the refusals }
 */

/** An entity with the channel that its values have. */
export interface KnownEntity extends Pick<
  Entity,
  'uid' | 'device' | 'path' | 'places' | 'quantity' | 'unit'
> {
  readonly channel: string;
}

/** Keys of a source: its configs, topics and devices. */
const MOST_KEYS = 50_000;

export class EntityMemory {
  readonly #state: DialectState;
  readonly #read = new WeakMap<object, readonly KnownEntity[]>();

  constructor(state: DialectState) {
    this.#state = state;
  }

  /** Undefined: no config names the topic. */
  entitiesOf(topic: string): readonly KnownEntity[] | undefined {
    const pairs = this.#state.get(`topic ${topic}`);
    if (!Array.isArray(pairs)) return undefined;
    return pairs.flatMap((pair) => {
      const [device, uid] = pairOf(pair);
      const stored = this.#find(device, uid);
      if (stored?.['active'] !== true || stored['topic'] !== topic) return [];
      let known = this.#read.get(stored);
      if (known === undefined) {
        known = [knownEntity(device, uid, stored)];
        this.#read.set(stored, known);
      }
      return known;
    });
  }

  #find(device: string, uid: string): JsonObject | undefined {
    const entities = this.#state.get(`device ${device}`);
    const stored = isObject(entities) && Object.hasOwn(entities, uid) ? entities[uid] : undefined;
    return isObject(stored) ? stored : undefined;
  }

  /** HA-06: a config that would have an entity that is known read from elsewhere, or as something else. */
  moveOf(config: string, entity: Entity, mayMove: boolean): Refusal | undefined {
    const stored = this.#find(entity.device, entity.uid);
    if (stored === undefined || mayMove) return undefined;
    const isSame =
      stored['config'] === config &&
      stored['topic'] === entity.topic &&
      stored['quantity'] === entity.quantity &&
      JSON.stringify(stored['path']) === JSON.stringify(entity.path);
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
    if (before === undefined && this.#state.size + 3 * entities.length + 1 > MOST_KEYS)
      return false;
    const stays = new Set(unmoved.map(nameOf));
    const named = new Set(entities.map(nameOf));
    const pairs = entities.map(({ device, uid }): JsonValue => [device, uid]);
    const old = isObject(before) && Array.isArray(before['entities']) ? before['entities'] : [];
    for (const pair of old) {
      const name = JSON.stringify(pair);
      if (named.has(name)) continue;
      if (stays.has(name)) pairs.push(pair);
      else this.#retire(...pairOf(pair));
    }
    for (const entity of entities) this.#learn(config, entity);
    this.#set(key, { entities: pairs, refused: textOf(refused) });
    return true;
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
    for (const entity of unknown) this.#learn(config, entity);
    const pairs = unknown.map(({ device, uid }): JsonValue => [device, uid]);
    this.#set(key, { entities: [...old, ...pairs], refused: textOf(refused) });
  }

  #retire(device: string, uid: string): void {
    const stored = this.#find(device, uid);
    if (stored?.['active'] === true) this.#put(device, uid, { ...stored, active: false });
  }

  #learn(config: string, entity: Entity): void {
    const { device, uid, topic, path, places, quantity, unit } = entity;
    const stored = this.#find(device, uid);
    const isOther = stored !== undefined && stored['unit'] !== unit;
    const version = typeof stored?.['version'] === 'number' ? stored['version'] : 1;
    this.#put(device, uid, {
      config,
      topic,
      path: path === null ? null : [...path],
      places,
      quantity,
      unit,
      channel:
        stored?.['quantity'] === quantity ? (stored['channel'] ?? '') : this.#channelOf(entity),
      active: true,
      // HA-05: values are converted as they come, so the series goes on in the catalogue's unit
      version: isOther ? version + 1 : version,
    });
    const key = `topic ${topic}`;
    const pairs = this.#state.get(key);
    const list = Array.isArray(pairs) ? pairs : [];
    if (!list.some((pair) => pairOf(pair).join('\0') === `${device}\0${uid}`))
      this.#state.set(key, [...list, [device, uid]]);
    const { availability } = entity;
    if (availability !== undefined && !this.#state.has(`topic ${availability}`))
      this.#state.set(`topic ${availability}`, []);
  }

  /** of several entities of one quantity the first has the device's own channel. */
  #channelOf({ device, uid, quantity }: Entity): string {
    const entities = this.#state.get(`device ${device}`);
    if (!isObject(entities)) return '';
    const isTaken = Object.entries(entities).some(
      ([other, stored]) =>
        other !== uid &&
        isObject(stored) &&
        stored['quantity'] === quantity &&
        stored['channel'] === '',
    );
    return isTaken ? uid : '';
  }

  #put(device: string, uid: string, stored: JsonObject): void {
    const key = `device ${device}`;
    const entities = this.#state.get(key);
    this.#set(key, { ...(isObject(entities) ? entities : {}), [uid]: stored });
  }

  /** What does not change stays the same object: it is not written again. */
  #set(key: string, value: JsonObject): void {
    const before = this.#state.get(key);
    if (before === undefined || JSON.stringify(before) !== JSON.stringify(value))
      this.#state.set(key, value);
  }
}

function textAt(object: JsonObject, key: string): string {
  const value = object[key];
  return typeof value === 'string' ? printable(value) : '';
}

const nameOf = ({ device, uid }: Entity): string => JSON.stringify([device, uid]);

const textOf = (refused: readonly Refusal[]): string =>
  refused
    .map(({ field, message }) => `${field}: ${message}`)
    .join('; ')
    .slice(0, 2000)
    .toWellFormed();

function pairOf(pair: JsonValue): [device: string, uid: string] {
  const [device, uid] = Array.isArray(pair) ? pair : [];
  return [typeof device === 'string' ? device : '', typeof uid === 'string' ? uid : ''];
}

function knownEntity(device: string, uid: string, stored: JsonObject): KnownEntity {
  const { path, places, quantity, unit, channel } = stored;
  return {
    device,
    uid,
    path: Array.isArray(path) ? path.filter((name) => typeof name === 'string') : null,
    places: typeof places === 'number' ? places : null,
    quantity: typeof quantity === 'string' ? quantity : '',
    unit: typeof unit === 'string' ? unit : '',
    channel: typeof channel === 'string' ? channel : '',
  };
}
