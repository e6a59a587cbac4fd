import path from 'node:path';
import { UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { table, writeLine } from '../output.ts';
import { type Agreement, compareGolden } from './golden-agreement.ts';
import { readGoldenArea } from './golden-area.ts';

/** Holds least squares, ridge, generalised least squares and two groups against an independent implementation. */
export async function evaluateGolden(context: CommandContext): Promise<number> {
  const data = context.option('data');
  if (data === undefined)
    throw new UsageError('evaluate golden needs the --data DIR with area12.csv and golden.json');
  const agreements = compareGolden(
    await readGoldenArea(path.resolve(context.environment.workingDirectory, data)),
  );
  await writeLine(context.json ? JSON.stringify({ agreements }) : goldenText(agreements));
  return agreements.every(({ agrees }) => agrees) ? 0 : 1;
}

const percent = (value: number | undefined): string =>
  value === undefined ? '-' : (100 * value).toFixed(3);

function goldenText(agreements: readonly Agreement[]): string {
  return table([
    ['METHOD', 'LARGEST DIFFERENCE', 'IN SD', 'RMS FROM TRUTH %', 'OF THE REFERENCE %', 'AGREES'],
    ...agreements.map(({ method, difference, inDeviations, rms, agrees }) => [
      method,
      difference.toExponential(1),
      inDeviations === null ? '-' : inDeviations.toFixed(3),
      percent(rms?.own),
      percent(rms?.reference),
      agrees ? 'yes' : 'no',
    ]),
  ]);
}
