import { type JsonValue, isObject } from '../json.ts';

/** Members of both; of one that both have, that which was kept first, so that a meaning does not change once it has been used. */
export function firstKept(kept: JsonValue, own: JsonValue): JsonValue {
  return isObject(kept) && isObject(own) ? { ...own, ...kept } : kept;
}

/** The value whose number is the higher one: a time or a count. Of equal ones that which was kept. */
export function latestBy(
  order: (value: JsonValue) => number | string,
): (kept: JsonValue, own: JsonValue) => JsonValue {
  return (kept, own) => (order(own) > order(kept) ? own : kept);
}
