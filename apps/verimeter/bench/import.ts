// Rate and memory of `verimeter import readings` end to end: the program, started as a user starts it, with its
// embedded PostgreSQL. Usage: node apps/verimeter/bench/import.ts [ROWS]. Prints one JSON line per case.
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureProgram, writeDevices, writeReadings } from './program-rates.ts';

const rows = Number(process.argv[2] ?? 1_000_000);
const directory = await mkdtemp(path.join(tmpdir(), 'verimeter-bench-'));

async function run(name: string, file: string, dataDir: string): Promise<void> {
  const { seconds, cpuSeconds, peakMiB } = await measureProgram([
    'import',
    'readings',
    file,
    '--data-dir',
    dataDir,
  ]);
  process.stdout.write(
    `${JSON.stringify({
      case: name,
      rows,
      seconds: Number(seconds.toFixed(1)),
      rowsPerSecond: Math.round(rows / seconds),
      cpuSeconds: Number(cpuSeconds.toFixed(1)),
      peakMiB: Math.round(peakMiB),
    })}\n`,
  );
}

try {
  const devices = path.join(directory, 'devices.csv');
  await writeDevices(devices);
  for (const scattered of [false, true]) {
    const name = scattered ? 'scattered' : 'ordered';
    const file = path.join(directory, `${name}.csv`);
    const dataDir = path.join(directory, name);
    // oxlint-disable-next-line no-await-in-loop -- one measurement at a time
    await writeReadings(file, rows, scattered);
    // oxlint-disable-next-line no-await-in-loop
    await measureProgram(['import', 'devices', devices, '--data-dir', dataDir]);
    // oxlint-disable-next-line no-await-in-loop
    await run(`${name}, new`, file, dataDir);
    // oxlint-disable-next-line no-await-in-loop
    await run(`${name}, again (all duplicates)`, file, dataDir);
  }
} finally {
  await rm(directory, { recursive: true, force: true });
}
