import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { say, writeLine } from '../output.ts';
import { accuracyPage } from './accuracy-page.ts';
import { CELLS, TINY } from './cells.ts';
import type { FleetRecord } from './fleet-record.ts';
import { type CellMetrics, cellMetrics } from './metrics.ts';
import { readRecords } from './record-file.ts';

/** Writes docs/accuracy.md and its figures from the records of a run. */
export async function evaluateReport(context: CommandContext): Promise<number> {
  const { workingDirectory } = context.environment;
  const out = context.option('out');
  if (out === undefined) throw new UsageError('evaluate report needs the --out DIR of a run');
  const metrics = metricsOfAll(await readRecords(path.resolve(workingDirectory, out)));
  const { markdown, figures } = accuracyPage(metrics, {
    reliability: context.flag('reliability'),
  });
  const docs = path.resolve(workingDirectory, context.option('docs') ?? 'docs');
  await mkdir(path.join(docs, 'images'), { recursive: true });
  await writeFile(path.join(docs, 'accuracy.md'), markdown);
  await Promise.all(
    figures.map(([name, content]) => writeFile(path.join(docs, 'images', name), content)),
  );
  if (context.json) await writeLine(JSON.stringify({ cells: metrics }));
  else
    say(`${path.join(docs, 'accuracy.md')} and ${figures.length} figures, ${metrics.length} cases`);
  return 0;
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
