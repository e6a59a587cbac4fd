import { type Decoded, Findings } from './decoded.ts';
import { MAX_PAYLOAD_BYTES, parseJson } from './json.ts';
import { decodeNativeEvents } from './native-events.ts';
import { decodeNativeReadings } from './native-readings.ts';
import { decodeNativeStatus } from './native-status.ts';
import { decodeSenml } from './senml.ts';
import { type TopicParse, parseTopic } from './topic.ts';

const DECODERS = {
  readings: decodeNativeReadings,
  events: decodeNativeEvents,
  senml: decodeSenml,
} as const;

/**
 * What a message says, never an exception: everything that cannot be used is among `rejects` with its reason. A message
 * that cannot be decoded at all is one received and one rejected reading.
 */
export function decode(
  topic: string,
  payload: Uint8Array,
  context: { readonly receivedAtUs: number },
): Decoded {
  const parsed = parseTopic(topic);
  if (!parsed.ok) {
    return {
      tenant: parsed.tenant,
      deviceId: undefined,
      gatewayId: undefined,
      channel: undefined,
      readings: [],
      rejects: [{ reason: 'topic_mismatch', field: '', message: parsed.message, count: 1 }],
      events: [],
      online: undefined,
      received: 1,
      ignored: 0,
      usesArrivalTime: false,
    };
  }
  const { tenant, deviceId } = parsed;
  const findings = new Findings({ tenant, deviceId, receivedAtUs: context.receivedAtUs });
  decodePayload(parsed, payload, findings);
  return {
    tenant,
    deviceId,
    gatewayId: parsed.gatewayId,
    channel: parsed.channel,
    readings: findings.readings,
    rejects: findings.rejects,
    events: findings.events,
    online: findings.online,
    received: findings.received,
    ignored: findings.ignored,
    usesArrivalTime: findings.usesArrivalTime,
  };
}

function decodePayload(
  topic: Extract<TopicParse, { ok: true }>,
  payload: Uint8Array,
  findings: Findings,
): void {
  if (payload.length > MAX_PAYLOAD_BYTES) {
    const message = `${payload.length} bytes; at most ${MAX_PAYLOAD_BYTES}: split the message`;
    findings.reject('too_large', '', message);
    return;
  }
  if (topic.channel === 'status') {
    decodeNativeStatus(payload, findings);
    return;
  }
  const json = parseJson(payload);
  if (json.ok) DECODERS[topic.channel](json.value, findings);
  else findings.reject(json.reason, '', json.message);
}
