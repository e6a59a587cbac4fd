import { availableParallelism } from 'node:os';
import path from 'node:path';
import { hint, UsageError, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, writeLine } from '../../output.ts';
import { openLines } from '../json-lines.ts';
import { runThreads } from '../thread-jobs.ts';
import { remaining } from '../time-left.ts';
import { LOT_CELLS, type LotCell } from './lot-cells.ts';
import { lotReport } from './lot-metrics.ts';
import { lotReportText } from './lot-metrics-text.ts';
import { lotRecord, type LotRecord, lotRecordKey } from './lot-record.ts';
import type { LotJob, LotResult } from './lot-worker.ts';
import { openRecordsOption } from '../records-option.ts';

const DEFAULT_LOTS = 40;
const LOTS_PER_JOB = 10;

/** Grades lots with a known share beyond the limit and prints how often the intervals hold it. */
export async function evaluateLots(context: CommandContext): Promise<number> {
  const cells = cellsOf(context.option('cells'));
  const seed = wholeNumber(context.option('seed') ?? '1', 'seed', 0, 10_000);
  const lots = wholeNumber(context.option('lots') ?? String(DEFAULT_LOTS), 'lots', 1, 100_000);
  const file = await openRecordsOption(context, (directory, resume) =>
    openLines(path.join(directory, 'lots.jsonl'), lotRecord, resume),
  );
  const records = new Map<string, LotRecord>();
  const wanted = cells.flatMap(({ name }) =>
    Array.from({ length: lots }, (_, index) => ({
      cell: name,
      seed,
      index,
      command: `verimeter evaluate lots --cells ${name} --lots ${lots} --seed ${seed}`,
    })),
  );
  const keys = new Set(wanted.map(lotRecordKey));
  for (const record of file?.records ?? [])
    if (keys.has(lotRecordKey(record))) records.set(lotRecordKey(record), record);
  if (records.size > 0) say(`${records.size} of ${wanted.length} lots are there already`);
  const jobs = cells.flatMap(({ name }): LotJob[] => {
    const runs = wanted.filter((run) => run.cell === name && !records.has(lotRecordKey(run)));
    return Array.from({ length: Math.ceil(runs.length / LOTS_PER_JOB) }, (_, k) => ({
      cell: name,
      runs: runs.slice(k * LOTS_PER_JOB, (k + 1) * LOTS_PER_JOB),
    }));
  });
  const progress = remaining(
    'evaluation',
    jobs.map(({ runs }) => runs.length),
  );
  const written: Promise<void>[] = [];
  await runThreads<LotResult>(
    jobs,
    {
      module: new URL('./lot-worker.ts', import.meta.url),
      count:
        context.option('jobs') === undefined
          ? availableParallelism()
          : wholeNumber(context.option('jobs') ?? '', 'jobs', 1, 256),
      data: {},
    },
    {
      step: (job, share) => progress.step(job, share, jobs[job]?.cell ?? ''),
      finished(job, result) {
        progress.step(job, 1, jobs[job]?.cell ?? '');
        for (const record of result.records) {
          records.set(lotRecordKey(record), record);
          if (file !== undefined) written.push(file.append(record));
        }
      },
    },
  );
  await Promise.all(written);
  progress.finish();
  // in the order of the cells and lots, whatever thread was first
  const ordered = wanted.flatMap((run) => records.get(lotRecordKey(run)) ?? []);
  const report = lotReport(
    cells.map(({ name }) => name),
    ordered,
  );
  await writeLine(context.json ? JSON.stringify(report) : lotReportText(report));
  return 0;
}

function cellsOf(names: string | undefined): readonly LotCell[] {
  if (names === undefined) return LOT_CELLS;
  return [...new Set(names.split(','))].map((name) => {
    const cell = LOT_CELLS.find((known) => known.name === name);
    if (cell !== undefined) return cell;
    const all = LOT_CELLS.map((known) => known.name);
    throw new UsageError(`--cells has no ${name}${hint(name, all)}; there are ${all.join(', ')}`);
  });
}
