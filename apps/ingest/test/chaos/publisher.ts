import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { nthMessage } from './messages.ts';

// A process of its own: publishes messages with QoS 1, at most so many at once, and appends the number of each acknowledged one to a log. A
// number counts once it is on the disk. A line on stdin says up to which number it may publish by now and whether that is all; a line of
// JSON on stdout now and then says how far it is. Ends when all are acknowledged.
const [mqttUrl = '', logFile = '', wantedWindow = '0'] = process.argv.slice(2);
const window = Number(wantedWindow);
const SYNC_MS = 20;
const TELL_MS = 200;

const log = await open(logFile, 'a');
const client = await mqtt.connectAsync(mqttUrl, {
  clientId: `chaos-publisher-${process.pid}`,
  clean: false,
  reconnectPeriod: 100,
  queueQoSZero: false,
});
client.on('error', (error) => process.stderr.write(`publisher: ${error.message}\n`));

let acknowledged: number[] = [];
let durable = 0;
let inFlight = 0;
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

async function sync(): Promise<void> {
  const some = acknowledged;
  acknowledged = [];
  if (some.length === 0) return;
  await log.appendFile(`${some.join('\n')}\n`);
  await log.datasync();
  durable += some.length;
}

async function syncing(): Promise<void> {
  for (let told = 0; !isOver() || durable < limit;) {
    await delay(SYNC_MS);
    await sync();
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    process.stdout.write(`${JSON.stringify({ published: next, acknowledged: durable })}\n`);
  }
}

async function publishing(): Promise<void> {
  while (!isOver()) {
    if (inFlight >= window || next >= limit) {
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
      continue;
    }
    const index = next;
    next += 1;
    inFlight += 1;
    const [topic, payload] = nthMessage(index);
    // Kept and sent again by the client until the broker has acknowledged it.
    client.publish(topic, payload, { qos: 1 }, (error) => {
      if (error) throw error;
      acknowledged.push(index);
      inFlight -= 1;
      wake?.();
    });
  }
}

await Promise.all([publishing(), syncing()]);
process.stdout.write(`${JSON.stringify({ published: next, acknowledged: durable })}\n`);
await client.endAsync();
await log.close();
process.stdin.destroy();
