import path from 'node:path';
import { UsageError, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, writeLine } from '../../output.ts';
import { type DataSet, dataSetOf, readingsOf } from './data-set.ts';
import { ENGINES, type EngineName, type MeasuredEngine } from './engine.ts';
import { openDatabase, openEmbedded } from './measured-postgres.ts';
import { openQuestDb } from './measured-questdb.ts';
import { prepare } from './preparation.ts';
import { measureLatencies, measureMatrix } from './read-latencies.ts';
import { type PartFigures, type StoreFigures, storeReport } from './store-report.ts';
import { WRITE_CASES, measureWrites } from './write-rates.ts';

const DEFAULT_READINGS = 100_000_000;
/** The data set ends here, so that it is the same in each run. */
const END_US = Date.UTC(2026, 6, 1) * 1000;
const ROUNDS = 5;
const QUESTIONS = 200;
const MATRIX_ROUNDS = 15;

/** What the stores take, give and need, each beside its engine alone, on one data set that is kept between runs. */
export async function benchStore(context: CommandContext): Promise<number> {
  const engines = enginesOf(context.option('engines'));
  const readings = wholeNumber(
    context.option('readings') ?? String(DEFAULT_READINGS),
    'readings',
    100_000,
    2_000_000_000,
  );
  const directory = path.resolve(context.option('dir') ?? 'verimeter-bench');
  const dataSet = dataSetOf(readings, END_US);
  const rounds = wholeNumber(context.option('rounds') ?? String(ROUNDS), 'rounds', 1, 100);
  const figures: StoreFigures[] = [];
  for (const name of engines) {
    // oxlint-disable-next-line no-await-in-loop -- one after the other: they would share the processors
    const engine = await open(name, directory, dataSet, context);
    try {
      // oxlint-disable-next-line no-await-in-loop
      figures.push(await measure(engine, dataSet, rounds));
    } finally {
      // oxlint-disable-next-line no-await-in-loop
      await engine.close();
    }
  }
  await writeLine(context.json ? JSON.stringify({ stores: figures }) : storeReport(figures));
  return 0;
}

function enginesOf(option: string | undefined): EngineName[] {
  if (option === undefined) return ['postgres'];
  return option.split(',').map((name) => {
    const found = ENGINES.find((engine) => engine === name);
    if (found === undefined)
      throw new UsageError(`--engines: ${name} is none of ${ENGINES.join(', ')}`);
    return found;
  });
}

async function open(
  name: EngineName,
  directory: string,
  dataSet: DataSet,
  context: CommandContext,
): Promise<MeasuredEngine> {
  const url = context.option(`${name}-url`);
  if (name === 'postgres')
    return url === undefined
      ? openEmbedded(path.join(directory, 'postgres'), dataSet)
      : openDatabase('postgres', url, dataSet);
  if (url === undefined)
    throw new UsageError(`--engines ${name} needs --${name}-url URL of a server`);
  return name === 'timescale'
    ? openDatabase('timescale', url, dataSet)
    : openQuestDb(path.join(directory, 'questdb-registry'), url, dataSet);
}

async function measure(
  engine: MeasuredEngine,
  dataSet: DataSet,
  rounds: number,
): Promise<StoreFigures> {
  const preparation = await prepare(engine, dataSet);
  const size = await engine.size();
  const latencies = await measureLatencies(engine, dataSet, QUESTIONS);
  say(`${engine.name}: latencies measured`);
  const matrix = await measureMatrix(engine, dataSet, MATRIX_ROUNDS);
  say(`${engine.name}: matrix measured`);
  const parts = await measureParts(engine, dataSet);
  // last: what is written and dropped keeps the disk busy for a while
  const writes = await measureWrites(engine, {
    cases: WRITE_CASES,
    rounds,
    onStep: (text) => say(`${engine.name}: ${text}`),
  });
  return {
    engine: engine.name,
    version: engine.version,
    readings: readingsOf(dataSet),
    channels: dataSet.channels,
    preparation,
    size,
    writes,
    latencies,
    matrix,
    parts,
  };
}

/** The same of each part of the data set that the engine holds in a form of its own. */
async function measureParts(engine: MeasuredEngine, dataSet: DataSet): Promise<PartFigures[]> {
  const figures: PartFigures[] = [];
  for (const part of (await engine.parts?.()) ?? []) {
    const startUs = Math.max(part.fromUs, dataSet.startUs);
    const instants = Math.floor((part.untilUs - startUs) / dataSet.stepUs);
    const within = { ...dataSet, startUs, instants };
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    const latencies = await measureLatencies(engine, within, QUESTIONS, 'raw_30_days');
    // oxlint-disable-next-line no-await-in-loop
    const matrix = await measureMatrix(engine, within, MATRIX_ROUNDS);
    figures.push({ ...part, latencies, matrix });
    say(`${engine.name}: ${part.what} measured`);
  }
  return figures;
}
