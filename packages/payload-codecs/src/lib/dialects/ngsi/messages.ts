import type { MessageFindings } from '../../foreign/message-findings.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';
import { isEntity, readEntity } from './entities.ts';

/*
 * message = entity / array of them
 *         / notification { "type": "Notification", "data": [ entity, … ] }
 *         / { "metadata", "body": notification }     ; ETSI GS CIM 009, notifications over MQTT
 *         / batch { "actionType", "entities": [ entity, … ] }
 */

/** Whether a payload is entities, in whatever they are wrapped. */
export function holdsEntities(payload: JsonValue): boolean {
  const one = Array.isArray(payload) ? payload[0] : payload;
  return isObject(one) && (isEntity(one) || wrappedIn(one) !== undefined);
}

function wrappedIn(object: JsonObject): JsonValue | undefined {
  if (member(object, 'type') === 'Notification' || Object.hasOwn(object, 'subscriptionId'))
    return member(object, 'data');
  if (Object.hasOwn(object, 'actionType')) return member(object, 'entities');
  return Object.hasOwn(object, 'metadata') ? member(object, 'body') : undefined;
}

/** Each entity of a message. What is none is rejected, all at once. */
export function readEntities(payload: JsonValue, findings: MessageFindings): void {
  let others = 0;
  const read = (value: JsonValue): void => {
    if (Array.isArray(value)) for (const item of value) read(item);
    else if (!isObject(value)) others += 1;
    else {
      const inner = wrappedIn(value);
      if (inner !== undefined) read(inner);
      else if (isEntity(value)) readEntity(value, findings);
      else others += 1;
    }
  };
  read(payload);
  if (others > 0) {
    const message = 'an entity is an object with the texts id and type';
    findings.reject('wrong_type', '', message, others);
  }
}
