import { compare } from './comparison.ts';
import { atRandomMoments } from './drive.ts';
import { createRandom, shuffled } from './random.ts';
import {
  type Hit,
  LEAST_UNACKNOWLEDGED,
  type Report,
  type ScenarioOptions,
  comparisonLines,
  faultsOf,
  hitLine,
  seconds,
  wholeness,
} from './report.ts';
import { type World, startWorld } from './world.ts';

const TARGETS = ['worker', 'database', 'both'] as const;
type Target = (typeof TARGETS)[number];

interface Kill extends Hit {
  readonly target: Target;
  /** Afterwards: messages that the broker sent again, batches that were tried again. */
  readonly redelivered: number;
  readonly retried: number;
}

const SHARE_OF_BOTH = 0.1;

/**
 * Worker and database are killed at random moments, and what is stored is compared with what the publisher knows to be acknowledged,
 * message by message. `early`: the worker acknowledges on receipt, and the same comparison must find losses.
 */
export async function runKills(
  options: ScenarioOptions & { readonly early?: boolean },
): Promise<Report> {
  const { messages, early = false } = options;
  const random = createRandom(options.seed);
  const world = await startWorld({ early });
  try {
    const begin = performance.now();
    const targets = schedule(options.kills, random);
    const kills: Kill[] = [];
    await atRandomMoments({ ...world, random }, options, async (index, unacknowledged) => {
      kills.push(await kill(world, targets[index] ?? 'worker', unacknowledged));
    });
    const { sent, acknowledged } = await world.finish(messages);
    await world.workerDone();
    const result = await compare(world.postgres.url, sent);
    const lines = [
      ...TARGETS.map((target) =>
        hitLine(
          `kill -9 of ${target}`,
          kills.filter((one) => one.target === target),
        ),
      ),
      `${kills.filter(leftTrace).length} of ${kills.length} kills followed by a redelivery or a batch tried again`,
      `${acknowledged.size} messages acknowledged, ${seconds(performance.now() - begin)}`,
      ...comparisonLines(result),
    ];
    const common = {
      'the publisher had every message acknowledged': acknowledged.size === sent,
      'every kill found enough messages in hand': kills.every(
        ({ unacknowledged }) => unacknowledged >= LEAST_UNACKNOWLEDGED,
      ),
    };
    const faults = early
      ? faultsOf({ ...common, 'the comparison finds losses': result.missing > 0 })
      : faultsOf({
          ...common,
          // A database that is killed between two commits may be back before the next one is tried: that leaves no trace.
          'all kills but one show a redelivery or a batch tried again':
            kills.filter((one) => !leftTrace(one)).length <= 1,
          ...wholeness(result),
        });
    return { lines, faults };
  } finally {
    await world.close();
  }
}

/** A worker that lives tries again; what a dead one had in hand comes again. */
function leftTrace({ target, redelivered, retried }: Kill): boolean {
  return (target === 'database' ? retried : redelivered) > 0;
}

/** A tenth of the kills hit both; the others alternate. In the order of chance. */
function schedule(kills: number, random: () => number): Target[] {
  const both = Math.ceil(kills * SHARE_OF_BOTH);
  const targets = Array.from({ length: kills }, (_, k): Target =>
    k < both ? 'both' : k % 2 === 0 ? 'worker' : 'database',
  );
  return shuffled(targets, random);
}

async function kill(world: World, target: Target, unacknowledged: number): Promise<Kill> {
  const { postgres } = world;
  const retriesBefore = await world.worker.metric('ingest_batch_retries_total');
  const hits = [];
  if (target !== 'database') hits.push(world.worker.kill());
  if (target !== 'worker') hits.push(postgres.kill());
  await Promise.all(hits);
  const begin = performance.now();
  if (target !== 'worker') await postgres.start();
  if (target !== 'database') await world.startWorker();
  const recoveryMs = await world.committedAgain(begin);
  const retries = await world.worker.metric('ingest_batch_retries_total');
  return {
    target,
    unacknowledged,
    redelivered: await world.worker.metric('ingest_redelivered_messages_total'),
    retried: target === 'database' ? retries - retriesBefore : retries,
    recoveryMs,
  };
}
