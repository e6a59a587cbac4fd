import { execFileSync } from 'node:child_process';
import { chmod, open, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { createTemporaryDirectory } from '@verimeter/test-support';
import { compare } from './comparison.ts';
import { atRandomMoments } from './drive.ts';
import { createRandom } from './random.ts';
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
import { type World, startWorld } from './world.ts';

interface FullDisk extends Hit {
  /** What readiness said of the store meanwhile. */
  readonly said: readonly string[];
  /** The server gave up and had to be started again. */
  readonly ended: boolean;
}

const DISK_MB = 400;
const FULL_MS = 5000;
const BLOCK = Buffer.alloc(1024 * 1024);
/** So that the log of changes leaves room for the tables, and for this. */
const SMALL = ['max_wal_size=64MB', 'min_wal_size=32MB', 'shared_buffers=32MB'];

/**
 * The disk of PostgreSQL runs full while messages come in, and is freed after some seconds. Nothing may be lost, the worker must go on by
 * itself, and its readiness must have said why it was not.
 */
export async function runDisk(options: ScenarioOptions): Promise<Report> {
  const disk = await mountSmallDisk();
  if (typeof disk === 'string') return { lines: [], faults: [], notRun: disk };
  try {
    const random = createRandom(options.seed);
    const world = await startWorld({
      postgres: { directory: disk.path, settings: SMALL },
    });
    try {
      const begin = performance.now();
      const times: FullDisk[] = [];
      await atRandomMoments({ ...world, random }, options, async (_index, unacknowledged) => {
        times.push({ unacknowledged, ...(await runFull(world, disk.path)) });
      });
      const { sent, acknowledged } = await world.finish(options.messages);
      await world.workerDone();
      const result = await compare(world.postgres.url, sent);
      const said = [...new Set(times.flatMap((one) => one.said))];
      return {
        lines: [
          hitLine('disk full', times),
          `PostgreSQL ended and was started again: ${times.filter(({ ended }) => ended).length} times`,
          ...said.map((text) => `readiness: ${text}`),
          `${acknowledged.size} messages acknowledged, ${seconds(performance.now() - begin)}`,
          ...comparisonLines(result),
        ],
        faults: faultsOf({
          'the publisher had every message acknowledged': acknowledged.size === sent,
          'readiness said each time why nothing is stored': times.every(
            (one) => one.said.length > 0,
          ),
          ...wholeness(result),
        }),
      };
    } finally {
      await world.close();
    }
  } finally {
    await disk.unmount();
  }
}

/** A file system of a size of its own, or why there is none. */
async function mountSmallDisk(): Promise<{ path: string; unmount(): Promise<void> } | string> {
  const directory = await createTemporaryDirectory('verimeter-chaos-disk-');
  await chmod(directory.path, 0o755);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${DISK_MB}m`, 'tmpfs', directory.path], {
      stdio: 'pipe',
    });
  } catch (error) {
    await directory.remove();
    const cause = error instanceof Error ? error.message : String(error);
    return `no tmpfs can be mounted here (${cause.trim()})`;
  }
  return {
    path: directory.path,
    async unmount() {
      execFileSync('umount', [directory.path]);
      await directory.remove();
    },
  };
}

async function runFull(world: World, directory: string): Promise<Omit<FullDisk, 'unacknowledged'>> {
  const retries = (): Promise<number> => world.worker.metric('ingest_batch_retries_total');
  const before = await retries();
  const filler = path.join(directory, 'filler');
  const said = new Set<string>();
  const file = await open(filler, 'w');
  let fullSince: number | undefined;
  try {
    await world.until(async () => {
      await fill(file); // also what the server has freed meanwhile
      if ((await retries()) === before) return false;
      fullSince ??= performance.now();
      const { status, checks } = await world.worker.readiness();
      if (status !== 200)
        for (const name of ['database', 'store'])
          if (checks[name] !== 'ok') said.add(`${name}: ${checks[name] ?? ''}`);
      return performance.now() - fullSince > FULL_MS;
    }, 'the disk to be full for a while');
  } finally {
    await file.close();
    await rm(filler);
  }
  const freed = performance.now();
  const ended = await revived(world);
  return { said: [...said], ended, recoveryMs: await world.committedAgain(freed) };
}

async function fill(file: Awaited<ReturnType<typeof open>>): Promise<void> {
  try {
    for (;;) await file.write(BLOCK);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'ENOSPC')) throw error;
  }
}

/** Starts the server again where it has ended, as its supervisor would; it ends itself when its log of changes cannot be written. */
async function revived(world: World): Promise<boolean> {
  await delay(500);
  if (world.postgres.pid !== undefined) return false;
  await world.postgres.start();
  return true;
}
