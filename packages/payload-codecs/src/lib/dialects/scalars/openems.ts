import type { Dialect } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { remembered } from '../../foreign/remember.ts';
import type { NamedField } from '../../foreign/source.ts';
import { type PointTime, epochTime } from '../../foreign/times.ts';
import { readScalar, scalarOf } from './scalar.ts';

/*
 * topic = [ prefix "/" ] "edge/" edge "/channel/" component "/" channel  /  … "/channel/lastUpdate" (ms since 1970)
 * id    = edge "/" component ; payload = number, without time
 *
 * _sum/GridActivePower, …/ActivePower                     W    active_power, positive = import
 * _sum/GridBuyActiveEnergy, …/ActiveProductionEnergy      Wh   active_energy_import: what a grid meter "produces" is bought
 * _sum/GridSellActiveEnergy, …/ActiveConsumptionEnergy    Wh   active_energy_export
 * …/VoltageL1..3, CurrentL1..3, Frequency                 mV, mA, mHz
 * Of _sum, which adds up all components, only what is of the grid is a meter's.
 */

const CHANNELS: Readonly<Record<string, NamedField>> = {
  ActivePower: { quantity: 'active_power', unit: 'W' },
  ActiveProductionEnergy: { quantity: 'active_energy_import', unit: 'Wh' },
  ActiveConsumptionEnergy: { quantity: 'active_energy_export', unit: 'Wh' },
  VoltageL1: { quantity: 'voltage_l1', unit: 'mV' },
  VoltageL2: { quantity: 'voltage_l2', unit: 'mV' },
  VoltageL3: { quantity: 'voltage_l3', unit: 'mV' },
  CurrentL1: { quantity: 'current_l1', unit: 'mA' },
  CurrentL2: { quantity: 'current_l2', unit: 'mA' },
  CurrentL3: { quantity: 'current_l3', unit: 'mA' },
  Frequency: { quantity: 'frequency', unit: 'mHz' },
};
const OF_SUM: Readonly<Record<string, NamedField>> = {
  GridActivePower: { quantity: 'active_power', unit: 'W' },
  GridBuyActiveEnergy: { quantity: 'active_energy_import', unit: 'Wh' },
  GridSellActiveEnergy: { quantity: 'active_energy_export', unit: 'Wh' },
};

export const openems: Dialect = {
  name: 'openems',
  title: 'OpenEMS Edge',
  filters: ['edge/+/channel/#'],
  create: () => {
    const updates = new LastUpdates();
    const channelOf = remembered(channelOn);
    return {
      decode(findings) {
        decode(findings, channelOf(findings.message.topic), updates);
      },
    };
  },
};

/** What comes on a topic. */
interface TopicChannel {
  readonly edge: string;
  readonly device: string;
  readonly component: string;
  /** Undefined: the topic ends with the component. */
  readonly channel: string | undefined;
  readonly known: NamedField | undefined;
}

/** Null: the topic has not the form. */
function channelOn(topic: string): TopicChannel | null {
  const levels = topic.split('/');
  const at = levels.lastIndexOf('channel');
  const edge = levels[at - 1] ?? '';
  const [component = '', channel, ...rest] = levels.slice(at + 1);
  if (at < 1 || edge === '' || component === '' || rest.length > 0) return null;
  const table = component === '_sum' ? OF_SUM : CHANNELS;
  const known = channel !== undefined && Object.hasOwn(table, channel) ? table[channel] : undefined;
  return { edge, device: `${edge}/${component}`, component, channel, known };
}

function decode(
  findings: MessageFindings,
  topicChannel: TopicChannel | null,
  updates: LastUpdates,
): void {
  if (topicChannel === null) {
    findings.reject(
      'topic_mismatch',
      '',
      'the topic has not the form edge/EDGE/channel/COMPONENT/CHANNEL',
    );
    return;
  }
  const { edge, device, component, channel, known } = topicChannel;
  if (channel === undefined) {
    findings.silent();
    if (component === 'lastUpdate') updates.keep(edge, findings);
    return;
  }
  readScalar(findings, device, channel, known, updates.timeOf(edge, findings));
}

interface LastUpdate {
  readonly time: PointTime;
  /** In which it came. */
  readonly second: number;
  /** Topics whose value has it: another value of the same second has not. */
  readonly topics: Set<string>;
}

const MOST_EDGES = 10_000;
const secondOf = ({ message }: MessageFindings): number => Math.floor(message.receivedAtUs / 1e6);

/** SC-03: the stamp of an edge is that of values which come after it within the second; before it, or later, they have the time of arrival. */
class LastUpdates {
  readonly #byEdge = new Map<string, LastUpdate>();

  keep(edge: string, findings: MessageFindings): void {
    const { retain, replayed = false, receivedAtUs } = findings.message;
    if (retain || replayed) return;
    const time = epochTime(scalarOf(findings) ?? '', receivedAtUs, 'gateway');
    if (time.tsSource === 'arrival') return;
    if (this.#byEdge.size >= MOST_EDGES) this.#byEdge.clear();
    this.#byEdge.set(edge, { time, second: secondOf(findings), topics: new Set() });
  }

  /** Undefined: none of now. */
  timeOf(edge: string, findings: MessageFindings): PointTime | undefined {
    const { topic, retain, replayed = false } = findings.message;
    const update = this.#byEdge.get(edge);
    if (update === undefined || retain || replayed || update.second !== secondOf(findings))
      return undefined;
    if (update.topics.has(topic)) return undefined;
    update.topics.add(topic);
    return update.time;
  }
}
