import { migrate } from '@verimeter/registry';
import { type Mosquitto, findMosquitto, startMosquitto } from '@verimeter/test-support';
import {
  type PostgresOptions,
  type SystemPostgres,
  startPostgres15,
} from '../support/system-postgres.ts';
import { type WorkerProcess, startWorker } from '../support/worker-process.ts';
import { register, storedReadings } from './comparison.ts';
import { type Drive, createDrive } from './drive.ts';
import { messagesOf } from './messages.ts';
import { type PublisherProcess, startPublisher } from './publisher-process.ts';
import { type Inspect, type TcpProxy, startTcpProxy } from './tcp-proxy.ts';
import { atMostEvery, until } from './waiting.ts';

export interface WorldOptions {
  /** The worker acknowledges on receipt: what the comparison must find. */
  readonly early?: boolean;
  /** Lines of the broker's configuration that are not the shipped ones. */
  readonly mosquitto?: Readonly<Record<string, string>>;
  readonly postgres?: PostgresOptions;
  /** Between worker and broker, or worker and database, goes a proxy. */
  readonly toBroker?: Inspect;
  readonly toDatabase?: Inspect;
  /** Query part of the worker's DATABASE_URL. */
  readonly databaseQuery?: string;
  readonly keepaliveS?: number;
  /** As the service has it; default: so long that a batch leaves enough in the worker's hands to kill it with. */
  readonly flushMs?: number;
  /** How far the run is, in messages; default: what is stored. */
  readonly progress?: () => Promise<number>;
  readonly ahead?: number;
  /** Further settings of the worker. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Mosquitto, PostgreSQL with all that keeps a commit, one worker, and a publisher, each a process of its own. */
export interface World extends Drive {
  readonly mosquitto: Mosquitto;
  readonly postgres: SystemPostgres;
  readonly publisher: PublisherProcess;
  readonly worker: WorkerProcess;
  readonly brokerProxy: TcpProxy | undefined;
  readonly databaseProxy: TcpProxy | undefined;
  /** Started after the one before was killed. */
  startWorker(): Promise<void>;
  /** Once the worker has committed something from now on; milliseconds since `begin`. */
  committedAgain(begin: number): Promise<number>;
  /** Asks until it is so; the publisher goes on meanwhile. */
  until(condition: () => Promise<boolean>, what: string): Promise<void>;
  /** Nothing is in the worker's hands. */
  workerDone(): Promise<void>;
  readonly onTheirWay: () => Promise<number>;
  close(): Promise<void>;
}

const ASK_MS = 100;
const WINDOW = 2000;
const FLUSH_MS = 250;

function through(url: string, proxy: TcpProxy | undefined): URL {
  const address = new URL(url);
  if (proxy !== undefined) address.port = String(proxy.port);
  return address;
}

export async function startWorld(options: WorldOptions = {}): Promise<World> {
  const program = findMosquitto();
  if (program === undefined) throw new Error('Mosquitto is not installed');
  const closers: (() => Promise<unknown>)[] = [];
  const close = async (): Promise<void> => {
    for (const one of closers.splice(0).toReversed()) await one();
  };
  try {
    const mosquitto = await startMosquitto(program, options.mosquitto);
    closers.push(() => mosquitto.stop());
    const postgres = await startPostgres15({ durable: true, ...options.postgres });
    closers.push(() => postgres.stop());
    await migrate(postgres.url);
    await register(postgres.url);
    const proxy = async (port: number, inspect?: Inspect): Promise<TcpProxy | undefined> => {
      if (inspect === undefined) return undefined;
      const started = await startTcpProxy(port, inspect);
      closers.push(() => started.close());
      return started;
    };
    const brokerProxy = await proxy(mosquitto.port, options.toBroker);
    const databaseProxy = await proxy(postgres.port, options.toDatabase);
    const databaseUrl = through(postgres.url, databaseProxy);
    databaseUrl.search = options.databaseQuery ?? '';
    const env = {
      DATABASE_URL: databaseUrl.href,
      MQTT_URL: through(mosquitto.url, brokerProxy).href,
      MQTT_CLIENT_ID: 'chaos-worker',
      INGEST_FLUSH_MS: String(options.flushMs ?? FLUSH_MS),
      ...options.env,
    };
    const { early = false, keepaliveS } = options;
    const begin = (): Promise<WorkerProcess> =>
      startWorker(env, { ackBeforeCommit: early, keepaliveS });
    let worker = await begin();
    closers.push(() => worker.kill());
    await worker.untilReady();
    const publisher = await startPublisher({ mqttUrl: mosquitto.url, window: WINDOW });
    closers.push(() => publisher.close());
    // With acknowledgements on receipt the store does not say how far the run is.
    const isStored = atMostEvery(ASK_MS, async () =>
      messagesOf(await storedReadings(postgres.url)),
    );
    const progress = options.progress ?? (early ? async () => publisher.acknowledged() : isStored);
    const drive = createDrive(publisher, progress, options.ahead);
    const commits = (): Promise<number> => worker.metric('ingest_flush_seconds_count');
    return {
      mosquitto,
      postgres,
      publisher,
      brokerProxy,
      databaseProxy,
      reached: () => drive.reached(),
      finish: (messages) => drive.finish(messages),
      get allowed() {
        return drive.allowed;
      },
      until: (condition, what) =>
        until(async () => {
          await drive.reached();
          return condition();
        }, what),
      get worker() {
        return worker;
      },
      async startWorker() {
        worker = await begin();
      },
      async committedAgain(since) {
        const committed = await commits();
        if (early) await worker.untilReady();
        else
          await until(async () => {
            await drive.reached();
            return (await commits()) > committed;
          }, 'a commit afterwards');
        return performance.now() - since;
      },
      workerDone: () =>
        until(async () => (await worker.unacknowledged()) === 0, 'the worker to be done'),
      onTheirWay: () => worker.unacknowledged(),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}
