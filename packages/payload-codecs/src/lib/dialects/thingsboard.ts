import type { Dialect } from '../foreign/dialect.ts';
import { type FreeNames, freeNames } from '../foreign/free-form.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { remembered } from '../foreign/remember.ts';
import { readTelemetry } from './thingsboard/telemetry.ts';

/*
 * topic   = [ device "/" ] "v1/devices/me/telemetry" / [ device "/" ] "v2/t" [ "/j" ]
 *           The API of ThingsBoard tells devices by the credential of their connection, which no subscriber sees: so the device is the level
 *           in front, or what the rule of the source makes of the topic. A source of one device, with a topic without wildcards, may name it: its id is
 *           the rule, or settings.devices.me.
 * skipped = attributes, remote calls, claims
 * payload = see thingsboard/telemetry.ts; names of fields see foreign/free-form.ts
 */
const TELEMETRY = /^(?:(.*)\/)?(?:v1\/devices\/me\/telemetry|v2\/t(?:\/j)?)$/;
const OTHER =
  /(?:^|\/)(?:v1\/devices\/me\/(?:attributes|rpc|claim)|v2\/(?:a|r|c|fw|sw)|provision)(?:\/|$)/;

export const thingsboard: Dialect = {
  name: 'thingsboard',
  title: 'ThingsBoard device API',
  filters: ['thingsboard/+/v1/devices/me/telemetry'],
  isOneDeviceATopic: true,
  create: (settings) => {
    const names = freeNames(settings);
    return { decode: (findings) => decode(findings, names) };
  },
};

/** Whose topic it is; undefined: one that is skipped. */
const deviceOf = remembered((topic): { readonly raw: string | undefined } => {
  if (OTHER.test(topic)) return { raw: undefined };
  const front = TELEMETRY.exec(topic)?.[1];
  return { raw: front?.slice(front.lastIndexOf('/') + 1) ?? 'me' };
});

function decode(findings: MessageFindings, names: FreeNames): void {
  const { message, settings } = findings;
  const { raw } = deviceOf(message.topic);
  if (message.payload.length === 0 || raw === undefined) {
    findings.silent();
    return;
  }
  if (
    raw === 'me' &&
    settings.deviceId.includes('{id}') &&
    !settings.deviceId.includes('{topic:') &&
    !Object.hasOwn(settings.devices, raw)
  ) {
    const fix =
      'give the source a rule such as {topic:1}, or, of a single device, its id, also as settings.devices.me';
    findings.reject('topic_mismatch', '', `the topic does not name the device; ${fix}`);
    return;
  }
  const payload = findings.json();
  if (payload !== undefined) readTelemetry(payload, { findings, raw, names, stamper: 'device' });
}
