import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { createTemporaryDirectory, findFreePort } from './temporary.ts';

/** The newest one on Maven Central. It runs on Java 17. */
const VERSION = '9.3.4';
const OLDEST_JAVA = 17;
const MAVEN_PLUGIN = 'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy';

const CONFIGURATION = fileURLToPath(
  new URL('../../../../infra/questdb/server.conf', import.meta.url),
);
/** Nothing but what went wrong. */
const LOG_CONFIGURATION = `writers=stdout
w.stdout.class=io.questdb.log.LogConsoleWriter
w.stdout.level=ERROR,CRITICAL
`;
/** Up quickly, in little memory; columns lie outside of the heap. */
const JAVA_FLAGS = ['-Xmx512m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'];
const MAIN = 'io.questdb.ServerMain';
const START_TIMEOUT_MS = 60_000;
const run = promisify(execFile);

const cacheDirectory = (): string =>
  // oxlint-disable-next-line node/no-process-env -- where a user keeps such files
  path.join(process.env['XDG_CACHE_HOME'] ?? path.join(homedir(), '.cache'), 'verimeter');

async function hasJava(): Promise<boolean> {
  try {
    const { stderr } = await run('java', ['-version']);
    return Number(/version "(\d+)/.exec(stderr)?.[1] ?? 0) >= OLDEST_JAVA;
  } catch {
    return false;
  }
}

async function isThere(file: string): Promise<boolean> {
  try {
    return (await stat(file)).size > 0;
  } catch {
    return false;
  }
}

/** The jar in the user's cache; fetched with Maven where it is not there yet. Several processes may do so at once. */
async function fetchJar(): Promise<string> {
  const directory = cacheDirectory();
  const file = path.join(directory, `questdb-${VERSION}.jar`);
  if (await isThere(file)) return file;
  const own = path.join(directory, `fetching-${process.pid}`);
  await mkdir(own, { recursive: true });
  try {
    await run('mvn', [
      '--quiet',
      '--batch-mode',
      MAVEN_PLUGIN,
      `-Dartifact=org.questdb:questdb:${VERSION}`,
      `-DoutputDirectory=${own}`,
    ]);
    await rename(path.join(own, `questdb-${VERSION}.jar`), file);
  } finally {
    await rm(own, { recursive: true, force: true });
  }
  return file;
}

/**
 * QuestDB's program, or undefined where Java 17 or Maven is missing: what needs it is not tested there.
 *
 * @throws in CI, where it is tested
 */
export async function findQuestDb(): Promise<string | undefined> {
  try {
    if (!(await hasJava())) throw new Error(`no Java ${OLDEST_JAVA}`);
    return await fetchJar();
  } catch (error) {
    // oxlint-disable-next-line node/no-process-env -- as the runner of CI says it
    if (process.env['CI'] === 'true') throw error;
    const cause = error instanceof Error ? error.message : String(error);
    process.stdout.write(`not run: tests that need QuestDB (${cause.split('\n')[0] ?? ''})\n`);
    return undefined;
  }
}

export interface QuestDb {
  readonly httpUrl: string;
  readonly pgUrl: string;
  readonly directory: string;
  /** Rows of a statement. */
  query(sql: string): Promise<unknown[][]>;
  /** Ends it as a crash would. */
  kill(): Promise<void>;
  /** Starts it again, on the same ports and data. */
  start(): Promise<void>;
  /** Ends it and removes its data. */
  stop(): Promise<void>;
}

/**
 * A running QuestDB with the configuration of `infra/questdb`, on free ports and a directory of its own; `settings` replaces the values of
 * lines by the name they begin with, or adds them.
 */
export async function startQuestDb(
  jar: string,
  settings: Readonly<Record<string, string>> = {},
): Promise<QuestDb> {
  const temporary = await createTemporaryDirectory('verimeter-questdb-');
  const [httpPort, pgPort] = [await findFreePort(), await findFreePort()];
  const own = {
    'http.net.bind.to': `127.0.0.1:${httpPort}`,
    'pg.net.bind.to': `127.0.0.1:${pgPort}`,
    // A test waits for the disk at each commit otherwise, and no power is lost in it.
    'cairo.commit.mode': 'nosync',
    ...settings,
  };
  let configuration = readFileSync(CONFIGURATION, 'utf8');
  for (const [name, value] of Object.entries(own)) {
    const line = new RegExp(`^${name.replaceAll('.', String.raw`\.`)}=.*$`, 'm');
    const wanted = `${name}=${value}`;
    configuration = line.test(configuration)
      ? configuration.replace(line, wanted)
      : `${configuration}${wanted}\n`;
  }
  await mkdir(path.join(temporary.path, 'conf'), { recursive: true });
  await writeFile(path.join(temporary.path, 'conf', 'server.conf'), configuration);
  await writeFile(path.join(temporary.path, 'conf', 'log.conf'), LOG_CONFIGURATION);
  const httpUrl = `http://127.0.0.1:${httpPort}`;
  let child: ChildProcess | undefined;

  const query = async (sql: string): Promise<unknown[][]> => {
    const response = await fetch(`${httpUrl}/exec?query=${encodeURIComponent(sql)}`);
    const answer: { dataset?: unknown[][]; error?: string } = JSON.parse(await response.text());
    if (answer.error !== undefined) throw new Error(`${answer.error}: ${sql}`);
    return answer.dataset ?? [];
  };
  const start = async (): Promise<void> => {
    const started = spawn('java', [...JAVA_FLAGS, '-cp', jar, MAIN, '-d', temporary.path, '-n'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    child = started;
    let output = '';
    for (const stream of [started.stdout, started.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => {
        output = (output + text).slice(-20_000);
      });
    const deadline = performance.now() + START_TIMEOUT_MS;
    while (!(await query('SELECT 1').then(Boolean, () => false))) {
      if (started.exitCode !== null || performance.now() > deadline)
        throw new Error(`QuestDB did not start: ${output}`);
      await delay(20);
    }
  };
  const end = async (signal: 'SIGKILL' | 'SIGTERM'): Promise<void> => {
    if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill(signal);
    await exited;
  };
  try {
    await start();
  } catch (error) {
    await end('SIGKILL');
    await temporary.remove();
    throw error;
  }
  return {
    httpUrl,
    pgUrl: `postgresql://admin:quest@127.0.0.1:${pgPort}/qdb`,
    directory: temporary.path,
    query,
    start,
    kill: () => end('SIGKILL'),
    stop: async () => {
      await end('SIGKILL'); // nothing of it is kept
      await temporary.remove();
    },
  };
}
