import { type Ledger, compare, readLedger, storedReadings } from './comparison.ts';
import { type CommitPhase, createCommitDelay } from './commit-delay.ts';
import { atRandomMoments } from './drive.ts';
import { readingsOf } from './messages.ts';
import { between, createRandom } from './random.ts';
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
import { atMostEvery, until } from './waiting.ts';
import { type World, startWorld } from './world.ts';

type Way = 'cut' | 'kill';

interface UnknownCommit extends Hit {
  readonly way: Way;
  readonly phase: CommitPhase;
}

const PHASES: readonly CommitPhase[] = ['asked', 'underway', 'done'];
const ASK_MS = 100;
const DELAY_MS = { least: 50, most: 300 };

/**
 * Each COMMIT and its answer are delayed, and while one is on its way the connection is cut or the worker killed: its result is not
 * known to the worker. First the cuts: as the broker has nothing to send again then, whatever is received more than once was counted
 * twice. Then the kills.
 */
export async function runCommit(options: ScenarioOptions): Promise<Report> {
  const random = createRandom(options.seed);
  const hold = (): number => between(random, DELAY_MS.least, DELAY_MS.most);
  const commits = createCommitDelay({ beforeMs: hold, afterMs: hold });
  const world = await startWorld({ toDatabase: commits.inspect });
  try {
    const begin = performance.now();
    const hits: UnknownCommit[] = [];
    const half = { ...options, messages: options.messages / 2 };
    const hit = (way: Way, from: number, kills: number): Promise<void> =>
      atRandomMoments(
        {
          reached: async () => (await world.reached()) - from,
          onTheirWay: world.onTheirWay,
          random,
        },
        { ...half, kills },
        async (index, unacknowledged) => {
          const phase = PHASES[index % PHASES.length] ?? 'done';
          let hitAt = 0;
          await commits.trap(phase, async (reset) => {
            hitAt = performance.now();
            if (way === 'kill') await world.worker.kill();
            else reset();
          });
          if (way === 'kill') await world.startWorker();
          hits.push({ way, phase, unacknowledged, recoveryMs: await world.committedAgain(hitAt) });
        },
      );
    const cuts = Math.ceil(options.kills / 2);
    await hit('cut', 0, cuts);
    const afterCuts = await drained(world);
    await hit('kill', world.allowed, options.kills - cuts);
    const { sent, acknowledged } = await world.finish(options.messages);
    await world.workerDone();
    const result = await compare(world.postgres.url, sent);
    return {
      lines: [
        ...(['cut', 'kill'] as const).flatMap((way) =>
          PHASES.map((phase) =>
            hitLine(
              `${way === 'cut' ? 'connection cut' : 'worker killed'}, COMMIT ${phase}`,
              hits.filter((one) => one.way === way && one.phase === phase),
            ),
          ),
        ),
        `${commits.commits} COMMITs delayed, each by ${DELAY_MS.least} to ${DELAY_MS.most} ms and its answer as well`,
        `after the cuts: received ${afterCuts.received}, stored ${afterCuts.stored}, duplicate ${afterCuts.duplicate} of ${afterCuts.sent} sent`,
        `${acknowledged.size} messages acknowledged, ${seconds(performance.now() - begin)}`,
        ...comparisonLines(result),
      ],
      faults: faultsOf({
        'the publisher had every message acknowledged': acknowledged.size === sent,
        'after the cuts each reading was counted once':
          afterCuts.received === afterCuts.sent &&
          afterCuts.stored === afterCuts.sent &&
          afterCuts.duplicate === 0,
        ...wholeness(result),
      }),
    };
  } finally {
    await world.close();
  }
}

/** The account once all that the publisher may publish by now is stored. */
async function drained(world: World): Promise<Ledger & { readonly sent: number }> {
  const sent = readingsOf(world.allowed);
  const stored = atMostEvery(ASK_MS, () => storedReadings(world.postgres.url));
  await until(async () => (await stored()) >= sent, 'the rest');
  await world.workerDone();
  return { ...(await readLedger(world.postgres.url)), sent };
}
