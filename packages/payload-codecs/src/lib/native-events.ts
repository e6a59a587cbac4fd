import type { DeviceEventState } from '@verimeter/telemetry';
import type { Findings } from './decoded.ts';
import { IMPLAUSIBLE, isPlausible, readInstant } from './instant.ts';
import { type JsonValue, isObject, member, printable, typeName } from './json.ts';

/*
 * payload = event / "[" event *( "," event ) "]"
 * event   = { ["ts": instant], "event": text (1 to 128), "state": "active" / "past" / "cleared", ["detail": any] }
 */

const STATES: readonly DeviceEventState[] = ['active', 'past', 'cleared'];
const MAX_NAME = 128;
const MAX_DETAIL = 4096;

/** Events of a device such as `leak` or `cover_open`; a bad one counts as one rejected reading. */
export function decodeNativeEvents(payload: JsonValue, findings: Findings): void {
  if (!Array.isArray(payload)) {
    decodeEvent(payload, '', findings);
    return;
  }
  if (payload.length === 0) findings.reject('malformed', '', 'the array holds no event');
  for (const [index, event] of payload.entries()) decodeEvent(event, `[${index}].`, findings);
}

function decodeEvent(record: JsonValue, prefix: string, findings: Findings): void {
  if (!isObject(record)) {
    const message = `an event is an object {"ts","event","state"}, not ${typeName(record)}`;
    findings.reject('wrong_type', prefix.replace(/\.$/, ''), message);
    return;
  }
  const { deviceId, receivedAtUs } = findings.context;
  const named = member(record, 'device_id');
  if (named !== undefined && named !== deviceId) {
    const message = `the payload names another device than the topic (${deviceId})`;
    findings.reject('topic_mismatch', `${prefix}device_id`, message);
    return;
  }
  const name = member(record, 'event');
  if (typeof name !== 'string' || name === '' || name.length > MAX_NAME) {
    const reason = typeof name === 'string' || name === undefined ? 'malformed' : 'wrong_type';
    findings.reject(reason, `${prefix}event`, `must be a text of 1 to ${MAX_NAME} characters`);
    return;
  }
  const state = member(record, 'state');
  const known = STATES.find((candidate) => candidate === state);
  if (known === undefined) {
    const reason = typeof state === 'string' || state === undefined ? 'malformed' : 'wrong_type';
    findings.reject(reason, `${prefix}state`, `must be one of ${STATES.join(', ')}`);
    return;
  }
  const ts = member(record, 'ts');
  let tsUs = receivedAtUs;
  if (ts === undefined) findings.usesArrivalTime = true;
  else {
    const instant = readInstant(ts);
    if (!instant.ok) {
      findings.reject(instant.reason, `${prefix}ts`, instant.message);
      return;
    }
    if (!isPlausible(instant.tsUs, receivedAtUs)) {
      findings.reject('implausible_time', `${prefix}ts`, IMPLAUSIBLE);
      return;
    }
    tsUs = instant.tsUs;
  }
  const event = { deviceId, tsUs, event: printable(name), state: known };
  const detail = member(record, 'detail');
  findings.events.push(
    detail === undefined || detail === null ? event : { ...event, detail: detailText(detail) },
  );
}

function detailText(detail: JsonValue): string {
  const text = typeof detail === 'string' ? detail : JSON.stringify(detail);
  return text.slice(0, MAX_DETAIL).toWellFormed().replaceAll('\0', '\u{fffd}');
}
