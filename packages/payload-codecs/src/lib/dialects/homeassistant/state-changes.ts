import type { DialectState } from '../../foreign/dialect.ts';
import { type JsonObject, type JsonValue, isObject } from '../../json.ts';
import type { Entity } from './entity.ts';
import { deviceKey, isPair, isUpToDate, recordIn, topicKey } from './entity-records.ts';

/**
 * What one config changes of what is remembered, put in place at the end: a device of many entities is copied once. What does not change stays
 * the same object, so that it is not written again.
 */
export class StateChanges {
  readonly #state: DialectState;
  #devices: Map<string, Map<string, JsonValue>> | undefined;
  #topics: Map<string, JsonValue[]> | undefined;
  #nextPair = 0;

  constructor(state: DialectState) {
    this.#state = state;
  }

  retire(device: string, uid: string): void {
    const record = this.#find(device, uid);
    if (record?.['active'] === true) this.#put(device, uid, { ...record, active: false });
  }

  learn(config: string, entity: Entity): void {
    const { device, uid, topic, path, places, quantity, unit, availability } = entity;
    const record = this.#find(device, uid);
    if (record === undefined || !isUpToDate(record, config, entity)) {
      const isOther = record !== undefined && record['unit'] !== unit;
      const version = typeof record?.['version'] === 'number' ? record['version'] : 1;
      this.#put(device, uid, {
        config,
        topic,
        path: path === null ? null : [...path],
        places,
        quantity,
        unit,
        channel:
          record?.['quantity'] === quantity ? (record['channel'] ?? '') : this.#channelOf(entity),
        active: true,
        // HA-05: values are converted as they come, so the series goes on in the catalogue's unit
        version: isOther ? version + 1 : version,
      });
    }
    this.#addPair(topicKey(topic), device, uid);
    if (availability !== undefined) this.#addTopic(topicKey(availability));
  }

  apply(): void {
    for (const [key, entities] of this.#devices ?? NONE)
      this.#state.set(key, Object.fromEntries(entities));
    for (const [key, pairs] of this.#topics ?? NONE) this.#state.set(key, pairs);
  }

  #find(device: string, uid: string): JsonObject | undefined {
    const key = deviceKey(device);
    const changed = this.#devices?.get(key);
    if (changed === undefined) return recordIn(this.#state.get(key), uid);
    const record = changed.get(uid);
    return isObject(record) ? record : undefined;
  }

  #put(device: string, uid: string, record: JsonObject): void {
    this.#entitiesOf(device).set(uid, record);
  }

  #entitiesOf(device: string): Map<string, JsonValue> {
    const key = deviceKey(device);
    this.#devices ??= new Map();
    let entities = this.#devices.get(key);
    if (entities === undefined) {
      const stored = this.#state.get(key);
      entities = new Map(isObject(stored) ? Object.entries(stored) : []);
      this.#devices.set(key, entities);
    }
    return entities;
  }

  /** of several entities of one quantity the first has the device's own channel. */
  #channelOf({ device, uid, quantity }: Entity): string {
    for (const [other, record] of this.#entitiesOf(device))
      if (
        other !== uid &&
        isObject(record) &&
        record['quantity'] === quantity &&
        record['channel'] === ''
      )
        return uid;
    return '';
  }

  #addPair(key: string, device: string, uid: string): void {
    const changed = this.#topics?.get(key);
    const stored = changed ?? this.#state.get(key);
    const pairs = Array.isArray(stored) ? stored : [];
    // Nearly always the next one: a config names its entities in the order in which they were learned.
    if (isPair(pairs[this.#nextPair], device, uid)) {
      this.#nextPair += 1;
      return;
    }
    const at = pairs.findIndex((pair) => isPair(pair, device, uid));
    if (at >= 0) {
      this.#nextPair = at + 1;
      return;
    }
    if (changed === undefined) this.#setTopic(key, [...pairs, [device, uid]]);
    else changed.push([device, uid]);
  }

  #addTopic(key: string): void {
    if (!this.#state.has(key) && this.#topics?.has(key) !== true) this.#setTopic(key, []);
  }

  #setTopic(key: string, pairs: JsonValue[]): void {
    this.#topics ??= new Map();
    this.#topics.set(key, pairs);
  }
}

const NONE: readonly never[] = [];
