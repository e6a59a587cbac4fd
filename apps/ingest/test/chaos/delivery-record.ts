import { type Packet, parser } from 'mqtt-packet';
import { numberOf } from './messages.ts';
import type { Inspect } from './tcp-proxy.ts';

/** What went over the wire between broker and worker, message by message: a witness that is neither of them. */
export interface DeliveryRecord {
  readonly inspect: Inspect;
  /** How often the broker handed the message to the worker. */
  timesDelivered(index: number): number;
  /** Whether the worker has acknowledged the message to the broker. */
  isAcknowledged(index: number): boolean;
  /** Connections that the broker accepted, and of these the ones on which it did not know the worker's session. */
  readonly sessions: { readonly all: number; readonly fresh: number };
  /** Number above all that were handed over. */
  readonly highest: number;
  /** Deliveries of messages that the worker had acknowledged before: with DUP, and of these with another packet id; without DUP. */
  readonly again: { readonly dup: number; readonly otherId: number; readonly fresh: number };
}

function reader(take: (packet: Packet) => void): (chunk: Buffer) => void {
  // The worker speaks MQTT 5, which Mosquitto 2.0 does as well.
  const packets = parser({ protocolVersion: 5 });
  packets.on('packet', take);
  packets.on('error', (error) => {
    throw error;
  });
  return (chunk) => void packets.parse(chunk);
}

export function createDeliveryRecord(): DeliveryRecord {
  const delivered = new Map<number, number>();
  const acknowledged = new Set<number>();
  const firstIds = new Map<number, number>();
  const again = { dup: 0, otherId: 0, fresh: 0 };
  let highest = 0;
  const sessions = { all: 0, fresh: 0 };

  const inspect: Inspect = () => {
    /** Packet ids mean something within one connection only. */
    const inHand = new Map<number, number>();
    const fromServer = reader((packet) => {
      if (packet.cmd === 'connack') {
        sessions.all += 1;
        if (!packet.sessionPresent) sessions.fresh += 1;
      }
      if (packet.cmd !== 'publish') return;
      const index = numberOf(packet.payload.toString());
      if (index === undefined || packet.messageId === undefined) return;
      inHand.set(packet.messageId, index);
      delivered.set(index, (delivered.get(index) ?? 0) + 1);
      highest = Math.max(highest, index + 1);
      const firstId = firstIds.get(index);
      if (firstId === undefined) firstIds.set(index, packet.messageId);
      if (!acknowledged.has(index)) return;
      again[packet.dup ? 'dup' : 'fresh'] += 1;
      if (packet.dup && packet.messageId !== firstId) again.otherId += 1;
    });
    const fromClient = reader((packet) => {
      if (packet.cmd !== 'puback' || packet.messageId === undefined) return;
      const index = inHand.get(packet.messageId);
      if (index !== undefined) acknowledged.add(index);
    });
    return {
      fromServer: (chunk, handOn) => {
        fromServer(chunk);
        handOn(chunk);
      },
      fromClient: (chunk, handOn) => {
        fromClient(chunk);
        handOn(chunk);
      },
    };
  };

  return {
    inspect,
    timesDelivered: (index) => delivered.get(index) ?? 0,
    isAcknowledged: (index) => acknowledged.has(index),
    sessions,
    get highest() {
      return highest;
    },
    again,
  };
}
