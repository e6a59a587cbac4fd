import { once } from 'node:events';
import { type Socket, connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { generate, parser } from 'mqtt-packet';
import type { GeneratorReport, GeneratorRequest } from './generator-process.ts';
import { PROBE, TENANT, makeWorkload } from './workload.ts';

// A process of its own: node generator.ts JSON. Publishes with QoS 1 over several connections and prints a line of JSON. Packets are
// written by mqtt-packet on plain sockets: a client library costs as much per message as what is measured.
const request: GeneratorRequest = JSON.parse(process.argv[2] ?? '{}');
const { host, port, connections, count, window } = request;
const workload = makeWorkload(request.workload, request.devices, request.startMs);
const PROBES_PER_S = 100;
/** Messages between two looks at the clock. */
const BURST = 50;

interface Lane {
  readonly socket: Socket;
  inFlight: number;
  nextId: number;
  wake: (() => void) | undefined;
}

let acknowledged = 0;
const trouble: { failure?: Error } = {};

async function open(index: number): Promise<Lane> {
  const socket = connect({ host, port, noDelay: true });
  await once(socket, 'connect');
  const lane: Lane = { socket, inFlight: 0, nextId: 0, wake: undefined };
  const incoming = parser({ protocolVersion: 4 });
  const welcomed = new Promise<void>((resolve, reject) => {
    incoming.on('packet', (packet) => {
      if (packet.cmd === 'connack') {
        if (packet.returnCode === 0) resolve();
        else reject(new Error(`the broker refuses the connection: ${packet.returnCode}`));
      }
      if (packet.cmd !== 'puback') return;
      acknowledged += 1;
      lane.inFlight -= 1;
      lane.wake?.();
    });
  });
  socket.on('data', (bytes) => incoming.parse(bytes));
  socket.on('close', () => {
    if (acknowledged >= count) return;
    trouble.failure = new Error('the broker closed the connection');
    lane.wake?.();
  });
  socket.write(
    generate({
      cmd: 'connect',
      protocolId: 'MQTT',
      protocolVersion: 4,
      clean: true,
      clientId: `bench-${process.pid}-${index}`,
      keepalive: 0,
    }),
  );
  await welcomed;
  return lane;
}

function publish(lane: Lane, topic: string, payload: string): void {
  lane.nextId = (lane.nextId % 65_535) + 1;
  lane.inFlight += 1;
  lane.socket.write(
    generate({
      cmd: 'publish',
      topic,
      payload,
      qos: 1,
      messageId: lane.nextId,
      dup: false,
      retain: false,
    }),
  );
}

async function room(lane: Lane): Promise<void> {
  while (lane.inFlight >= window) {
    if (trouble.failure !== undefined) throw trouble.failure;
    await new Promise<void>((resolve) => {
      lane.wake = resolve;
    });
  }
  lane.wake = undefined;
}

/** As fast as acknowledgements come, so many at once per connection. */
async function closedLoop(lanes: readonly Lane[]): Promise<void> {
  await Promise.all(
    lanes.map(async (lane, first) => {
      for (let index = first; index < count;) {
        await room(lane);
        lane.socket.cork();
        for (let k = 0; k < BURST && index < count && lane.inFlight < window; k += 1) {
          publish(lane, ...workload.message(index));
          index += lanes.length;
        }
        lane.socket.uncork();
      }
      while (lane.inFlight > 0) {
        if (trouble.failure !== undefined) throw trouble.failure;
        await new Promise<void>((resolve) => {
          lane.wake = resolve;
        });
      }
    }),
  );
}

/** At a fixed rate whatever is acknowledged; every so often a probe, whose time is told. Returns these times. */
async function openLoop(lanes: readonly Lane[], rate: number): Promise<number[]> {
  const probes: number[] = [];
  const begin = performance.now();
  const topic = `verimeter/v1/${TENANT}/${PROBE}/readings`;
  for (let index = 0; index < count;) {
    const due = Math.min(count, Math.floor(((performance.now() - begin) * rate) / 1000));
    for (const lane of lanes) lane.socket.cork();
    for (; index < due; index += 1) {
      const lane = lanes[index % lanes.length];
      if (lane === undefined) throw new Error('there is no connection');
      publish(lane, ...workload.message(index));
    }
    const elapsedS = (performance.now() - begin) / 1000;
    const [first] = lanes;
    if (first !== undefined && probes.length < elapsedS * PROBES_PER_S) {
      const ts = request.startMs + probes.length;
      publish(first, topic, `{"ts":${ts},"values":{"active_power":${probes.length}}}`);
      probes.push(performance.timeOrigin + performance.now());
    }
    for (const lane of lanes) lane.socket.uncork();
    await delay(1);
    if (trouble.failure !== undefined) throw trouble.failure;
  }
  return probes;
}

const lanes = await Promise.all(Array.from({ length: connections }, (_, index) => open(index)));
const beginMs = performance.timeOrigin + performance.now();
const probes = request.rate === undefined ? [] : await openLoop(lanes, request.rate);
if (request.rate === undefined) await closedLoop(lanes);
const used = process.cpuUsage();
const report: GeneratorReport = {
  processorSeconds: (used.user + used.system) / 1e6,
  beginMs,
  endMs: performance.timeOrigin + performance.now(),
  acknowledged,
  probes,
};
while (lanes.some(({ inFlight }) => inFlight > 0) && trouble.failure === undefined) await delay(5);
if (trouble.failure !== undefined) throw trouble.failure;
for (const { socket } of lanes) socket.end(generate({ cmd: 'disconnect' }));
process.stdout.write(JSON.stringify(report));
