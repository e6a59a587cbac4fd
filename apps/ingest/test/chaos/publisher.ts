import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import mqtt from 'mqtt';
import { nthMessage } from './messages.ts';

// A process of its own: publishes so many messages with QoS 1, at most so many at once, and appends the number of each acknowledged one to a log. A
// number counts once it is on the disk. Says how far it is in a line of JSON now and then, and ends when all are acknowledged.
const [mqttUrl = '', logFile = '', ...numbers] = process.argv.slice(2);
const [count = 0, window = 0] = numbers.map(Number);
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
let wake: (() => void) | undefined;

async function sync(): Promise<void> {
  const some = acknowledged;
  acknowledged = [];
  if (some.length === 0) return;
  await log.appendFile(`${some.join('\n')}\n`);
  await log.datasync();
  durable += some.length;
}

async function syncing(): Promise<void> {
  for (let told = 0; durable < count;) {
    await delay(SYNC_MS);
    await sync();
    if (performance.now() - told < TELL_MS) continue;
    told = performance.now();
    process.stdout.write(`${JSON.stringify({ published: next, acknowledged: durable })}\n`);
  }
}

async function publishing(): Promise<void> {
  while (next < count) {
    if (inFlight >= window) {
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
