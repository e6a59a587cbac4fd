import { availableParallelism } from 'node:os';
import path from 'node:path';
import { SENSOR_MODEL_VERSION } from '@verimeter/drift';
import { choice, hint, UsageError, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, writeLine } from '../../output.ts';
import { openLines } from '../json-lines.ts';
import { runThreads } from '../thread-jobs.ts';
import { remaining } from '../time-left.ts';
import type { NetworkJob, NetworkResult } from './network-worker.ts';
import { JUDGES } from './sensor-judge.ts';
import { ALL_CELLS, findSensorCell, type SensorCell, SIMULATED } from './sensor-cells.ts';
import { sensorCellMetrics } from './sensor-metrics.ts';
import { sensorMetricsText } from './sensor-metrics-text.ts';
import { networkKey, networkRecord, type NetworkRecord } from './sensor-record.ts';
import { readMetalOxideFolder } from './metal-oxide-folder.ts';
import type { RealSeries } from './real-series.ts';
import { readStationsFolder } from './stations-folder.ts';
import { readSeriesOption } from '../series-option.ts';
import { openRecordsOption } from '../records-option.ts';

const DEFAULT_NETWORKS = 20;

interface Request {
  readonly cells: readonly SensorCell[];
  readonly seed: number;
  readonly networks: number;
  readonly everyWeeks: number;
  readonly half: 'tune' | 'report';
  readonly dataDirectory: string | undefined;
  readonly by: readonly string[];
}

/** Runs the cells of sensor networks and prints what came out. */
export async function evaluateSensors(context: CommandContext): Promise<number> {
  const request = readRequest(context);
  const real = await readData(request);
  const file = await openRecordsOption(context, (directory, resume) =>
    openLines(path.join(directory, 'networks.jsonl'), networkRecord, resume),
  );
  const jobs = request.cells.flatMap((cell) => networkJobs(cell, request, real));
  const wanted = new Set(jobs.map(keyOf));
  const records = new Map<string, NetworkRecord>();
  for (const record of file?.records ?? [])
    // Another version of the estimator would have answered differently.
    if (
      wanted.has(networkKey(record)) &&
      record.model === SENSOR_MODEL_VERSION &&
      request.by.every((name) => record.channels.some(({ verdicts }) => name in verdicts))
    )
      records.set(networkKey(record), record);
  const open = jobs.filter((job) => !records.has(keyOf(job)));
  if (records.size > 0) say(`${records.size} of ${jobs.length} networks are there already`);
  const progress = remaining(
    'evaluation',
    open.map((job) => costOf(job.cell)),
  );
  const written: Promise<void>[] = [];
  await runThreads<NetworkResult>(
    open,
    {
      module: new URL('./network-worker.ts', import.meta.url),
      count:
        context.option('jobs') === undefined
          ? availableParallelism()
          : wholeNumber(context.option('jobs') ?? '', 'jobs', 1, 256),
      data: { real },
    },
    {
      step: (job, share) => progress.step(job, share, open[job]?.cell ?? ''),
      finished(job, { record }) {
        progress.step(job, 1, record.cell);
        records.set(networkKey(record), record);
        if (file !== undefined) written.push(file.append(record));
      },
    },
  );
  await Promise.all(written);
  progress.finish();
  const ordered = jobs.flatMap((job) => records.get(keyOf(job)) ?? []);
  const metrics = request.cells.map((cell) =>
    sensorCellMetrics(ordered.filter((record) => record.cell === cell.name)),
  );
  await writeLine(context.json ? JSON.stringify({ cells: metrics }) : sensorMetricsText(metrics));
  return 0;
}

function readRequest(context: CommandContext): Request {
  const names = context.option('cells');
  const { dataDirectory, half } = readSeriesOption(context, 'years');
  const defaults =
    dataDirectory === undefined
      ? SIMULATED
      : ALL_CELLS.filter(({ options }) => options.source !== 'simulated');
  const cells = names === undefined ? defaults : [...new Set(names.split(','))].map(cellOf);
  const asksForData = cells.find(({ options }) => options.source !== 'simulated');
  if (asksForData !== undefined && dataDirectory === undefined)
    throw new UsageError(`--cells ${asksForData.name} needs --data DIR with real series`);
  return {
    cells,
    seed: wholeNumber(context.option('seed') ?? '1', 'seed', 0, 10_000),
    networks: wholeNumber(
      context.option('networks') ?? String(DEFAULT_NETWORKS),
      'networks',
      1,
      100_000,
    ),
    everyWeeks: wholeNumber(context.option('every') ?? '1', 'every', 1, 52),
    half,
    dataDirectory,
    by: readJudges(context),
  };
}

/** The product alone, with `--baselines` all, with `--by` those that are named. */
function readJudges(context: CommandContext): readonly string[] {
  const names = context.option('by');
  if (names === undefined) return context.flag('baselines') ? JUDGES : ['verimeter'];
  const asked = [...new Set(names.split(','))];
  return asked.map((name) => choice(name, JUDGES, '--by'));
}

function cellOf(name: string): SensorCell {
  const cell = findSensorCell(name);
  if (cell !== undefined) return cell;
  const all = ALL_CELLS.map((known) => known.name);
  throw new UsageError(`--cells has no ${name}${hint(name, all)}; there are ${all.join(', ')}`);
}

/** Only what the cells ask for: a folder may hold one of the two. */
async function readData({ dataDirectory, half, cells }: Request): Promise<RealSeries> {
  if (dataDirectory === undefined) return {};
  const real: { -readonly [K in keyof RealSeries]: RealSeries[K] } = {};
  const asked = new Set(cells.map(({ options }) => options.source));
  if (asked.has('stations')) {
    real.stations = await readStationsFolder(dataDirectory, half);
    say(`${real.stations.stations.length} stations, ${real.stations.count} hours for ${half}`);
  }
  if (asked.has('metal-oxide')) {
    real.metalOxide = await readMetalOxideFolder(dataDirectory);
    say(`metal-oxide elements, ${real.metalOxide.count} hours`);
  }
  return real;
}

function networkJobs(cell: SensorCell, request: Request, real: RealSeries): NetworkJob[] {
  const { seed, by, half, everyWeeks } = request;
  const simulated = cell.options.source === 'simulated';
  // as they were, and with each of them at fault in turn
  const atFault = cell.options.source === 'metal-oxide' ? 1 : (real.stations?.stations.length ?? 0);
  const networks = simulated ? request.networks : 1 + atFault;
  const which = simulated ? ` --networks ${networks} --seed ${seed}` : ` --data DIR --half ${half}`;
  const judges =
    by.length === JUDGES.length
      ? ' --baselines'
      : by.join() === 'verimeter'
        ? ''
        : ` --by ${by.join()}`;
  const command = `verimeter evaluate sensors --cells ${cell.name}${which}${everyWeeks === 1 ? '' : ` --every ${everyWeeks}`}${judges}`;
  const source = simulated ? 'simulated' : half;
  return Array.from({ length: networks }, (_, network) => ({
    cell: cell.name,
    run: { seed, network, source, everyWeeks, by, command },
  }));
}

const keyOf = ({ cell, run }: NetworkJob): string => networkKey({ cell, ...run });

/** Sensor-days times looks, roughly: for the time left. */
function costOf(name: string): number {
  const options = findSensorCell(name)?.options;
  if (options === undefined) return 1;
  return (options.source === 'simulated' ? options.sensors : 8) * options.days ** 2;
}
