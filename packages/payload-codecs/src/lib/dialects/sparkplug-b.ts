import type { Dialect, DialectState } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import type { SourceSettings } from '../foreign/source.ts';
import { MAX_PAYLOAD_BYTES, printable } from '../json.ts';
import { Births, laterBirth } from './sparkplug-b/births.ts';
import { readMetrics } from './sparkplug-b/metrics.ts';
import { NodeWatch } from './sparkplug-b/node-watch.ts';
import { type PayloadHead, readBdSeq, readHead } from './sparkplug-b/payload.ts';
import { type SparkplugTopic, readSparkplugTopic } from './sparkplug-b/topic.ts';

/*
 * topic, payload   sparkplug-b/topic.ts, sparkplug-b/payload.ts
 * device           group "/" node [ "/" device ]
 * metric           what the source says of its name (no names are standardised), else the quantity of the catalogue that is called so, in the unit
 *                  of the source, else of its property engUnit; names, types and units come from the birth where the data leave them out
 * time             of the metric, else of the payload (by the gateway), ms since 1970; is_historical changes nothing: history has its own time
 * no readings      "Node Control/…", "Device Control/…", "Properties/…", bdSeq, bytes, data sets, templates, is_transient, is_null
 * A death tells that devices are offline. Commands (NCMD, DCMD) and host state are not for us.
 */

export const sparkplugB: Dialect = {
  name: 'sparkplug-b',
  title: 'Sparkplug B',
  filters: ['spBv1.0/#'],
  options: {
    check_seq:
      'false: gaps in the numbers of messages ask for no rebirth; needed where several workers share the messages of a node',
  },
  create: (settings, state = new Map()) => {
    const decoder = new SparkplugDecoder(settings, state);
    return { state, merge: laterBirth, decode: (findings) => decoder.decode(findings) };
  },
};

class SparkplugDecoder {
  readonly #births: Births;
  readonly #watch: NodeWatch;

  constructor(settings: SourceSettings, state: DialectState) {
    this.#births = new Births(state);
    this.#watch = new NodeWatch(settings.options['check_seq'] !== false);
  }

  decode(findings: MessageFindings): void {
    const { topic, payload } = findings.message;
    const address = readSparkplugTopic(topic);
    if (address === undefined) {
      const form = 'spBv1.0/GROUP/TYPE/NODE[/DEVICE]';
      findings.reject('topic_mismatch', '', `the topic has not the form ${form}`);
      return;
    }
    if (address === 'none' || address.type.endsWith('CMD')) {
      findings.silent();
      return;
    }
    if (payload.length > MAX_PAYLOAD_BYTES) {
      findings.reject('too_large', '', `${payload.length} bytes; at most ${MAX_PAYLOAD_BYTES}`);
      return;
    }
    let head: PayloadHead;
    try {
      head = readHead(payload);
    } catch (error) {
      const cause = error instanceof Error ? error.message : 'unreadable';
      findings.reject('malformed', '', `not a Sparkplug B payload: ${printable(cause)}`);
      return;
    }
    // Metrics come one by one as they change: a message of which no name is known says nothing, and is none for the quarantine.
    findings.silent();
    if (address.type.endsWith('DEATH')) this.#death(findings, address, head);
    else this.#metrics(findings, address, head);
  }

  #metrics(findings: MessageFindings, address: SparkplugTopic, head: PayloadHead): void {
    const { type, node, id } = address;
    const { receivedAtUs, retain, replayed = false } = findings.message;
    const isBirth = type.endsWith('BIRTH');
    const birth = this.#births.findValid(node, id);
    const read = readMetrics(findings, { id, isBirth, birth, timestamp: head.timestamp });
    if (replayed) return;
    if (isBirth) {
      if (read.device !== undefined) read.device.online = true;
      const { rows, bdSeq, hasReadings } = read;
      const at = head.timestamp ?? receivedAtUs / 1000;
      if (!this.#births.remember(id, { at, bdSeq, hasReadings }, rows))
        findings.reject('too_large', '', `no room to remember the birth of ${printable(id)}`);
    }
    const isAfterGap = !retain && this.#watch.isAfterGap(address, head.seq);
    const isOfTheDead = !isBirth && birth?.isDead === true;
    if (read.needsBirth || isAfterGap || isOfTheDead) this.#watch.askForRebirth(findings, address);
  }

  /** SP-08: the last will of a node is of the session whose bdSeq it bears; what was born since lives on. */
  #death(findings: MessageFindings, address: SparkplugTopic, { seq }: PayloadHead): void {
    const { type, node, id } = address;
    const { payload, retain, replayed = false } = findings.message;
    if (!replayed && !retain && this.#watch.isAfterGap(address, seq))
      this.#watch.askForRebirth(findings, address);
    const isOfNode = type === 'NDEATH';
    const born = isOfNode ? this.#births.find(node)?.bdSeq : undefined;
    if (born !== undefined && readBdSeq(payload) !== born) return;
    for (const key of isOfNode ? [node, ...this.#births.devicesOf(node)] : [id]) {
      const birth = this.#births.find(key);
      if (birth === undefined || birth.isDead) continue;
      if (birth.hasReadings) {
        const device = findings.device(key);
        if (device !== undefined) device.online = false;
      }
      if (!replayed) this.#births.bury(key);
    }
  }
}
