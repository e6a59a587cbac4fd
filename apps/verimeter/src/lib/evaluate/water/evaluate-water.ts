import { availableParallelism } from 'node:os';
import { WATER_MODEL_VERSION } from '@verimeter/drift';
import type { WaterHomeSeries } from '@verimeter/simulator';
import { hint, UsageError, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, writeLine } from '../../output.ts';
import { recordKey, recordsThere } from '../record-head.ts';
import { runThreads } from '../thread-jobs.ts';
import { remaining } from '../time-left.ts';
import {
  districtsPerFleet,
  findWaterCell,
  TINY_WATER,
  WATER_CELLS,
  type WaterCell,
} from './water-cells.ts';
import { waterMetrics } from './water-metrics.ts';
import { fleetSize } from './water-plan.ts';
import { readWaterPool, USES_PER_DISTRICT } from './water-pool.ts';
import type { WaterRecord } from './water-record.ts';
import { openWaterRecords } from './water-records.ts';
import { waterText } from './water-text.ts';
import type { WaterJob, WaterResult } from './water-worker.ts';
import { readSeriesOption } from '../series-option.ts';
import { openRecordsOption } from '../records-option.ts';

const DEFAULT_DISTRICTS = 20;

interface Request {
  readonly cells: readonly WaterCell[];
  readonly seed: number;
  readonly districts: number;
  readonly loads: WaterRecord['loads'];
  readonly dataDirectory: string | undefined;
  readonly baselines: boolean;
}

/** Runs the cells of the water districts and prints what came out. */
export async function evaluateWater(context: CommandContext): Promise<number> {
  const request = readRequest(context);
  const homes = await readData(request);
  const file = await openRecordsOption(context, openWaterRecords);
  const jobs = request.cells.flatMap((cell) => fleetJobs(cell, request, homes));
  const wanted = new Set(jobs.map(keyOf));
  const records = recordsThere(file?.records, wanted, WATER_MODEL_VERSION);
  const open = jobs.filter((job) => !records.has(keyOf(job)));
  if (records.size > 0) say(`${records.size} of ${jobs.length} fleets are there already`);
  await runOpen(context, open, homes, async (record) => {
    records.set(recordKey(record), record);
    await file?.append(record);
  });
  const metrics = request.cells.map((cell) =>
    waterMetrics(
      jobs.filter((job) => job.cell === cell.name).flatMap((job) => records.get(keyOf(job)) ?? []),
    ),
  );
  await writeLine(
    context.json
      ? JSON.stringify({ cells: metrics })
      : waterText(metrics, { reliability: context.flag('reliability') }),
  );
  return 0;
}

async function runOpen(
  context: CommandContext,
  jobs: readonly WaterJob[],
  homes: readonly WaterHomeSeries[],
  keep: (record: WaterRecord) => Promise<void>,
): Promise<void> {
  const progress = remaining(
    'evaluation',
    jobs.map(({ cell }) => costOf(findWaterCell(cell) ?? TINY_WATER)),
  );
  const threads =
    context.option('jobs') === undefined
      ? availableParallelism()
      : wholeNumber(context.option('jobs') ?? '', 'jobs', 1, 256);
  const kept: Promise<void>[] = [];
  await runThreads<WaterResult>(
    jobs,
    {
      module: new URL('./water-worker.ts', import.meta.url),
      count: threads,
      data: { homes },
    },
    {
      step: (job, share) => progress.step(job, share, jobs[job]?.cell ?? ''),
      finished(job, { record }) {
        progress.step(job, 1, record.cell);
        kept.push(keep(record));
      },
    },
  );
  await Promise.all(kept);
  progress.finish();
}

function readRequest(context: CommandContext): Request {
  const names = context.option('cells');
  const { dataDirectory, half } = readSeriesOption(context, 'homes');
  const number = (name: string, usual: number, least: number, most: number): number =>
    wholeNumber(context.option(name) ?? String(usual), name, least, most);
  return {
    cells: names === undefined ? WATER_CELLS : [...new Set(names.split(','))].map(cellOf),
    seed: number('seed', 1, 0, 10_000),
    districts: number('districts', DEFAULT_DISTRICTS, 1, 100_000),
    loads: dataDirectory === undefined ? 'built-in' : half,
    dataDirectory,
    baselines: context.flag('baselines'),
  };
}

function cellOf(name: string): WaterCell {
  const cell = findWaterCell(name);
  if (cell !== undefined) return cell;
  const all = [...WATER_CELLS, TINY_WATER].map((known) => known.name);
  throw new UsageError(`--cells has no ${name}${hint(name, all)}; there are ${all.join(', ')}`);
}

async function readData(request: Request): Promise<readonly WaterHomeSeries[]> {
  const { dataDirectory, loads } = request;
  if (dataDirectory === undefined || loads === 'built-in') return [];
  const homes = await readWaterPool(dataDirectory, loads);
  say(`${homes.length} homes for ${loads}`);
  const large = request.cells.filter(({ options }) => isTooLarge(options.homes, homes.length));
  if (large.length > 0)
    say(
      `no home stands more than ${USES_PER_DISTRICT} times in a district: ${large.map(({ name }) => name).join(', ')} with homes of the simulated city`,
    );
  return homes;
}

const isTooLarge = (homes: number, pool: number): boolean => homes > USES_PER_DISTRICT * pool;

function fleetJobs(
  cell: WaterCell,
  request: Request,
  pool: readonly WaterHomeSeries[],
): WaterJob[] {
  const { seed, districts, baselines } = request;
  const loads = isTooLarge(cell.options.homes, pool.length) ? 'built-in' : request.loads;
  const data = loads === 'built-in' ? '' : ` --data DIR --half ${loads}`;
  const command = `verimeter evaluate water --cells ${cell.name} --districts ${districts} --seed ${seed}${data}${baselines ? ' --baselines' : ''}`;
  const fleets = Math.ceil(districts / fleetSize(cell.options, loads === 'built-in' ? [] : pool));
  return Array.from({ length: fleets }, (_, fleet) => ({
    cell: cell.name,
    run: { seed, fleet, loads, baselines, command },
  }));
}

const keyOf = ({ cell, run }: WaterJob): string => recordKey({ cell, ...run });

/** Roughly: for the time left. */
function costOf({ options }: WaterCell): number {
  const { homes, days, looksFromWeek } = options;
  const looks = looksFromWeek === undefined ? 1 : Math.floor(days / 7) - looksFromWeek + 1;
  return districtsPerFleet(options) * homes ** 1.5 * days * (1 + 3 * looks);
}
