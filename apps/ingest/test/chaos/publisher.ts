import { open } from 'node:fs/promises';
import { type Socket, connect } from 'node:net';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { generate, parser } from 'mqtt-packet';
import { nthMessage } from './messages.ts';

// A process of its own: publishes messages with QoS 1, at most so many at once, and appends the number of each acknowledged one to a log. A
// number counts once it is on the disk. A line on stdin says up to which number it may publish by now and whether that is all; a line of
// JSON on stdout now and then says how far it is. Ends when all are acknowledged.
//
// It speaks MQTT itself, and as the standard asks: what was not acknowledged when a connection ended is sent again on the next one, in
// the old order, with the old packet ids and DUP (MQTT-3.3.1-1, MQTT-4.4.0-1, MQTT-4.6.0-1). mqtt 5.16.0 sends it again without DUP.
const [mqttUrl = '', logFile = '', wantedWindow = '0'] = process.argv.slice(2);
const window = Number(wantedWindow);
const SYNC_MS = 20;
const TELL_MS = 100;
const RECONNECT_MS = 100;
const PACKET_IDS = 65_535;

const log = await open(logFile, 'a');
/** Message numbers by packet id, in the order in which they were first sent. */
const inFlight = new Map<number, number>();
let socket: Socket | undefined;
let acknowledged: number[] = [];
let durable = 0;
let next = 0;
let limit = 0;
let last = false;
let wake: (() => void) | undefined;

createInterface(process.stdin).on('line', (line) => {
  const order: { upTo: number; last: boolean } = JSON.parse(line);
  ({ upTo: limit, last } = order);
  wake?.();
});
const isOver = (): boolean => last && next >= limit;

function send(to: Socket, messageId: number, index: number, dup: boolean): void {
  const [topic, payload] = nthMessage(index);
  to.write(generate({ cmd: 'publish', qos: 1, retain: false, dup, topic, payload, messageId }));
}

function begin(): void {
  const { hostname, port } = new URL(mqttUrl);
  const current = connect(Number(port), hostname);
  const packets = parser({ protocolVersion: 4 });
  packets.on('packet', (packet) => {
    if (packet.cmd === 'connack') {
      if (packet.returnCode !== 0) throw new Error(`refused with ${String(packet.returnCode)}`);
      socket = current;
      for (const [messageId, index] of inFlight) send(current, messageId, index, true);
      wake?.();
    } else if (packet.cmd === 'puback' && packet.messageId !== undefined) {
      const index = inFlight.get(packet.messageId);
      if (index === undefined) return;
      inFlight.delete(packet.messageId);
      acknowledged.push(index);
      wake?.();
    }
  });
  current.on('connect', () => {
    const clientId = `chaos-publisher-${process.pid}`;
    current.write(
      generate({
        cmd: 'connect',
        protocolId: 'MQTT',
        protocolVersion: 4,
        clean: false,
        clientId,
        keepalive: 0,
      }),
    );
  });
  current.on('data', (chunk) => void packets.parse(chunk));
  current.on('error', () => undefined); // a broker that goes away is what this is there for
  current.on('close', () => {
    socket = undefined;
    if (!isOver() || durable < limit) setTimeout(begin, RECONNECT_MS);
  });
}

async function sync(): Promise<void> {
  const some = acknowledged;
  acknowledged = [];
  if (some.length === 0) return;
  await log.appendFile(`${some.join('\n')}\n`);
  await log.datasync();
  durable += some.length;
}

const tell = (): void =>
  void process.stdout.write(`${JSON.stringify({ published: next, acknowledged: durable })}\n`);

async function syncing(): Promise<void> {
  for (let told = 0; !isOver() || durable < limit;) {
    await delay(SYNC_MS);
    await sync();
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    tell();
  }
}

async function publishing(): Promise<void> {
  while (!isOver()) {
    const messageId = (next % PACKET_IDS) + 1;
    if (
      socket === undefined ||
      inFlight.size >= window ||
      inFlight.has(messageId) ||
      next >= limit
    ) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    inFlight.set(messageId, next);
    send(socket, messageId, next, false);
    next += 1;
  }
}

begin();
await Promise.all([publishing(), syncing()]);
tell();
socket?.end(generate({ cmd: 'disconnect' }));
await log.close();
process.stdin.destroy();
