import { availableParallelism } from 'node:os';
import { MODEL_VERSION } from '@verimeter/drift';
import { CommandError, UsageError, hint, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { say, writeLine } from '../output.ts';
import { areasPerFleet, type Cell, CELLS, findCell, fleetsOf, TINY } from './cells.ts';
import type { FleetRecord } from './fleet-record.ts';
import { type Job, runJobs } from './jobs.ts';
import { cellMetrics } from './metrics.ts';
import { metricsText } from './metrics-text.ts';
import { openRecordFile } from './record-file.ts';
import { readSeriesFolder, type SeriesFolder } from './series-folder.ts';
import { recordKey, recordsThere } from './record-head.ts';
import { remaining } from './time-left.ts';
import { readSeriesOption } from './series-option.ts';
import { openRecordsOption } from './records-option.ts';

const DEFAULT_DRIFTED = 300;

interface Request {
  readonly cells: readonly Cell[];
  readonly seed: number;
  readonly drifted: number;
  readonly loads: FleetRecord['loads'];
  readonly dataDirectory: string | undefined;
  readonly baselines: boolean;
}

/** Runs the cells and prints what came out. */
export async function evaluateElectricity(context: CommandContext): Promise<number> {
  const request = readRequest(context);
  const folder = await readData(request);
  const file = await openRecordsOption(context, openRecordFile);
  const jobs = request.cells.flatMap((cell) => fleetJobs(cell, request));
  const wanted = new Set(jobs.map(keyOf));
  const records = recordsThere(file?.records, wanted, MODEL_VERSION);
  const open = jobs.filter((job) => !records.has(keyOf(job)));
  if (records.size > 0) say(`${records.size} of ${jobs.length} fleets are there already`);
  const progress = remaining(
    'evaluation',
    open.map((job) => costOf(job.cell)),
  );
  const threads =
    context.option('jobs') === undefined
      ? availableParallelism()
      : wholeNumber(context.option('jobs') ?? '', 'jobs', 1, 256);
  const written: Promise<void>[] = [];
  await runJobs(
    open,
    { threads, pool: folder?.households ?? [] },
    {
      step: (job, share) => progress.step(job, share, open[job]?.cell ?? ''),
      finished(job, message) {
        if (message.type !== 'fleet') return;
        progress.step(job, 1, message.record.cell);
        records.set(recordKey(message.record), message.record);
        if (file !== undefined) written.push(file.append(message.record));
      },
    },
  );
  await Promise.all(written);
  progress.finish();
  const ordered = jobs.flatMap((job) => records.get(keyOf(job)) ?? []);
  const metrics = request.cells.map((cell) =>
    cellMetrics(ordered.filter((record) => record.cell === cell.name)),
  );
  const reliability = context.flag('reliability');
  await writeLine(
    context.json ? JSON.stringify({ cells: metrics }) : metricsText(metrics, { reliability }),
  );
  return 0;
}

function readRequest(context: CommandContext): Request {
  const names = context.option('cells');
  const { dataDirectory, half } = readSeriesOption(context, 'households');
  return {
    cells: names === undefined ? CELLS : [...new Set(names.split(','))].map(cellOf),
    seed: wholeNumber(context.option('seed') ?? '1', 'seed', 0, 10_000),
    drifted: wholeNumber(
      context.option('drifted') ?? String(DEFAULT_DRIFTED),
      'drifted',
      1,
      1_000_000,
    ),
    loads: dataDirectory === undefined ? 'built-in' : half,
    dataDirectory,
    baselines: context.flag('baselines'),
  };
}

function cellOf(name: string): Cell {
  const cell = findCell(name);
  if (cell !== undefined) return cell;
  const all = [...CELLS, TINY].map((known) => known.name);
  throw new UsageError(`--cells has no ${name}${hint(name, all)}; there are ${all.join(', ')}`);
}

async function readData(request: Request): Promise<SeriesFolder | undefined> {
  const { dataDirectory, loads } = request;
  if (dataDirectory === undefined || loads === 'built-in') return undefined;
  const folder = await readSeriesFolder(dataDirectory, loads);
  say(
    `${folder.households.length} households for ${loads}, ${folder.leftOut} left out (negative, empty, too coarse or far too large)`,
  );
  const most = Math.max(...request.cells.map(({ options }) => options.meters + 1));
  if (most > folder.households.length)
    throw new CommandError(
      `a cell has areas of ${most} customers; no household is used twice in one, and there are ${folder.households.length}`,
    );
  return folder;
}

type FleetJob = Extract<Job, { kind: 'fleet' }>;

function fleetJobs(cell: Cell, request: Request): FleetJob[] {
  const { seed, loads, drifted, baselines } = request;
  const data = loads === 'built-in' ? '' : ` --data DIR --half ${loads}`;
  const command = `verimeter evaluate electricity --cells ${cell.name} --drifted ${drifted} --seed ${seed}${data}${baselines ? ' --baselines' : ''}`;
  return Array.from({ length: fleetsOf(cell.options, drifted) }, (_, fleet) => ({
    kind: 'fleet',
    cell: cell.name,
    run: { seed, fleet, loads, baselines, command },
  }));
}

const keyOf = ({ cell, run }: FleetJob): string => recordKey({ cell, ...run });

/** Meter-days to be analysed, roughly: for the time left. */
function costOf(name: string): number {
  const options = (findCell(name) ?? TINY).options;
  const size = areasPerFleet(options) * options.meters ** 1.5 * options.days;
  const looks =
    options.looksFromWeek === undefined ? 1 : Math.floor(options.days / 7) - options.looksFromWeek;
  return size * (1 + 0.4 * looks);
}
