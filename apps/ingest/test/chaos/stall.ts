import { readFile } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { compare, storedReadings } from './comparison.ts';
import { readingsOf } from './messages.ts';
import {
  type Report,
  type ScenarioOptions,
  comparisonLines,
  faultsOf,
  seconds,
  wholeness,
} from './report.ts';
import { atMostEvery, until } from './waiting.ts';
import { type World, startWorld } from './world.ts';

type Phase = 'closed loop' | 'stall' | 'drain';
type StallOptions = Pick<ScenarioOptions, 'seconds' | 'rate' | 'onProgress'>;

/** The closed loop is measured over so many, after a few of which it has got going. */
const CLOSED_LOOP = { warmUp: 5000, messages: 15_000, messagesOfLongStall: 150_000 };
const LONG_STALL_S = 120;
const SHIPPED_FLUSH_MS = 20;
const MEMORY_LIMIT_MB = 300;
const TICK_MS = 20;
const SAMPLE_MS = 500;
const ASK_MS = 100;
const DRAIN_PATIENCE_MS = 1_800_000;
/** Not of the shipped configuration: it queues a million messages at most, and each save would write all of them. */
const DEEP_QUEUE = {
  max_queued_messages: '8000000',
  max_queued_bytes: '8589934592',
  persistence: 'false',
};

/**
 * All processes of PostgreSQL are stopped (SIGSTOP) while messages come at a fixed rate, and go on after that. The worker's memory must stay
 * bounded, nothing may be lost, and all must be stored in the end. How fast messages were sent and the backlog was worked off is said and not
 * judged: it is the machine's as much as the worker's.
 */
export async function runStall(options: StallOptions): Promise<Report> {
  const { rate, onProgress = () => undefined } = options;
  const world = await startWorld({ mosquitto: DEEP_QUEUE, flushMs: SHIPPED_FLUSH_MS });
  try {
    const begin = performance.now();
    let phase: Phase = 'closed loop';
    const memory = watchMemory(world, () => phase);
    const closedLoop = await closedLoopRate(world, options.seconds);
    onProgress(`closed loop ${Math.round(closedLoop)} messages/s`);
    const from = world.allowed;
    phase = 'stall';
    const resume = await stopProcesses(world.postgres.pid);
    await publishAtRate(world, from, options).finally(resume);
    phase = 'drain';
    const resumed = performance.now();
    const stalled = options.seconds * rate;
    const sentPerS = (world.publisher.published() - from) / options.seconds;
    onProgress(`PostgreSQL goes on, ${world.publisher.published() - from} messages behind`);
    const { sent, acknowledged } = await world.finish(from + stalled);
    await untilStored(world, sent);
    const drained = stalled / ((performance.now() - resumed) / 1000);
    const mostMb = await memory.stop();
    const worstMb = Math.max(...Object.values(mostMb));
    await world.workerDone();
    const result = await compare(world.postgres.url, sent);
    return {
      lines: [
        `closed loop: ${Math.round(closedLoop)} messages/s stored`,
        `PostgreSQL stopped for ${options.seconds} s, in which ${Math.round(sentPerS)} of ${rate} messages/s were published, ${stalled} in all`,
        `worker, resident at most: ${Object.entries(mostMb)
          .map(([name, mb]) => `${name} ${mb.toFixed(0)} MB`)
          .join(', ')}`,
        `backlog worked off at ${Math.round(drained)} messages/s, ${Math.round((drained / closedLoop) * 100)} % of the closed loop`,
        `${acknowledged.size} messages acknowledged, ${seconds(performance.now() - begin)}`,
        ...comparisonLines(result),
      ],
      faults: faultsOf({
        'the publisher had every message acknowledged': acknowledged.size === sent,
        [`the worker stays under ${MEMORY_LIMIT_MB} MB`]: worstMb < MEMORY_LIMIT_MB,
        ...wholeness(result),
      }),
    };
  } finally {
    await world.close();
  }
}

/** Messages stored per second while the publisher is always ahead, and everything runs. */
async function closedLoopRate(world: World, stallS: number): Promise<number> {
  const count = stallS < LONG_STALL_S ? CLOSED_LOOP.messages : CLOSED_LOOP.messagesOfLongStall;
  const reach = async (messages: number): Promise<number> => {
    await until(async () => (await world.reached()) >= messages, 'the closed loop');
    return performance.now();
  };
  const begin = await reach(CLOSED_LOOP.warmUp);
  const done = await reach(CLOSED_LOOP.warmUp + count);
  const rate = count / ((done - begin) / 1000);
  await untilStored(world, world.allowed);
  return rate;
}

async function publishAtRate(
  world: World,
  from: number,
  { seconds: forSeconds, rate }: StallOptions,
): Promise<void> {
  const since = performance.now();
  for (let passed = 0; passed < forSeconds;) {
    await delay(TICK_MS);
    passed = Math.min((performance.now() - since) / 1000, forSeconds);
    world.publisher.allow(from + Math.floor(passed * rate));
  }
}

function untilStored(world: World, messages: number): Promise<void> {
  const stored = atMostEvery(ASK_MS, () => storedReadings(world.postgres.url));
  return until(
    async () => (await stored()) >= readingsOf(messages),
    'all to be stored',
    DRAIN_PATIENCE_MS,
  );
}

/** The most that the worker's memory was, in the phase that is named meanwhile. */
function watchMemory(world: World, phase: () => Phase): { stop(): Promise<Record<Phase, number>> } {
  const mostMb = { 'closed loop': 0, stall: 0, drain: 0 };
  const over = new AbortController();
  const watching = (async () => {
    while (!over.signal.aborted) {
      mostMb[phase()] = Math.max(mostMb[phase()], await world.worker.residentMb());
      await delay(SAMPLE_MS);
    }
  })();
  watching.catch(() => undefined); // whoever stops it hears of it
  return {
    async stop() {
      over.abort();
      await watching;
      return mostMb;
    },
  };
}

/** Stops the process first, so that it makes no more children, then these; returns what lets them go on. */
async function stopProcesses(parent: number | undefined): Promise<() => void> {
  if (parent === undefined) throw new Error('PostgreSQL does not run');
  process.kill(parent, 'SIGSTOP');
  const text = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8');
  const all = [parent, ...text.trim().split(' ').map(Number)];
  for (const pid of all) signal(pid, 'SIGSTOP');
  return () => {
    for (const pid of all) signal(pid, 'SIGCONT');
  };
}

/** One that was about to end may be gone by now. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ESRCH')) throw error;
  }
}
