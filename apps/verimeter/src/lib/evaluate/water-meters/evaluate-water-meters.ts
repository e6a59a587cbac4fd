import path from 'node:path';
import { chiSquareQuantile, clopperPearson } from '@verimeter/statistics';
import { choice, hint, UsageError, wholeNumber } from '../../arguments.ts';
import type { CommandContext } from '../../command.ts';
import { say, table, writeLine } from '../../output.ts';
import { medianOf } from '../measures.ts';
import { remaining } from '../time-left.ts';
import { readWaterPool } from '../water/water-pool.ts';
import {
  DAYS_TO_FIND,
  judgeStopped,
  naturalSpells,
  type StoppedRecord,
  type Witness,
  WITNESSES,
} from './judge-stopped.ts';
import { judgeRawRegisters, type RawRegisters } from './raw-registers.ts';
import { stoppedFleet } from './stopped-fleet.ts';

const DAYS = 350;
const HOMES_PER_DISTRICT = 30;
const DEFAULT_DISTRICTS = 10;
/** Stops that each home of the simulated city, and each real one, gets one after the other. */
const STOPS = { simulated: 1, real: 8 } as const;

/** Measures how a stopped water meter is told from an empty home, by what is known beside its register. */
export async function evaluateWaterMeters(context: CommandContext): Promise<number> {
  const seed = wholeNumber(context.option('seed') ?? '1', 'seed', 0, 10_000);
  const data = context.option('data');
  const folder =
    data === undefined ? undefined : path.resolve(context.environment.workingDirectory, data);
  const pool =
    folder === undefined
      ? []
      : await readWaterPool(
          folder,
          choice(context.option('half') ?? 'tune', ['tune', 'report'], '--half'),
        );
  const raw = folder === undefined ? undefined : await judgeRawRegisters(folder);
  const fleet = stoppedFleet({
    seed,
    days: DAYS,
    districts:
      folder === undefined
        ? wholeNumber(
            context.option('districts') ?? String(DEFAULT_DISTRICTS),
            'districts',
            1,
            1000,
          )
        : 1,
    homesPerDistrict: folder === undefined ? HOMES_PER_DISTRICT : pool.length,
    pool,
  });
  say(`${fleet.homes.length} homes of ${DAYS} days`);
  const progress = remaining('looks', [1]);
  const records = judgeStopped(
    fleet,
    {
      seed,
      stopsPerHome: folder === undefined ? STOPS.simulated : STOPS.real,
      witnesses: witnessesOf(context.option('cells')),
    },
    (share) => progress.step(0, share, 'stopped'),
  );
  progress.finish();
  const spells = naturalSpells(fleet);
  await writeLine(
    context.json
      ? JSON.stringify({ spells, records, ...(raw === undefined ? {} : { raw }) })
      : textOf(records, spells, raw),
  );
  return 0;
}

function witnessesOf(names: string | undefined): readonly Witness[] {
  if (names === undefined) return WITNESSES;
  return [...new Set(names.split(','))].map((name) => {
    const cell = WITNESSES.find((witness) => `stopped-${witness}` === name);
    const all = WITNESSES.map((witness) => `stopped-${witness}`);
    if (cell === undefined)
      throw new UsageError(`--cells has no ${name}${hint(name, all)}; there are ${all.join(', ')}`);
    return cell;
  });
}

function textOf(
  records: readonly StoppedRecord[],
  spells: ReturnType<typeof naturalSpells>,
  raw: RawRegisters | undefined,
): string {
  const homes = records[0]?.homes ?? 0;
  return [
    `Homes with a time without water of at least so many days: ${spells.map((one) => `${one.days}: ${Math.round((100 * one.homes) / Math.max(1, homes))} %`).join(', ')}.`,
    '',
    table([
      [
        'CASE',
        'STOPS',
        `FOUND IN ${DAYS_TO_FIND} DAYS % (95 %)`,
        'WITH WATER DRAWN % (95 %)',
        'WITH PEOPLE AT HOME % (95 %)',
        'DAYS (MEDIAN)',
        'FALSE',
        'HOME-YEARS',
        'FALSE PER 100 HOME-YEARS (95 %)',
      ],
      ...records.map(rowOf),
    ]),
    ...(raw === undefined
      ? []
      : [
          '',
          `Registers as they came: ${raw.meters} meters, ${raw.falls} falls; at their last reading ${Object.entries(
            raw.findings,
          )
            .map(([kind, count]) => `${kind} ${count}`)
            .join(', ')}.`,
        ]),
  ].join('\n');
}

const found = (some: StoppedRecord['stops']): string => {
  const hits = some.filter(({ delay }) => delay !== null).length;
  const { low, high } = clopperPearson(hits, Math.max(1, some.length));
  return `${hits}/${some.length} ${Math.round((100 * hits) / Math.max(1, some.length))} (${Math.round(100 * low)} to ${Math.round(100 * high)})`;
};

function rowOf({ witness, stops, falseStops, homeYears }: StoppedRecord): string[] {
  const count = falseStops.length;
  // exact for a count: Garwood, 1936
  const least = count === 0 ? 0 : chiSquareQuantile(0.025, 2 * count) / 2;
  const most = chiSquareQuantile(0.975, 2 * count + 2) / 2;
  const per100 = (value: number): string => ((100 * value) / homeYears).toFixed(1);
  const middle = medianOf(stops.flatMap(({ delay }) => delay ?? []));
  return [
    `stopped-${witness}`,
    String(stops.length),
    found(stops),
    found(stops.filter((stop) => stop.atHome)),
    found(stops.filter((stop) => stop.byPeople)),
    middle === null ? '-' : middle.toFixed(0),
    String(count),
    homeYears.toFixed(0),
    `${per100(count)} (${per100(least)} to ${per100(most)})`,
  ];
}
