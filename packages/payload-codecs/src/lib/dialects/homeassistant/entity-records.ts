import { remembered } from '../../foreign/remember.ts';
import { type JsonObject, type JsonValue, isObject } from '../../json.ts';
import type { Entity } from './entity.ts';

/*
 * record = { config, topic, path, places, quantity, unit, channel, active, version }
 * pair   = [device, uid]
 */

/** An entity with the channel that its values have. */
export interface KnownEntity extends Pick<
  Entity,
  'uid' | 'device' | 'path' | 'places' | 'quantity' | 'unit'
> {
  readonly channel: string;
}

export const deviceKey = remembered((device) => `device ${device}`);
export const topicKey = remembered((topic) => `topic ${topic}`);

/** The record of an entity among those of its device. */
export function recordIn(entities: JsonValue | undefined, uid: string): JsonObject | undefined {
  const record = isObject(entities) && Object.hasOwn(entities, uid) ? entities[uid] : undefined;
  return isObject(record) ? record : undefined;
}

export function knownEntity(device: string, uid: string, record: JsonObject): KnownEntity {
  const { path, places, quantity, unit, channel } = record;
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

/** Whether a record says of an entity what a config says now, and nothing of it need be written. */
export function isUpToDate(record: JsonObject, config: string, entity: Entity): boolean {
  return (
    record['active'] === true &&
    record['config'] === config &&
    record['topic'] === entity.topic &&
    record['quantity'] === entity.quantity &&
    record['unit'] === entity.unit &&
    record['places'] === entity.places &&
    isSamePath(record['path'], entity.path) &&
    typeof record['version'] === 'number' &&
    typeof record['channel'] === 'string'
  );
}

export function isSamePath(stored: JsonValue | undefined, path: readonly string[] | null): boolean {
  if (path === null || !Array.isArray(stored)) return stored === path;
  if (stored.length !== path.length) return false;
  for (const [index, name] of path.entries()) if (stored[index] !== name) return false;
  return true;
}

export function pairOf(pair: JsonValue | undefined): [device: string, uid: string] {
  const device = Array.isArray(pair) ? pair[0] : undefined;
  const uid = Array.isArray(pair) ? pair[1] : undefined;
  return [typeof device === 'string' ? device : '', typeof uid === 'string' ? uid : ''];
}

export const isPair = (pair: JsonValue | undefined, device: string, uid: string): boolean =>
  Array.isArray(pair) && pair[0] === device && pair[1] === uid;
