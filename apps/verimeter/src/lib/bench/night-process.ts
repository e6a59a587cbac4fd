// One night in a process of its own, so that its memory is its own: node night-process.ts JSON, prints JSON.
import { readFile } from 'node:fs/promises';
import { deserialize } from 'node:v8';
import { runNight } from '@verimeter/analytics';
import type { FleetPrior } from '@verimeter/drift';

/** What the process prints. */
export interface NightReport {
  readonly judged: number;
  /** Areas by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly seconds: number;
  readonly processorSeconds: number;
  readonly peakBytes: number;
}

interface Request {
  readonly databaseUrl: string;
  readonly tenant: string;
  readonly directory: string;
  readonly asOfUs: number;
  readonly priorFile: string;
}

const request: Request = JSON.parse(process.argv[2] ?? '{}');
const prior: FleetPrior = deserialize(await readFile(request.priorFile));
const begin = performance.now();
const before = process.cpuUsage();
const { judged, refused } = await runNight({ ...request, prior });
const used = process.cpuUsage(before);
const reasons: Record<string, number> = {};
for (const { reason } of refused) reasons[reason] = (reasons[reason] ?? 0) + 1;
const report: NightReport = {
  judged,
  refused: reasons,
  seconds: (performance.now() - begin) / 1000,
  processorSeconds: (used.user + used.system) / 1e6,
  // kibibytes on Linux
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(report));
