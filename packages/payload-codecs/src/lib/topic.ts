import { isIdentifier } from '@verimeter/telemetry';

/*
 * topic    = "verimeter/v1/" tenant "/" device "/" channel
 *          / "verimeter/v1/" tenant "/" gateway "/children/" device "/" channel
 * channel  = "readings" / "events" / "status" / "senml"
 * tenant, device, gateway = 1*128( ALPHA / DIGIT / "." / "_" / ":" / "@" / "-" )
 */

const TOPIC_CHANNELS = ['readings', 'events', 'status', 'senml'] as const;
export type TopicChannel = (typeof TOPIC_CHANNELS)[number];

export type TopicParse =
  | {
      readonly ok: true;
      readonly tenant: string;
      readonly deviceId: string;
      /** The device that publishes for another one, on a `children` topic. */
      readonly gatewayId?: string;
      readonly channel: TopicChannel;
    }
  | { readonly ok: false; readonly tenant?: string; readonly message: string };

const FORMS =
  'verimeter/v1/{tenant}/{device}/readings|events|status|senml or ' +
  'verimeter/v1/{tenant}/{gateway}/children/{device}/readings|events|status|senml';

/** The parts of a topic; where it has not the form, what is wrong and the tenant when that much could be told. */
export function parseTopic(topic: string): TopicParse {
  const levels = topic.split('/');
  const [root, version, tenant = ''] = levels;
  if (root !== 'verimeter' || version !== 'v1') {
    return { ok: false, message: `the topic does not start with verimeter/v1; use ${FORMS}` };
  }
  if (!isIdentifier(tenant)) {
    return { ok: false, message: `level 3 is not a tenant name ([A-Za-z0-9._:@-], 1 to 128)` };
  }
  const child = levels.length === 7 && levels[4] === 'children';
  if (levels.length !== 5 && !child) {
    return { ok: false, tenant, message: `the topic has ${levels.length} levels; use ${FORMS}` };
  }
  const publisher = levels[3] ?? '';
  const deviceId = child ? (levels[5] ?? '') : publisher;
  if (!isIdentifier(publisher) || !isIdentifier(deviceId)) {
    return {
      ok: false,
      tenant,
      message: 'a device level of the topic is not a device id ([A-Za-z0-9._:@-], 1 to 128)',
    };
  }
  const channel = TOPIC_CHANNELS.find((name) => name === levels.at(-1));
  if (channel === undefined) {
    return { ok: false, tenant, message: `the last level is none of ${TOPIC_CHANNELS.join(', ')}` };
  }
  return child
    ? { ok: true, tenant, deviceId, gatewayId: publisher, channel }
    : { ok: true, tenant, deviceId, channel };
}
