// One night in a process of its own, so that its memory is its own: node night-process.ts JSON, prints JSON.
import { runNight } from '@verimeter/analytics';
import { AUTO } from '@verimeter/open-store';

/** What the process prints. */
export interface NightReport {
  /** Areas that went on. */
  readonly judged: number;
  /** Areas that were analysed in full, by reason. */
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
}

const request: Request = JSON.parse(process.argv[2] ?? '{}');
const begin = performance.now();
const before = process.cpuUsage();
const night = await runNight({ ...request, readingStore: AUTO });
if (night === undefined) throw new Error('the store has no readings');
const used = process.cpuUsage(before);
const { went_on: judged = 0, ...refused } = night.outcomes;
const report: NightReport = {
  judged,
  refused,
  seconds: (performance.now() - begin) / 1000,
  processorSeconds: (used.user + used.system) / 1e6,
  // kibibytes on Linux
  peakBytes: process.resourceUsage().maxRSS * 1024,
};
process.stdout.write(JSON.stringify(report));
