import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { remembered } from '../foreign/remember.ts';
import { type JsonObject, isObject, printable } from '../json.ts';
import { type EuiNames, sameName } from './device-eui.ts';

/** How a device is called in a message. */
interface DeviceNames {
  readonly eui: string | undefined;
  /** What stands in the topic as well. */
  readonly inTopic: string | undefined;
}

/** In what the messages of network servers differ where they begin. */
export interface NetworkServer {
  /** Its groups are the name of the device and the event. */
  readonly topic: RegExp;
  /** Those that are read; others are skipped. A topic that has none is of the first. */
  readonly events: readonly string[];
  /** What a message is, for one that is no object. */
  readonly shape: string;
  /** Of a message that is skipped for what it says. */
  readonly isSkipped?: (payload: JsonObject) => boolean;
  readonly namesOf: (payload: JsonObject) => DeviceNames;
  /** The field of {@link DeviceNames.inTopic}. */
  readonly nameField: string;
  /** Where a message names no device: field and text. */
  readonly unnamed: { readonly field: string; readonly message: string };
}

/** A message of a device. */
interface Opened {
  readonly payload: JsonObject;
  readonly event: string;
  /** The device as the source writes its EUI, or by its name. */
  readonly raw: string;
  readonly device: DeviceFindings;
}

/** Opens a message; undefined: there is nothing to read in it, or it is rejected. */
export type Opener = (findings: MessageFindings, names: EuiNames) => Opened | undefined;

/** Opens messages of a network server. */
export function opener(server: NetworkServer): Opener {
  const topicOf = remembered((topic) => {
    const [, device, event = server.events[0] ?? ''] = server.topic.exec(topic) ?? [];
    return { device, event, isRead: server.events.includes(event) };
  });
  return (findings, names) => {
    const { topic, payload: bytes } = findings.message;
    const { device: ofTopic, event, isRead } = topicOf(topic);
    if (bytes.length === 0 || !isRead) {
      findings.silent();
      return undefined;
    }
    const payload = findings.json();
    if (payload === undefined) return undefined;
    if (!isObject(payload)) {
      findings.reject('wrong_type', '', server.shape);
      return undefined;
    }
    if (server.isSkipped?.(payload) === true) {
      findings.silent();
      return undefined;
    }
    const own = nameOf(payload, ofTopic, server, findings);
    if (own === undefined) return undefined;
    const raw = names(own);
    const device = findings.device(raw);
    return device === undefined ? undefined : { payload, event, raw, device };
  };
}

/** The device's own name; undefined: there is none that is right. */
function nameOf(
  payload: JsonObject,
  ofTopic: string | undefined,
  { namesOf, nameField, unnamed }: NetworkServer,
  findings: MessageFindings,
): string | undefined {
  const { eui, inTopic } = namesOf(payload);
  if (inTopic !== undefined && ofTopic !== undefined && !sameName(inTopic, ofTopic)) {
    const message = `${printable(inTopic)} is not the ${printable(ofTopic)} of the topic; look at what republishes it`;
    findings.reject('topic_mismatch', nameField, message);
    return undefined;
  }
  const own = eui ?? inTopic ?? ofTopic;
  if (own === undefined) findings.reject('topic_mismatch', unnamed.field, unnamed.message);
  return own;
}
