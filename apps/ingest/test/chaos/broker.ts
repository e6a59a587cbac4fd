import { setTimeout as delay } from 'node:timers/promises';
import { type Comparison, compare, storedMessages } from './comparison.ts';
import { type DeliveryRecord, createDeliveryRecord } from './delivery-record.ts';
import { atRandomMoments } from './drive.ts';
import { readingsOfMessage } from './messages.ts';
import { between, createRandom } from './random.ts';
import {
  type Hit,
  type Report,
  type ScenarioOptions,
  comparisonLines,
  faultsOf,
  hitLine,
  seconds,
  soundness,
} from './report.ts';
import { type World, startWorld } from './world.ts';

const DOWN_MS = 1000;
const QUIET_MS = 3000;

interface BrokerKill extends Hit {
  /** Messages the publisher had begun to send when the worker was connected again. */
  readonly back: number;
  readonly redelivered: number;
  /** It came before the broker had saved the worker's session: until the worker was back, messages went to nobody. */
  readonly lostSession: boolean;
}

/**
 * Mosquitto is killed with the shipped configuration and starts again on its files. It may lose what it has acknowledged to the publisher
 * since its last save; what the worker has acknowledged to it must be stored, as a witness on the wire between the two tells.
 */
export async function runBroker(options: ScenarioOptions): Promise<Report> {
  const random = createRandom(options.seed);
  const record = createDeliveryRecord();
  // What the broker lost is never stored: how far the run is says the wire.
  const world: World = await startWorld({
    toBroker: record.inspect,
    progress: createProgress(record, () => world),
  });
  try {
    const begin = performance.now();
    const kills: BrokerKill[] = [];
    await atRandomMoments({ ...world, random }, options, async (_index, unacknowledged) => {
      const { worker } = world;
      const before = await worker.metric('ingest_redelivered_messages_total');
      const { all, fresh } = record.sessions;
      await world.mosquitto.kill();
      const killed = performance.now();
      await delay(between(random, 0, DOWN_MS));
      await world.mosquitto.start();
      const recoveryMs = await world.committedAgain(killed);
      await world.until(async () => record.sessions.all > all, 'the worker to be back');
      const back = world.publisher.published();
      const redelivered = (await worker.metric('ingest_redelivered_messages_total')) - before;
      const lostSession = record.sessions.fresh > fresh;
      kills.push({ unacknowledged, back, redelivered, recoveryMs, lostSession });
    });
    const { sent, acknowledged } = await world.finish(options.messages);
    await world.workerDone();
    const result = await compare(world.postgres.url, sent);
    const stored = await storedMessages(world.postgres.url);
    const lost = explain(sent, stored, record);
    const perKill = lossPerKill(lost.all, kills);
    return {
      lines: [
        hitLine('kill -9 of Mosquitto', kills),
        `${acknowledged.size} messages acknowledged by Mosquitto, ${seconds(performance.now() - begin)}`,
        `lost by Mosquitto: ${lost.all.length} messages, per kill ${lossLine(perKill, kills)}`,
        `of these never handed to the worker ${lost.neverDelivered}, handed over and not acknowledged by it ${lost.unacknowledged}, acknowledged by it ${lost.acknowledged}`,
        `handed to the worker again after it had acknowledged: ${record.again.dup} with DUP (${record.again.otherId} under another packet id), ${record.again.fresh} as new`,
        `stored twice: ${result.twice} readings without own time, which came again under another packet id`,
        `messages with DUP per kill: ${kills.map(({ redelivered }) => redelivered).join(' ')}`,
        ...comparisonLines(result),
      ],
      faults: faultsOf({
        'the publisher had every message acknowledged': acknowledged.size === sent,
        'what the worker has acknowledged is stored': lost.acknowledged === 0,
        'what is missing are whole messages': result.missing === lost.readings,
        ...notMoreThanSent(result),
        ...soundness(result),
      }),
    };
  } finally {
    await world.close();
  }
}

/**
 * Where nothing has been handed over for a while to a worker that is there for it, what is missing was lost with the broker: then the
 * publisher says how far the run is. Without a worker it waits: the broker takes in any number of messages in no time.
 */
function createProgress(record: DeliveryRecord, world: () => World): () => Promise<number> {
  let reached = 0;
  let since = performance.now();
  return async () => {
    if (record.highest > reached) {
      reached = record.highest;
      since = performance.now();
    } else if (performance.now() - since > QUIET_MS) {
      since = performance.now();
      const { checks } = await world().worker.readiness();
      if (checks['broker'] === 'ok') reached = Math.max(reached, world().publisher.acknowledged());
    }
    return reached;
  };
}

const notMoreThanSent = (result: Comparison): Record<string, boolean> => ({
  'no reading was never sent': result.unknown === 0,
  'no reading is in conflict': result.conflicts === 0,
  'the ledger has stored what is there':
    result.ledger.stored === result.readings - result.missing + result.twice,
});

interface Lost {
  readonly all: readonly number[];
  readonly readings: number;
  readonly neverDelivered: number;
  /** Handed to the worker, which did not acknowledge. */
  readonly unacknowledged: number;
  /** By the worker: these must be none. */
  readonly acknowledged: number;
}

function explain(sent: number, stored: ReadonlySet<number>, record: DeliveryRecord): Lost {
  const all = Array.from({ length: sent }, (_, n) => n).filter((n) => !stored.has(n));
  const acknowledged = all.filter((n) => record.isAcknowledged(n)).length;
  const neverDelivered = all.filter((n) => record.timesDelivered(n) === 0).length;
  return {
    all,
    readings: all.reduce((sum, n) => sum + readingsOfMessage(n), 0),
    neverDelivered,
    acknowledged,
    unacknowledged: all.length - neverDelivered - acknowledged,
  };
}

/** By the kill with which, or after which before the worker was back, a message was published. */
function lossPerKill(lost: readonly number[], kills: readonly BrokerKill[]): number[] {
  return kills.map(({ back }, index) => {
    const from = kills[index - 1]?.back ?? 0;
    const to = index === kills.length - 1 ? Infinity : back;
    return lost.filter((n) => n >= from && n < to).length;
  });
}

function lossLine(perKill: readonly number[], kills: readonly BrokerKill[]): string {
  const of = (lostSession: boolean): string =>
    perKill
      .filter((_, index) => kills[index]?.lostSession === lostSession)
      .toSorted((a, b) => a - b)
      .join(' ');
  return `${of(false)}; with the worker's session, which it had not saved yet: ${of(true) || 'none'}`;
}
