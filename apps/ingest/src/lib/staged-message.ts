import { createHash } from 'node:crypto';
import { type Decoded, decode } from '@verimeter/payload-codecs';
import type { SourceMemory } from '@verimeter/registry';
import type { IncomingMessage } from './message.ts';
import type { SourceDecoded, SourceDirectory } from './sources/source-directory.ts';
import { storableText } from './sql-errors.ts';

/** A decoded message on its way to the database. */
export interface StagedMessage {
  readonly message: Omit<IncomingMessage, 'payload'>;
  readonly decoded: Decoded;
  readonly payload: Uint8Array;
  /** Packet identity where a redelivery can be recognised by nothing else. */
  readonly arrivalHash: Buffer | undefined;
  /** What the decoder has learnt from the message; with its last part, so that it is kept when all of it is stored. */
  readonly learnt?: readonly SourceMemory[];
  /** Set when the database refused the message: it goes to quarantine as a whole. */
  refusal?: string;
}

const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** Who decodes what does not come on Verimeter's own topics. */
export type Sources = Pick<
  SourceDirectory,
  'decode' | 'formerTenantOf' | 'merge' | 'kept' | 'hear'
>;

/** A message as its parts: one for each device that it is about, at least one. They are acknowledged together. */
export function stageMessage(incoming: IncomingMessage, sources: Sources): StagedMessage[] {
  const { payload } = incoming;
  const topic = shortTopic(storableText(incoming.topic));
  // Almost always as it came: a copy of each message shows in the profile.
  const message = topic === incoming.topic ? incoming : { ...incoming, topic };
  const { parts, learnt } = decodeSafely(incoming, sources);
  const hashes = incoming.packetId === undefined ? [] : packetHashes(payload, parts);
  return parts.map((decoded, part) => ({
    message,
    decoded,
    payload,
    ...(learnt.length > 0 && part === parts.length - 1 ? { learnt } : {}),
    arrivalHash: hashes[part],
  }));
}

/**
 * The parts of a message are told apart by the devices they are about, not by their number: when it is delivered again a decoder may know more or
 * less than before, and divide it otherwise. Two parts of one device are counted.
 */
function packetHashes(payload: Uint8Array, parts: readonly Decoded[]): (Buffer | undefined)[] {
  const seen = new Map<string, number>();
  return parts.map(({ source, deviceId = '', usesArrivalTime }) => {
    const nth = seen.get(deviceId) ?? 0;
    if (parts.length > 1) seen.set(deviceId, nth + 1);
    if (!usesArrivalTime) return undefined;
    const hash = createHash('sha256').update(payload);
    // A message on Verimeter's own topics has one part, of the device that the topic names.
    return (source === undefined ? hash : hash.update(`\0${deviceId}\0${nth}`)).digest();
  });
}

/** Tables are searched by topic; no topic that means anything is longer. */
const LONGEST_TOPIC = 512;

/** A topic of MQTT may have 64 KiB; of a longer one than any device has, the beginning and what tells it from others. */
function shortTopic(topic: string): string {
  if (topic.length <= LONGEST_TOPIC) return topic;
  const hash = sha256(Buffer.from(topic)).toString('hex').slice(0, 16);
  return `${topic.slice(0, LONGEST_TOPIC - 17).toWellFormed()}~${hash}`;
}

const UNTAKEN = 'no source takes this topic any more; add one that does and replay this entry';

/** Whether it is one of Verimeter's own topics, be it a wrong one. All others are sources'. */
export const isOwnTopic = (topic: string): boolean => topic.startsWith('verimeter/');

/** The decoder does not throw (property-tested); if it ever does, the message is kept and the stream goes on. */
function decodeSafely(incoming: IncomingMessage, sources: Sources): SourceDecoded {
  const { topic, payload, receivedAtUs } = incoming;
  try {
    const decoded = sources.decode(incoming);
    if (decoded !== undefined) return decoded;
    const part = isOwnTopic(topic)
      ? decode(topic, payload, { receivedAtUs })
      : { ...undecoded('topic_mismatch', UNTAKEN), tenant: sources.formerTenantOf(topic) };
    return { parts: [part], learnt: [] };
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    return { parts: [undecoded('malformed', `the decoder failed: ${cause}`)], learnt: [] };
  }
}

/** A message of which nothing is taken, and why. */
export function undecoded(reason: 'malformed' | 'topic_mismatch', message: string): Decoded {
  return {
    tenant: undefined,
    deviceId: undefined,
    gatewayId: undefined,
    channel: undefined,
    readings: [],
    rejects: [{ reason, field: '', message, count: 1 }],
    events: [],
    online: undefined,
    received: 1,
    ignored: 0,
    usesArrivalTime: false,
  };
}
