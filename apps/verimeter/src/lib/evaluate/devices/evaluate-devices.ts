import { availableParallelism } from 'node:os';
import path from 'node:path';
import { hint, UsageError, choice, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { writeLine } from '../../output.ts';
import { runJobs } from '../jobs.ts';
import { readSeriesFolder } from '../series-folder.ts';
import { remaining } from '../time-left.ts';
import { type ConsumptionRecord, judgeConsumption } from './consumption-homes.ts';
import type { DeviceRecord } from './device-area.ts';
import { DEVICE_CELLS } from './device-cells.ts';
import { devicesText } from './devices-text.ts';
import { judgeRealHomes, type RealHomes, registersOf } from './real-homes.ts';
import { judgeRests, type RestRecord } from './rests.ts';

const DEFAULT_AREAS = 6;
/** Homes whose consumption is looked at over a year, per simulated area. */
const HOMES_PER_AREA = 50;

export interface DeviceEvaluation {
  readonly cells: readonly DeviceRecord[];
  readonly consumption: ConsumptionRecord;
  readonly real?: { readonly homes: RealHomes; readonly rests: RestRecord };
}

/** Measures the checks of single meters. */
export async function evaluateDevices(context: CommandContext): Promise<number> {
  const number = (name: string, otherwise: number, most: number): number => {
    const written = context.option(name);
    return written === undefined ? otherwise : wholeNumber(written, name, 1, most);
  };
  const seed = number('seed', 1, 1_000_000);
  const areas = number('areas', DEFAULT_AREAS, 1000);
  const cells = readCells(context.option('cells'));
  const data = context.option('data');
  const half = choice(context.option('half') ?? 'tune', ['tune', 'report'], 'half');
  const folder =
    data === undefined
      ? undefined
      : await readSeriesFolder(path.resolve(context.environment.workingDirectory, data), half);
  const jobs = Array.from(
    { length: areas },
    (_, area) => ({ kind: 'devices', seed, area, cells }) as const,
  );
  const records: DeviceRecord[] = [];
  const progress = remaining(
    'areas',
    jobs.map(() => 1),
  );
  await runJobs(
    jobs,
    { threads: number('jobs', availableParallelism(), 256), pool: [] },
    {
      step: (job, share) => progress.step(job, share, `area ${job + 1}`),
      finished(job, message) {
        if (message.type !== 'devices') return;
        progress.step(job, 1, `area ${job + 1}`);
        records.push(...message.records);
      },
    },
  );
  progress.finish();
  const evaluation: DeviceEvaluation = {
    cells: records.toSorted((a, b) => a.area - b.area),
    consumption: judgeConsumption(seed, HOMES_PER_AREA * areas),
    ...(folder === undefined
      ? {}
      : {
          real: {
            homes: judgeRealHomes(folder.households),
            rests: judgeRests(registersOf(folder.households)),
          },
        }),
  };
  await writeLine(context.json ? JSON.stringify(evaluation) : devicesText(evaluation));
  return 0;
}

function readCells(written: string | undefined): string[] {
  const names = DEVICE_CELLS.map(({ name }) => name);
  if (written === undefined) return names;
  const wanted = written.split(',');
  for (const name of wanted)
    if (!names.includes(name))
      throw new UsageError(`evaluate devices: no case ${name}${hint(name, names)}`);
  return wanted;
}
