import { type JsonObject, type JsonValue, isObject } from '../../json.ts';

/** One value of what two workers have learnt at once of a device, a state topic or a config (entity-memory.ts). */
export function mergeEntities(_: string, kept: JsonValue, own: JsonValue): JsonValue {
  if (Array.isArray(kept) && Array.isArray(own)) {
    const known = new Set(kept.map((pair) => JSON.stringify(pair)));
    return [...kept, ...own.filter((pair) => !known.has(JSON.stringify(pair)))];
  }
  // What a config says is what it said last.
  if (!isObject(kept) || !isObject(own) || Array.isArray(own['entities'])) return own;
  return mergeDevice(kept, own);
}

/** of one quantity one entity has the device's own channel, and that is the one that was kept first. */
function mergeDevice(kept: JsonObject, own: JsonObject): JsonObject {
  const merged = new Map(Object.entries(kept));
  const takenBy = new Map<JsonValue | undefined, string>();
  for (const [uid, entity] of merged)
    if (isObject(entity) && entity['channel'] === '') takenBy.set(entity['quantity'], uid);
  for (const [uid, learnt] of Object.entries(own)) {
    if (!isObject(learnt)) continue;
    const { quantity, channel = '' } = learnt;
    const before = merged.get(uid);
    const holder = takenBy.get(quantity) ?? uid;
    if (isObject(before) && before['quantity'] === quantity)
      merged.set(uid, { ...learnt, channel: before['channel'] ?? '' });
    else merged.set(uid, channel === '' && holder !== uid ? { ...learnt, channel: uid } : learnt);
  }
  return Object.fromEntries(merged);
}
