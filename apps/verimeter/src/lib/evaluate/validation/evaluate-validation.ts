import path from 'node:path';
import { VALIDATION_RULE_NAMES } from '@verimeter/telemetry';
import { choice, UsageError, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, table, writeLine } from '../../output.ts';
import { grouped } from '../../progress.ts';
import { measureValidation, type ValidationMeasures } from './measure-validation.ts';

/** How often the rules of validation find defects in real series, and how often they find something where nothing was put. */
export async function evaluateValidation(context: CommandContext): Promise<number> {
  const data = context.option('data');
  if (data === undefined)
    throw new UsageError('evaluate validation needs the --data DIR with real series');
  const half = choice(context.option('half') ?? 'tune', ['tune', 'report'], '--half');
  const seed = wholeNumber(context.option('seed') ?? '1', 'seed', 0, 2 ** 31 - 1);
  let channels = 0;
  const measures = await measureValidation(
    path.resolve(context.environment.workingDirectory, data),
    {
      half,
      seed,
      onChannel: () => {
        if (++channels % 25 === 0) say(`validation: ${channels} series`);
      },
    },
  );
  await writeLine(context.json ? JSON.stringify(measures) : measuresText(measures));
  return 0;
}

function measuresText({ sets, recalls, estimates }: ValidationMeasures): string {
  const names = sets.map(({ set }) => set);
  const unmodified = table(
    [
      ['SERIES AS THEY ARE', ...names],
      ['channels', ...sets.map(({ channels }) => String(channels))],
      ['readings', ...sets.map(({ readings }) => grouped(readings))],
      ['channel-years', ...sets.map(({ years }) => years.toFixed(1))],
      ['readings marked, %', ...sets.map((set) => ((100 * set.marked) / set.readings).toFixed(2))],
      ['falls, found', ...sets.map(({ falls, fallsFound }) => `${falls}, ${fallsFound}`)],
      ['values of -200, found', ...sets.map(({ codes, codesFound }) => `${codes}, ${codesFound}`)],
      ...VALIDATION_RULE_NAMES.map((rule) => [
        rule,
        ...sets.map((set) => {
          const count = set.exceptions[rule] ?? 0;
          return count === 0 ? '-' : `${count} (${(count / set.years).toFixed(1)}/y)`;
        }),
      ]),
    ],
    new Set(names.map((_, k) => k + 1)),
  );
  const defects = [...new Set(recalls.map(({ defect }) => defect))];
  const injected = table(
    [
      ['DEFECT PUT INTO A SERIES', 'FOUND BY', ...names],
      ...defects.map((defect) => [
        defect,
        recalls.find((recall) => recall.defect === defect)?.rules.join(', ') ?? '',
        ...names.map((name) => {
          const recall = recalls.find((one) => one.defect === defect && one.set === name);
          return recall === undefined ? '-' : `${recall.found}/${recall.injected}`;
        }),
      ]),
    ],
    new Set(names.map((_, k) => k + 2)),
  );
  const keys = [...new Set(estimates.map(({ hours, method }) => `${hours} h, ${method}`))];
  const estimated = table(
    [
      ['ESTIMATED INTERVALS ARE OFF BY, % OF THE AMOUNT', ...names],
      ...keys.map((key) => [
        key,
        ...names.map((name) => {
          const error = estimates.find(
            ({ set, hours, method }) => set === name && `${hours} h, ${method}` === key,
          );
          return error === undefined || error.amount === 0
            ? '-'
            : ((100 * error.off) / error.amount).toFixed(0);
        }),
      ]),
    ],
    new Set(names.map((_, k) => k + 1)),
  );
  return `${unmodified}\n\n${injected}\n\n${estimated}`;
}
