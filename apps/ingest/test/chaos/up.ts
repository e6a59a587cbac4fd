import { compare, register, storedReadings } from './comparison.ts';
import { atRandomMoments, createDrive } from './drive.ts';
import { createUp } from './embedded-up.ts';
import { messagesOf } from './messages.ts';
import { startPublisher } from './publisher-process.ts';
import { createRandom, shuffled } from './random.ts';
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

interface UpKill extends Hit {
  readonly withDatabase: boolean;
  readonly redelivered: number;
}

const SHARE_WITH_DATABASE = 0.3;
const ASK_MS = 100;

/**
 * `verimeter up` with everything in it is killed, alone or together with its PostgreSQL, and started again on its data directory. What it
 * has acknowledged to the device must be stored.
 */
export async function runUp(options: ScenarioOptions): Promise<Report> {
  const random = createRandom(options.seed);
  const up = await createUp();
  const closers: (() => Promise<unknown>)[] = [() => up.close()];
  try {
    await up.start();
    const databaseUrl = await up.databaseUrl();
    await register(databaseUrl);
    const publisher = await startPublisher({ mqttUrl: up.mqttUrl, window: 2000 });
    closers.unshift(() => publisher.close());
    // The database has another port after it was killed as well.
    const stored = atMostEvery(ASK_MS, async () =>
      messagesOf(await storedReadings(await up.databaseUrl())),
    );
    const drive = createDrive(publisher, stored);
    const begin = performance.now();
    const withDatabase = shuffled(
      Array.from(
        { length: options.kills },
        (_, k) => k < Math.ceil(options.kills * SHARE_WITH_DATABASE),
      ),
      random,
    );
    const kills: UpKill[] = [];
    const run = {
      random,
      reached: () => drive.reached(),
      onTheirWay: () => up.metric('ingest_pending_messages'),
    };
    await atRandomMoments(run, options, async (index, unacknowledged) => {
      const both = withDatabase[index] ?? false;
      await up.kill(both);
      const killed = performance.now();
      await up.start();
      const count = (): Promise<number> => up.metric('ingest_flush_seconds_count');
      await until(async () => (await count()) > 0, 'a commit after the kill');
      const recoveryMs = performance.now() - killed;
      const redelivered = await up.metric('ingest_redelivered_messages_total');
      kills.push({ withDatabase: both, unacknowledged, recoveryMs, redelivered });
    });
    const { sent, acknowledged } = await drive.finish(options.messages);
    const result = await compare(await up.databaseUrl(), sent);
    return {
      lines: [
        hitLine(
          'kill -9 of up',
          kills.filter((one) => !one.withDatabase),
        ),
        hitLine(
          'kill -9 of up and its PostgreSQL',
          kills.filter((one) => one.withDatabase),
        ),
        `${acknowledged.size} messages acknowledged to the device, ${seconds(performance.now() - begin)}`,
        ...comparisonLines(result),
      ],
      faults: faultsOf({
        'the publisher had every message acknowledged': acknowledged.size === sent,
        'every kill shows a redelivery': kills.every(({ redelivered }) => redelivered > 0),
        ...wholeness(result),
      }),
    };
  } finally {
    for (const close of closers) await close();
  }
}
