// One night in a process of its own, so that its memory is its own: node night-process.ts JSON, prints JSON.
import { readFile } from 'node:fs/promises';
import { deserialize } from 'node:v8';
import { runNight } from '@verimeter/analytics';
import type { FleetPrior } from '@verimeter/drift';

interface Request {
  readonly databaseUrl: string;
  readonly tenant: string;
  readonly directory: string;
  readonly asOfUs: number;
  readonly priorFile: string;
}

const request = JSON.parse(process.argv[2] ?? '{}') as Request;
const prior = deserialize(await readFile(request.priorFile)) as FleetPrior;
const begin = performance.now();
const before = process.cpuUsage();
const { prior: _learned, refused, ...counts } = await runNight({ ...request, prior });
const used = process.cpuUsage(before);
const reasons: Record<string, number> = {};
for (const { reason } of refused) reasons[reason] = (reasons[reason] ?? 0) + 1;
process.stdout.write(
  JSON.stringify({
    ...counts,
    refused: reasons,
    seconds: (performance.now() - begin) / 1000,
    processorSeconds: (used.user + used.system) / 1e6,
    // kibibytes on Linux
    peakBytes: process.resourceUsage().maxRSS * 1024,
  }),
);
