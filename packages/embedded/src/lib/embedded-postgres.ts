import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { lockDirectory, lockHolder } from './directory-lock.ts';
import { type PostgresBinaries, findPostgresBinaries } from './postgres-binaries.ts';
import {
  type ClusterPaths,
  DATABASE,
  ROLE,
  checkClusterVersion,
  clusterArgument,
  clusterPaths,
  prepareCluster,
} from './postgres-cluster.ts';
import { spawnOptions } from './postgres-process.ts';
import { type UnprivilegedUser, findPostgresUser } from './postgres-user.ts';
import { isAlive, readPostmasterFile, servesCluster } from './postmaster-file.ts';

/** The part of a logger that is used here. */
export interface PostgresLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}

export interface EmbeddedPostgresOptions {
  /** The database lives in its subdirectory `postgres`; kept between runs. */
  readonly dataDir: string;
  /** Port on 127.0.0.1; default: a free one. */
  readonly port?: number | undefined;
  readonly log?: PostgresLog | undefined;
  /** Default true. False: no fsync, for throwaway clusters of tests only. */
  readonly durable?: boolean;
  /** Directory of other PostgreSQL programs than the packaged ones, 15 or newer, such as `/usr/lib/postgresql/17/bin`. */
  readonly binDirectory?: string;
  /** More server settings, such as `['log_min_duration_statement=100']`. */
  readonly settings?: readonly string[];
}

export interface EmbeddedPostgres {
  /** Connection string of the superuser, with its password. */
  readonly url: string;
  readonly port: number;
  /** Process id of the server; another one after it had to be restarted. */
  readonly pid: number;
  /** True where a server left running by a killed process was taken over. */
  readonly adopted: boolean;
  /** Fast shutdown: open transactions are rolled back, committed ones are on disk. */
  stop(): Promise<void>;
}

const START_TIMEOUT_MS = 60_000; // crash recovery of a large write-ahead log takes its time
const STOP_TIMEOUT_MS = 30_000;
const POLL_MS = 10;
const SUPERVISION_MS = 500;
const LOG_LIMIT_BYTES = 10 * 1024 * 1024;

const SETTINGS = [
  'listen_addresses=127.0.0.1',
  'unix_socket_directories=',
  'max_connections=100',
  'shared_buffers=256MB',
  'work_mem=16MB',
  'maintenance_work_mem=128MB',
  'wal_level=minimal', // no replica reads an embedded database
  'max_wal_senders=0',
  'max_wal_size=4GB', // an import of some million rows without a forced checkpoint
  'checkpoint_timeout=15min',
  'random_page_cost=1.1',
  'log_checkpoints=off',
  'timezone=UTC',
];
const THROWAWAY_SETTINGS = ['fsync=off', 'synchronous_commit=off', 'full_page_writes=off'];

const silent: PostgresLog = { info: () => undefined, warn: () => undefined };

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address === null || typeof address === 'string') reject(new Error('no TCP address'));
        else resolve(address.port);
      });
    });
  });
}

function lastLines(file: string, from: number): string {
  const text = readFileSync(file).subarray(from).toString();
  return text.trimEnd().split('\n').slice(-8).join('\n');
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

interface Launch {
  readonly paths: ClusterPaths;
  readonly binaries: PostgresBinaries;
  readonly user: UnprivilegedUser | undefined;
  readonly settings: readonly string[];
}

class ServerExitError extends Error {
  readonly output: string;
  constructor(output: string) {
    super(`PostgreSQL did not start:\n${output}`);
    this.output = output;
  }
}

/** Starts the server and waits until it accepts connections. It survives this process and writes its own log. */
async function launch({ paths, binaries, user, settings }: Launch, port: number): Promise<number> {
  if (sizeOf(paths.log) > LOG_LIMIT_BYTES) renameSync(paths.log, `${paths.log}.old`);
  const logFrom = sizeOf(paths.log);
  const logFile = openSync(paths.log, 'a', 0o600);
  let child: ChildProcess;
  try {
    child = spawn(
      binaries.postgres,
      [
        '-D',
        clusterArgument(paths.cluster, user, binaries),
        '-p',
        String(port),
        ...settings.flatMap((setting) => ['-c', setting]),
      ],
      {
        ...spawnOptions({ cwd: paths.cluster, user }),
        // Its own session: a terminal's Ctrl-C must not stop the database before the services have flushed.
        detached: true,
        stdio: ['ignore', logFile, logFile],
      },
    );
  } finally {
    closeSync(logFile);
  }
  let failed: Error | undefined;
  child.on('error', (error) => (failed = error));
  child.on('exit', () => (failed ??= new ServerExitError(lastLines(paths.log, logFrom))));
  child.unref();
  const deadline = Date.now() + START_TIMEOUT_MS;
  for (;;) {
    if (failed !== undefined) throw failed;
    const file = readPostmasterFile(paths.cluster);
    if (file?.ready === true && file.pid === child.pid) return file.pid;
    if (Date.now() > deadline) {
      child.kill('SIGINT');
      throw new Error(`PostgreSQL was not ready after ${String(START_TIMEOUT_MS / 1000)} s:
${lastLines(paths.log, logFrom)}`);
    }
    await delay(POLL_MS);
  }
}

/** Launches on the wanted port, or on free ones until one holds; waits for the remains of a killed server to go. */
async function launchWithRetry(
  options: Launch,
  wanted: number | undefined,
): Promise<{ pid: number; port: number }> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  for (;;) {
    const port = wanted ?? (await freePort());
    try {
      return { pid: await launch(options, port), port };
    } catch (error) {
      if (!(error instanceof ServerExitError) || Date.now() > deadline) throw error;
      const portTaken = error.output.includes('Address already in use');
      if (portTaken && wanted !== undefined) {
        throw new Error(`port ${String(port)} for PostgreSQL is in use`, { cause: error });
      }
      if (!portTaken && !error.output.includes('shared memory block')) throw error;
      await delay(100);
    }
  }
}

async function waitForExit(pid: number): Promise<void> {
  const deadline = Date.now() + STOP_TIMEOUT_MS;
  while (isAlive(pid)) {
    if (Date.now() > deadline) {
      throw new Error(`PostgreSQL (process ${String(pid)}) did not stop`);
    }
    await delay(POLL_MS);
  }
}

/** SIGINT is PostgreSQL's fast shutdown. */
async function shutDown(pid: number): Promise<void> {
  if (isAlive(pid)) process.kill(pid, 'SIGINT');
  await waitForExit(pid);
}

/** A server left by a killed process, once it accepts connections; a stale file is removed. */
async function findRunning(cluster: string): Promise<{ pid: number; port: number } | undefined> {
  for (;;) {
    const file = readPostmasterFile(cluster);
    if (file === undefined) return undefined;
    if (!servesCluster(file.pid, cluster)) {
      await rm(path.join(cluster, 'postmaster.pid'), { force: true });
      return undefined;
    }
    if (file.ready) return { pid: file.pid, port: file.port };
    await delay(POLL_MS); // starting, in recovery or shutting down
  }
}

/** The live process that runs on a data directory now, if any. */
export const dataDirectoryHolder = (dataDir: string): number | undefined =>
  lockHolder(clusterPaths(dataDir).lock);

/** Whether a data directory has a database, running or not. */
export const hasEmbeddedPostgres = (dataDir: string): boolean =>
  existsSync(clusterPaths(dataDir).cluster);

/** Removes the database of a data directory, with all that is in it. It must not be running. */
export const removeEmbeddedPostgres = (dataDir: string): Promise<void> =>
  rm(clusterPaths(dataDir).home, { recursive: true, force: true });

/**
 * Starts the embedded PostgreSQL of a data directory, creating it at first. Where a server of the directory still runs
 * because its starter was killed, that one is used. A server that dies is started again on the same port.
 * @throws DirectoryInUseError where another live process runs on the directory; ClusterVersionError, before anything is touched, where
 * another major version of PostgreSQL made the database.
 */
export async function startEmbeddedPostgres(
  options: EmbeddedPostgresOptions,
): Promise<EmbeddedPostgres> {
  const log = options.log ?? silent;
  const durable = options.durable ?? true;
  const paths = clusterPaths(options.dataDir);
  const user = await findPostgresUser();
  const binaries = await findPostgresBinaries(user, options.binDirectory);
  await checkClusterVersion(paths, binaries);
  // Others may pass but not list: the database's own account needs its subdirectory only.
  await mkdir(paths.home, { recursive: true, mode: 0o711 });
  const unlock = lockDirectory(path.resolve(options.dataDir), paths.lock);
  try {
    const password = await prepareCluster(paths, binaries, user, durable);
    const settings = [
      ...SETTINGS,
      ...(durable ? [] : THROWAWAY_SETTINGS),
      ...(options.settings ?? []),
    ];
    const launchOptions: Launch = { paths, binaries, user, settings };
    let running = await findRunning(paths.cluster);
    if (running !== undefined && options.port !== undefined && running.port !== options.port) {
      await shutDown(running.pid);
      running = undefined;
    }
    const adopted = running !== undefined;
    const server = running ?? (await launchWithRetry(launchOptions, options.port));
    log.info({ pid: server.pid, port: server.port, adopted }, 'PostgreSQL is running');
    return supervise(launchOptions, server, password, adopted, log, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function supervise(
  options: Launch,
  server: { pid: number; port: number },
  password: string,
  adopted: boolean,
  log: PostgresLog,
  unlock: () => void,
): EmbeddedPostgres {
  let pid = server.pid;
  let stopping: Promise<void> | undefined;
  let restart: Promise<void> | undefined;

  async function startAgain(): Promise<void> {
    log.warn({ pid, log: options.paths.log }, 'PostgreSQL ended unexpectedly and is started again');
    try {
      pid = (await launchWithRetry(options, server.port)).pid;
    } catch (error) {
      log.warn({ err: error }, 'PostgreSQL could not be started again; the next attempt follows');
    }
    restart = undefined;
  }

  const timer = setInterval(() => {
    if (restart === undefined && !isAlive(pid)) restart = startAgain();
  }, SUPERVISION_MS);
  timer.unref();

  async function stop(): Promise<void> {
    clearInterval(timer);
    await restart;
    await shutDown(pid);
    unlock();
    log.info({ pid }, 'PostgreSQL has stopped');
  }

  return {
    url: `postgres://${ROLE}:${password}@127.0.0.1:${String(server.port)}/${DATABASE}`,
    port: server.port,
    get pid() {
      return pid;
    },
    adopted,
    stop: () => (stopping ??= stop()),
  };
}
