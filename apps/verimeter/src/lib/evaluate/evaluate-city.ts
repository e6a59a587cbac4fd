import { availableParallelism } from 'node:os';
import { UsageError, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { parseAsOf } from '../instant-option.ts';
import { table, write, writeLine } from '../output.ts';
import type { CityVerdict, Score } from './city-verdict.ts';
import { runJobs } from './jobs.ts';
import { remaining } from './time-left.ts';

/** Judges the estimator on demo cities. */
export async function evaluateCity(context: CommandContext): Promise<number> {
  const seeds = readSeeds(context.option('seeds') ?? '1-6');
  const instants = readInstants(context.option('as-of'));
  const jobs = instants.flatMap((atMs) =>
    seeds.map((seed) => ({ kind: 'city', seed, atMs }) as const),
  );
  const verdicts: CityVerdict[] = [];
  const progress = remaining(
    'cities',
    jobs.map(() => 1),
  );
  const threads =
    context.option('jobs') === undefined
      ? availableParallelism()
      : wholeNumber(context.option('jobs') ?? '', 'jobs', 1, 256);
  await runJobs(
    jobs,
    { threads, pool: [] },
    {
      step: () => undefined,
      finished(job, message) {
        if (message.type !== 'city') return;
        progress.step(job, 1, `city ${message.verdict.seed} of ${message.verdict.asOf}`);
        verdicts.push(message.verdict);
      },
    },
  );
  progress.finish();
  verdicts.sort((a, b) => order(a.asOf, b.asOf) || a.seed - b.seed);
  if (context.json) await writeLine(JSON.stringify({ cities: verdicts }));
  else await write(cityText(verdicts));
  return 0;
}

/** Instants, ms since 1970, from a list of dates and instants; by default now, as `up` has it. */
const readInstants = (written: string | undefined): number[] =>
  written === undefined
    ? [Date.now()]
    : written.split(',').map((each) => Math.floor(parseAsOf(each) / 1000));

const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** `1-6` or `1,4,7-9`. */
export function readSeeds(written: string): number[] {
  const seeds = written.split(',').flatMap((part) => {
    const match = /^(\d{1,6})(?:-(\d{1,6}))?$/.exec(part);
    if (match === null) throw new UsageError(`--seeds must be like 1-6 or 1,4,7, not ${written}`);
    const first = Number(match[1]);
    const last = Number(match[2] ?? match[1]);
    if (last < first || last - first > 1000)
      throw new UsageError(`--seeds: ${part} is not a range of at most 1000 seeds`);
    return Array.from({ length: last - first + 1 }, (_, index) => first + index);
  });
  return [...new Set(seeds)];
}

function cityText(verdicts: readonly CityVerdict[]): string {
  const sum = (value: (verdict: CityVerdict) => number): number =>
    verdicts.reduce((total, verdict) => total + value(verdict), 0);
  const names = verdicts[0]?.scores.map(({ name }) => name) ?? [];
  const totals = names.map((name): Score => {
    const own = (verdict: CityVerdict): Score | undefined =>
      verdict.scores.find((score) => score.name === name);
    return {
      name,
      flagged: sum((v) => own(v)?.flagged ?? 0),
      correct: sum((v) => own(v)?.correct ?? 0),
      judged: sum((v) => own(v)?.judged ?? 0),
      found: sum((v) => own(v)?.found ?? 0),
    };
  });
  return [
    ...verdicts.flatMap((verdict) => [
      `As of ${verdict.asOf}. ${verdict.text}`,
      scoreTable(verdict.scores),
      '',
    ]),
    `All ${verdicts.length} cities:`,
    scoreTable(totals),
    '',
    `Steps of 5 % and more that were missed: ${sum((v) => v.largeStepsMissed)} of ${sum((v) => v.largeSteps)}.`,
    `Meters without a fault that are to be verified again: ${sum((v) => v.falseReverify)}.`,
    `Water meters that drift by 8 % or more and are on a list: ${sum((v) => v.water.found)} of ${sum((v) => v.water.drifts)}; without a fault: ${sum((v) => v.water.falselyListed)} of ${sum((v) => v.water.healthy)}. Stopped ones told so: ${sum((v) => v.water.stoppedFound)} of ${sum((v) => v.water.stopped)}, with electricity at the address as witness ${sum((v) => v.water.stoppedWitnessed)}; through which water runs back: ${sum((v) => v.water.backflowsFound)} of ${sum((v) => v.water.backflows)}.`,
    `Leaks behind a meter that are told: ${sum((v) => v.water.leaksFound)} of ${sum((v) => v.water.leaks)}, and of ${sum((v) => v.water.leaksFalse)} other homes; air in a meter: ${sum((v) => v.water.airFound)} of ${sum((v) => v.water.air)}, and of ${sum((v) => v.water.airFalse)} other homes.`,
    `Faults of sensors that are to be seen to: ${sum((v) => v.sensors.found)} of ${sum((v) => v.sensors.faults)}; quantities of sensors without a fault that are: ${sum((v) => v.sensors.falseAlarms)} of ${sum((v) => v.sensors.channels)}.`,
    'Recall and steps: meters with |e| of 3 % and more in areas that neither list nor feed the misfiled meter.',
    '',
  ].join('\n');
}

function scoreTable(scores: readonly Score[]): string {
  return table(
    [
      ['ESTIMATOR', 'FLAGGED', 'TRUE', 'PRECISION', 'RECALL'],
      ...scores.map(({ name, flagged, correct, judged, found }) => [
        name,
        String(flagged),
        String(correct),
        ratio(correct, flagged),
        `${ratio(found, judged)} (${found} of ${judged})`,
      ]),
    ],
    new Set([1, 2, 3]),
  );
}

function ratio(part: number, whole: number): string {
  return whole === 0 ? '-' : (part / whole).toFixed(2);
}
