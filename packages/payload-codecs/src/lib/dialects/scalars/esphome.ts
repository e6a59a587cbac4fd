import { findQuantity } from '@verimeter/telemetry';
import { ChannelNames } from '../../foreign/channel-names.ts';
import type { Dialect } from '../../foreign/dialect.ts';
import { firstKept } from '../../foreign/merge-memory.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { readPresence } from '../../foreign/presence.ts';
import { remembered } from '../../foreign/remember.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import { Discovery } from '../homeassistant/discovery.ts';
import { mergeEntities } from '../homeassistant/merge-entities.ts';
import { readScalar } from './scalar.ts';

/*
 * topic = node "/sensor/" object "/state" ; node may hold "/" ; payload = text of a number, retained, without time
 * id    = node
 * What an object is, and its unit, says the source's name for it, else the discovery config of the node where the filter of the source takes it
 * (homeassistant/sensor/+/+/config), else the catalogue where the object is called as a quantity. A second object of one quantity is a channel.
 */

export const esphome: Dialect = {
  name: 'esphome',
  title: 'ESPHome',
  filters: ['+/sensor/+/state'],
  options: { discovery_prefix: 'first levels of config topics; default: homeassistant' },
  create: ({ options, names }, state = new Map()) => {
    const discovery = new Discovery(options, state);
    const channels = new ChannelNames(state);
    const objectOf = remembered((topic) => objectOn(topic, names));
    return {
      state,
      merge: (key, kept, own) =>
        key.startsWith('names ') ? firstKept(kept, own) : mergeEntities(key, kept, own),
      decode(findings) {
        const object = objectOf(findings.message.topic);
        if (object?.isNamed !== true && discovery.decode(findings)) return;
        const { topic } = findings.message;
        if (object !== null) decode(findings, object, channels);
        else if (topic.endsWith(STATUS)) readPresence(findings, topic.slice(0, -STATUS.length));
        else findings.silent();
      },
    };
  },
};

/** Birth and last will of a node. */
const STATUS = '/status';

/** What comes on a topic. */
interface NodeObject {
  readonly node: string;
  readonly name: string;
  /** Whether the source says what it is. */
  readonly isNamed: boolean;
  /** Undefined: unless a discovery config says so, none. */
  readonly quantity: string | undefined;
}

/** Null: it is not the topic of an object. */
function objectOn(topic: string, names: SourceSettings['names']): NodeObject | null {
  const levels = topic.split('/');
  const [kind, name = '', end] = levels.slice(-3);
  const node = levels.slice(0, -3).join('/');
  if (kind !== 'sensor' || end !== 'state' || node === '') return null;
  const isNamed = Object.hasOwn(names, name);
  const quantity = (isNamed ? names[name]?.quantity : undefined) ?? name;
  return { node, name, isNamed, quantity: findQuantity(quantity)?.name };
}

function decode(
  findings: MessageFindings,
  { node, name, quantity }: NodeObject,
  channels: ChannelNames,
): void {
  if (quantity === undefined) {
    findings.silent();
    findings.ignore(name);
    return;
  }
  const learns = findings.message.replayed !== true;
  const channel = channels.channelOf(node, quantity, name, learns);
  readScalar(findings, node, name, undefined, undefined, channel);
}
