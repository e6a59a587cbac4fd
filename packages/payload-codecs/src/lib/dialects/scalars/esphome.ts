import { findQuantity } from '@verimeter/telemetry';
import { ChannelNames } from '../../foreign/channel-names.ts';
import type { Dialect } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { Discovery } from '../homeassistant/discovery.ts';
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
  create: ({ options }, state = new Map()) => {
    const discovery = new Discovery(options, state);
    const names = new ChannelNames(state);
    return {
      state,
      decode(findings) {
        const object = objectOf(findings.message.topic);
        const isNamed = object !== undefined && Object.hasOwn(findings.settings.names, object.name);
        if (!isNamed && discovery.decode(findings)) return;
        if (object !== undefined) decode(findings, object, names);
        else findings.silent();
      },
    };
  },
};

interface NodeObject {
  readonly node: string;
  readonly name: string;
}

function objectOf(topic: string): NodeObject | undefined {
  const levels = topic.split('/');
  const [kind, name = '', end] = levels.slice(-3);
  const node = levels.slice(0, -3).join('/');
  return kind === 'sensor' && end === 'state' && node !== '' ? { node, name } : undefined;
}

function decode(
  findings: MessageFindings,
  { node, name }: NodeObject,
  channels: ChannelNames,
): void {
  const { names } = findings.settings;
  const quantity = (Object.hasOwn(names, name) ? names[name]?.quantity : undefined) ?? name;
  if (findQuantity(quantity) === undefined) {
    findings.silent();
    findings.ignore(name);
    return;
  }
  const learns = findings.message.replayed !== true;
  const channel = channels.channelOf(node, quantity, name, learns);
  readScalar(findings, node, name, undefined, undefined, channel);
}
