import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { finished } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../src/main.ts', import.meta.url));
const METERS = 100;

export async function writeDevices(file: string): Promise<void> {
  const ids = Array.from({ length: METERS }, (_item, meter) => `meter-${meter},electricity_meter`);
  await writeFile(file, ['device_id,kind', ...ids, ''].join('\n'));
}

/** Rows by meter and time, or in an order in which neighbours have nothing to do with each other. */
export async function writeReadings(file: string, rows: number, scattered: boolean): Promise<void> {
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
    text += `meter-${meter},active_energy_import,${ts}Z,${(1000 + 37 * meter + k * (0.123 + meter / 999)).toFixed(3)}\n`;
    if (text.length > 1 << 20) {
      if (!out.write(text)) await once(out, 'drain');
      text = '';
    }
  }
  out.end(text);
  await finished(out);
}

export interface ProgramRun {
  readonly seconds: number;
  /** Processor time of the program, without its database. */
  readonly cpuSeconds: number;
  /** Peak of the program's own memory. */
  readonly peakMiB: number;
}

/** Runs the program under GNU time. */
export async function measureProgram(args: readonly string[]): Promise<ProgramRun> {
  const begin = performance.now();
  const child = spawn('/usr/bin/time', ['-f', '%M %U %S', process.execPath, MAIN, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (piece: string) => (stderr += piece));
  await once(child, 'close');
  if (child.exitCode !== 0) throw new Error(stderr);
  const [kib = 0, user = 0, system = 0] = (stderr.trimEnd().split('\n').at(-1) ?? '')
    .split(' ')
    .map(Number);
  return {
    seconds: (performance.now() - begin) / 1000,
    cpuSeconds: user + system,
    peakMiB: kib / 1024,
  };
}
