// Rate and memory of `verimeter import readings` end to end: the program, started as a user starts it, with its
// embedded PostgreSQL. Usage: node apps/verimeter/bench/import.ts [ROWS]. Prints one JSON line per case.
import { spawn } from 'node:child_process';
import { createWriteStream } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { once } from 'node:events';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const METERS = 100;
const rows = Number(process.argv[2] ?? 1_000_000);
const directory = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));

/** Rows by meter and time, or in an order in which neighbours have nothing to do with each other. */
async function writeReadings(file: string, scattered: boolean): Promise<void> {
  const out = createWriteStream(file);
  out.write('device_id,quantity,ts,value\n');
  const perMeter = Math.ceil(rows / METERS);
  // A step that has no divisor in common with the number of rows visits each of them once.
  const step = scattered ? 7_654_321 : 1;
  let text = '';
  for (let index = 0; index < perMeter * METERS; index += 1) {
    const position = (index * step) % (perMeter * METERS);
    const meter = Math.floor(position / perMeter);
    const k = position % perMeter;
    const ts = new Date(Date.UTC(2026, 0, 1) + k * 900_000).toISOString().slice(0, 19);
    text += `meter-${meter},active_energy_import,${ts}Z,${(1000 + k * 0.123).toFixed(3)}\n`;
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await finished(out);
}

/** Runs the program under GNU time; resolves with seconds and the peak of the program's own memory. */
async function measure(args: readonly string[]): Promise<{ seconds: number; peakMiB: number }> {
  const begin = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%M', process.execPath, MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(stderr);
  const kib = Number(stderr.trimEnd().split('\n').at(-1));
  return { seconds: (performance.now() - begin) / 1000, peakMiB: kib / 1024 };
}

async function run(name: string, file: string, dataDir: string): Promise<void> {
  const { seconds, peakMiB } = await measure(['import', 'readings', file, '--data-dir', dataDir]);
  process.stdout.write(
    `${JSON.stringify({
      case: name,
      rows,
      seconds: Number(seconds.toFixed(1)),
      rowsPerSecond: Math.round(rows / seconds),
      peakMiB: Math.round(peakMiB),
    })}\n`,
  );
}

try {
  const devices = path.join(directory, 'devices.csv');
  const ids = Array.from({ length: METERS }, (_item, meter) => `meter-${meter},electricity_meter`);
  await writeFile(devices, ['device_id,kind', ...ids, ''].join('\n'));
  for (const scattered of [false, true]) {
    const name = scattered ? 'scattered' : 'ordered';
    const file = path.join(directory, `${name}.csv`);
    const dataDir = path.join(directory, name);
    // oxlint-disable-next-line no-await-in-loop -- one measurement at a time
    await writeReadings(file, scattered);
    // oxlint-disable-next-line no-await-in-loop
    await measure(['import', 'devices', devices, '--data-dir', dataDir]);
    // oxlint-disable-next-line no-await-in-loop
    await run(`${name}, new`, file, dataDir);
    // oxlint-disable-next-line no-await-in-loop
    await run(`${name}, again (all duplicates)`, file, dataDir);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
