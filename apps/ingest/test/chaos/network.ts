import { setTimeout as delay } from 'node:timers/promises';
import { compare } from './comparison.ts';
import { atRandomMoments } from './drive.ts';
import { between, createRandom, shuffled } from './random.ts';
import {
  type Hit,
  type Report,
  type ScenarioOptions,
  comparisonLines,
  faultsOf,
  hitLine,
  seconds,
  wholeness,
} from './report.ts';
import type { Cut, TcpProxy } from './tcp-proxy.ts';
import { type World, startWorld } from './world.ts';

type Side = 'broker' | 'database';

interface NetworkCut extends Hit {
  readonly side: Side;
  readonly way: Cut;
  /** Messages with DUP, and batches tried again, until a message was committed again. */
  readonly repeated: number;
}

const KINDS = (['broker', 'database'] as const).flatMap((side) =>
  (['reset', 'silence'] as const).map((way) => ({ side, way })),
);
const LEAST_MS = 1000;
/** Of the worker: time-outs shorter than the shipped ones (60 s each), which notice a silent connection as well, sooner. */
const QUICK = {
  keepaliveS: 5,
  databaseQuery:
    'statement_timeout=5000&query_timeout=7000&idle_in_transaction_session_timeout=5000',
};

/**
 * All connections of the worker to broker or database are cut for some seconds: reset, or in silence, so that neither end hears of it
 * and what was under way never arrives. `seconds`: the longest cut.
 */
export async function runNetwork(options: ScenarioOptions): Promise<Report> {
  const random = createRandom(options.seed);
  const world = await startWorld({
    toBroker: () => ({}),
    toDatabase: () => ({}),
    ...(options.shipped === true ? {} : QUICK),
  });
  try {
    const begin = performance.now();
    const kinds = shuffled(
      Array.from({ length: options.kills }, (_, k) => KINDS[k % KINDS.length] ?? KINDS[0]),
      random,
    );
    const mostMs = options.seconds * 1000;
    const cuts: NetworkCut[] = [];
    await atRandomMoments({ ...world, random }, options, async (index, unacknowledged) => {
      const { side = 'broker', way = 'reset' } = kinds[index] ?? {};
      const forMs = between(random, Math.min(LEAST_MS, mostMs), mostMs);
      cuts.push({ side, way, unacknowledged, ...(await cut(world, side, way, forMs)) });
    });
    const { sent, acknowledged } = await world.finish(options.messages);
    await world.workerDone();
    const result = await compare(world.postgres.url, sent);
    return {
      lines: [
        ...KINDS.map(({ side, way }) =>
          hitLine(
            `${side} cut with ${way}`,
            cuts.filter((one) => one.side === side && one.way === way),
          ),
        ),
        `${acknowledged.size} messages acknowledged, ${seconds(performance.now() - begin)}`,
        ...comparisonLines(result),
      ],
      faults: faultsOf({
        'the publisher had every message acknowledged': acknowledged.size === sent,
        'every cut shows a redelivery or a batch tried again': cuts.every(
          ({ repeated }) => repeated > 0,
        ),
        ...wholeness(result),
      }),
    };
  } finally {
    await world.close();
  }
}

/** Recovery counts from the moment at which the network is whole again. */
async function cut(
  world: World,
  side: Side,
  way: Cut,
  forMs: number,
): Promise<Pick<NetworkCut, 'repeated' | 'recoveryMs'>> {
  const repetitions = (): Promise<number> =>
    world.worker.metric(
      side === 'broker' ? 'ingest_redelivered_messages_total' : 'ingest_batch_retries_total',
    );
  const proxy: TcpProxy | undefined = side === 'broker' ? world.brokerProxy : world.databaseProxy;
  if (proxy === undefined) throw new Error('there is no proxy');
  const before = await repetitions();
  proxy.cut(way);
  await delay(forMs);
  proxy.heal();
  const healed = performance.now();
  await world.committedAgain(healed);
  // What was in hand before a cut from the broker may be committed first.
  await world.until(async () => (await repetitions()) > before, 'a repetition');
  return { recoveryMs: performance.now() - healed, repeated: (await repetitions()) - before };
}
