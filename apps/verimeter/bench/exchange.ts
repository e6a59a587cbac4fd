// Rates and memory of export, import of what was exported, backup and restore, end to end: the program, started as a user starts it,
// with its embedded PostgreSQL. Usage: node apps/verimeter/bench/exchange.ts [ROWS [DIR]]. Prints one JSON line per case; a DIR is
// kept, with the files in it.
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { measureProgram, writeDevices, writeReadings } from './program-rates.ts';

const rows = Number(process.argv[2] ?? 3_000_000);
const kept = process.argv[3];
const directory = kept ?? (await mkdtemp(path.join(tmpdir(), 'verimeter-bench-')));
const at = (name: string): string => path.join(directory, name);

async function run(name: string, args: readonly string[], file?: string): Promise<void> {
  const { seconds, cpuSeconds, peakMiB } = await measureProgram(args);
  process.stdout.write(
    `${JSON.stringify({
      case: name,
      rows,
      seconds: Number(seconds.toFixed(1)),
      rowsPerSecond: Math.round(rows / seconds),
      cpuSeconds: Number(cpuSeconds.toFixed(1)),
      peakMiB: Math.round(peakMiB),
      ...(file === undefined ? {} : { megabytes: Math.round((await stat(file)).size / 1e6) }),
    })}\n`,
  );
}

try {
  await writeDevices(at('devices.csv'));
  await writeReadings(at('readings.csv'), rows, false);
  const source = ['--data-dir', at('source')];
  await measureProgram(['import', 'devices', at('devices.csv'), ...source]);
  await run('import csv', ['import', 'readings', at('readings.csv'), ...source]);
  for (const format of ['csv', 'ndjson', 'parquet']) {
    const file = at(`out.${format}`);
    // oxlint-disable-next-line no-await-in-loop -- one measurement at a time
    await run(
      `export ${format}`,
      ['export', 'readings', '--format', format, '--out', file, ...source],
      file,
    );
  }
  for (const format of ['ndjson', 'parquet']) {
    const target = ['--data-dir', at(format)];
    // oxlint-disable-next-line no-await-in-loop
    await measureProgram(['import', 'devices', at('devices.csv'), ...target]);
    // oxlint-disable-next-line no-await-in-loop
    await run(`import ${format}`, ['import', 'readings', at(`out.${format}`), ...target]);
    // oxlint-disable-next-line no-await-in-loop
    await rm(at(format), { recursive: true });
  }
  await run('backup', ['backup', at('b'), ...source], at('b'));
  await run('restore', ['restore', at('b'), '--data-dir', at('restored')]);
} finally {
  if (kept === undefined) await rm(directory, { recursive: true, force: true });
}
