import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Workload } from './workload.ts';

export interface GeneratorRequest {
  readonly host: string;
  readonly port: number;
  readonly connections: number;
  /** Messages in all. */
  readonly count: number;
  /** Unacknowledged messages per connection. */
  readonly window: number;
  readonly workload: Workload['name'];
  readonly devices: number;
  readonly startMs: number;
  /** Messages per second; undefined: as fast as they are acknowledged. */
  readonly rate?: number;
}

/** Times in milliseconds since 1970. */
export interface GeneratorReport {
  readonly beginMs: number;
  /** All acknowledged (closed loop), or all published. */
  readonly endMs: number;
  readonly acknowledged: number;
  readonly processorSeconds: number;
  /** When each probe was published. */
  readonly probes: readonly number[];
}

const ENTRY = fileURLToPath(new URL('generator.ts', import.meta.url));

export async function generateLoad(request: GeneratorRequest): Promise<GeneratorReport> {
  const { stdout } = await promisify(execFile)(process.execPath, [ENTRY, JSON.stringify(request)], {
    maxBuffer: 1 << 26,
  });
  const report: GeneratorReport = JSON.parse(stdout);
  return report;
}
