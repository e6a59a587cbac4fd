import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { remembered } from '../foreign/remember.ts';
import { type PointTime, textTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../json.ts';
import { holdsEntities, readEntities } from './ngsi/messages.ts';

/*
 * topic    = "/json/" api-key "/" device "/attrs" [ "/" attribute ]
 * skipped  = … "/cmd" / … "/cmdexe" / … "/configuration/" …
 * payload  = measures / array of measures                 ; several groups, each with its own time (FJ-02)
 *          / of one attribute: number / text / values      (FJ-03)
 *          / entities of NGSI-v2 or NGSI-LD                (FJ-04), ngsi/messages.ts
 * measures = object: "TimeInstant" and attributes by the names they were provisioned with
 * value    = number / text with a unit behind the number (FJ-01) / values
 * values   = array of { "timestamp", "value" }
 *
 * settings.names says what an attribute is; a name of the catalogue is that quantity.
 */

const SILENT = new Set(['cmd', 'cmdexe', 'configuration']);
const TIME = 'TimeInstant';

export const fiwareJson: Dialect = {
  name: 'fiware-json',
  title: 'FIWARE IoT Agent JSON',
  filters: ['/json/+/+/attrs/#'],
  create: () => {
    const topicOf = remembered(readTopic);
    return { decode: (findings) => decode(findings, topicOf(findings.message.topic)) };
  },
};

/** What a topic says: the device whose measures it brings, and the attribute where it is a single one's. */
interface AgentTopic {
  readonly kind: 'measures' | 'commands' | 'unknown';
  readonly device: string;
  readonly attribute?: string | undefined;
}

function readTopic(topic: string): AgentTopic {
  const levels = topic.split('/');
  if (levels.at(-1) === 'attrs') return { kind: 'measures', device: levels.at(-2) ?? '' };
  if (levels.at(-2) === 'attrs')
    return { kind: 'measures', device: levels.at(-3) ?? '', attribute: levels.at(-1) };
  const kind = levels.some((level) => SILENT.has(level)) ? 'commands' : 'unknown';
  return { kind, device: '' };
}

function decode(findings: MessageFindings, { kind, device, attribute }: AgentTopic): void {
  if (kind === 'commands') findings.silent();
  else if (kind === 'unknown')
    findings.reject('topic_mismatch', '', 'measures come on …/DEVICE/attrs, or …/attrs/NAME');
  else {
    const payload = findings.json();
    if (payload === undefined) return;
    if (holdsEntities(payload)) readEntities(payload, findings);
    else if (attribute === undefined) readGroups(payload, device, findings);
    else readSingle(attribute, payload, device, findings);
  }
}

function readGroups(payload: JsonValue, name: string, findings: MessageFindings): void {
  const groups = Array.isArray(payload) ? payload : [payload];
  const device = findings.device(name, '', Math.max(groups.length, 1));
  if (device === undefined) return;
  let others = 0;
  for (const group of groups)
    if (isObject(group)) readGroup(group, device, findings);
    else others += 1;
  if (others > 0)
    device.reject(
      'wrong_type',
      '',
      'measures are an object of attributes, or an array of such',
      others,
    );
}

function readGroup(group: JsonObject, device: DeviceFindings, findings: MessageFindings): void {
  const time = textTime(member(group, TIME), findings.times);
  for (const attribute of Object.keys(group))
    if (attribute !== TIME) readAttribute(attribute, group[attribute], time, device, findings);
}

function readSingle(
  attribute: string,
  payload: JsonValue,
  name: string,
  findings: MessageFindings,
): void {
  const device = findings.device(name);
  if (device === undefined) return;
  const time = textTime(undefined, findings.times);
  readAttribute(attribute, isObject(payload) ? [payload] : payload, time, device, findings);
}

function readAttribute(
  attribute: string,
  raw: JsonValue | undefined,
  time: PointTime,
  device: DeviceFindings,
  findings: MessageFindings,
): void {
  let isKnown = true;
  if (!Array.isArray(raw)) isKnown = device.named(attribute, raw, time, attribute);
  else {
    let others = 0;
    for (const item of raw) {
      if (isObject(item) && Object.hasOwn(item, 'value')) {
        const stamp = member(item, 'timestamp') ?? member(item, TIME);
        const own = stamp === undefined ? time : textTime(stamp, findings.times);
        isKnown = device.named(attribute, item['value'], own, attribute);
      } else others += 1;
      if (!isKnown) break;
    }
    if (others > 0 && isKnown) {
      const message = 'a list of values has objects with timestamp and value';
      device.reject('wrong_type', attribute, message, others);
    }
  }
  if (!isKnown) findings.ignore(attribute);
}
