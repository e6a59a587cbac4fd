import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { CommandError, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { say, writeLine } from '../output.ts';
import { type AccuracyPage, accuracyPage } from './accuracy-page.ts';
import { CELLS, TINY } from './cells.ts';
import type { FleetRecord } from './fleet-record.ts';
import { type CellMetrics, cellMetrics } from './metrics.ts';
import { ofOneVersion } from './one-version.ts';
import { readRecords } from './record-file.ts';
import { type WaterCellMetrics } from './water/water-metrics.ts';
import { waterPage } from './water/water-page.ts';
import { readWaterRecords, waterMetricsOfAll } from './water/water-records.ts';

/** Writes docs/accuracy.md, docs/accuracy-water.md and their figures, of what there are records of a run. */
export async function evaluateReport(context: CommandContext): Promise<number> {
  const { workingDirectory } = context.environment;
  const out = context.option('out');
  if (out === undefined) throw new UsageError('evaluate report needs the --out DIR of a run');
  const directory = path.resolve(workingDirectory, out);
  const cells = metricsOfAll(
    ofOneVersion(await readRecords(directory).catch(noneThere), 'electricity'),
  );
  const water = waterMetricsOfAll(
    ofOneVersion(await readWaterRecords(directory).catch(noneThere), 'water'),
  );
  if (cells.length + water.length === 0)
    throw new CommandError(`${directory}: no record of electricity areas or water districts in it`);
  const options = { reliability: context.flag('reliability') };
  const docs = path.resolve(workingDirectory, context.option('docs') ?? 'docs');
  if (cells.length > 0)
    await writePage(docs, 'accuracy.md', accuracyPage(cells, options), cells.length);
  if (water.length > 0)
    await writePage(docs, 'accuracy-water.md', waterPage(water, options), water.length);
  if (context.json) await writeLine(JSON.stringify(answer(cells, water)));
  return 0;
}

const answer = (
  cells: readonly CellMetrics[],
  water: readonly WaterCellMetrics[],
): { cells: readonly CellMetrics[]; water?: readonly WaterCellMetrics[] } =>
  water.length === 0 ? { cells } : { cells, water };

async function writePage(
  docs: string,
  name: string,
  { markdown, figures }: AccuracyPage,
  cases: number,
): Promise<void> {
  await mkdir(path.join(docs, 'images'), { recursive: true });
  await writeFile(path.join(docs, name), markdown);
  await Promise.all(
    figures.map(([file, content]) => writeFile(path.join(docs, 'images', file), content)),
  );
  say(`${path.join(docs, name)} and ${figures.length} figures, ${cases} cases`);
}

function noneThere(error: NodeJS.ErrnoException): never[] {
  if (error.code === 'ENOENT') return [];
  throw error;
}

/** One entry per cell and kind of loads, in the order of the cells. */
function metricsOfAll(records: readonly FleetRecord[]): CellMetrics[] {
  return [...CELLS, TINY].flatMap(({ name }) =>
    (['report', 'tune', 'built-in'] as const).flatMap((loads) => {
      const own = records.filter((record) => record.cell === name && record.loads === loads);
      return own.length === 0 ? [] : [cellMetrics(own)];
    }),
  );
}
