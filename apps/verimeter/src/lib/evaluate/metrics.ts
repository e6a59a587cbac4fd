import { type Calibration, calibrations, type Coverage } from './calibration.ts';
import { type EstimatorScore, estimatorScores } from './estimator-scores.ts';
import { type ExitScore, exitScore } from './exit-dates.ts';
import type { FleetRecord } from './fleet-record.ts';
import { bootstrapped, countBy, type Measure, medianOf, share, type Share } from './measures.ts';
import type { ListScore } from './list-scores.ts';
import { countedRows, type MeterRow } from './meter-rows.ts';
import { headOf } from './record-head.ts';
import type { Estimator } from './statements.ts';

export interface CellMetrics {
  readonly cell: string;
  readonly loads: FleetRecord['loads'];
  readonly seeds: readonly number[];
  readonly model: string;
  readonly command: string;
  readonly fleets: number;
  readonly meters: number;
  readonly drifted: number;
  readonly lossRatio: number;
  /** The product first, the oracle second, then those for comparison that were run. */
  readonly estimators: readonly EstimatorScore[];
  /** Of the product. */
  readonly reverify: ListScore;
  readonly watch: ListScore;
  readonly coverage: readonly Coverage[];
  readonly calibrations: readonly Calibration[];
  readonly notResolvable: Share;
  readonly driftedNotResolvable: Share;
  readonly statuses: Readonly<Record<string, number>>;
  /** Areas with a right archive that passed all gates. */
  readonly cleanAreasOk: Share;
  readonly guests: Readonly<
    Record<'device' | 'listing' | 'feeding' | 'nothingPublished' | 'all', Share>
  >;
  /** Of the areas with something wrong that a gate has to find. */
  readonly troubles: Readonly<Record<'right' | 'nothingWrong', Share>>;
  readonly looks: number;
  /** Days from the crossing of 2 % to the list, and of the forecast of the crossing. */
  readonly delay: Measure;
  readonly exitError: Measure;
  readonly exit: ExitScore;
  readonly secondsPerArea: Readonly<Record<'simulate' | 'analyze' | 'oracle', number>>;
}

/** Everything that is said of one cell, from its records. */
export function cellMetrics(records: readonly FleetRecord[]): CellMetrics {
  const { first, head } = headOf(records);
  const fleets = records.map(countedRows);
  const rows = fleets.flat();
  const areas = records.flatMap((record) => record.areas);
  const estimators = estimatorScores(fleets);
  const own = scoreOf(estimators, 'verimeter');
  const all = areas.length;
  return {
    ...head,
    loads: first.loads,
    fleets: records.length,
    meters: rows.length,
    drifted: rows.filter(isDrifted).length,
    lossRatio: areas.reduce((sum, { loss }) => sum + loss, 0) / all,
    estimators,
    reverify: own.reverify,
    watch: own.watch ?? own.reverify,
    coverage: own.coverage ?? [],
    calibrations: calibrations(rows),
    notResolvable: share(rows.filter(isNotResolvable).length, rows.length),
    driftedNotResolvable: share(
      rows.filter((row) => row.drifted && isNotResolvable(row)).length,
      rows.filter(isDrifted).length,
    ),
    statuses: countBy(areas.map(({ status }) => status)),
    cleanAreasOk: share(
      areas.filter(({ archive, status }) => archive === 'clean' && status === 'ok').length,
      areas.filter(({ archive }) => archive === 'clean').length,
    ),
    guests: guestShares(records),
    troubles: troubleShares(records),
    looks: first.looks,
    delay: bootstrapped(fleets, (some) => medianOf(delays(some.flat()))),
    exitError: bootstrapped(fleets, (some) =>
      medianOf(some.flat().flatMap(({ exitError }) => (exitError === null ? [] : [exitError]))),
    ),
    exit: exitScore(fleets),
    secondsPerArea: {
      simulate: secondsPer(records, 'simulate', all),
      analyze: secondsPer(records, 'analyze', all),
      oracle: secondsPer(records, 'oracle', all),
    },
  };
}

const isDrifted = ({ drifted }: MeterRow): boolean => drifted;
const isNotResolvable = ({ indication }: MeterRow): boolean => indication === 'not_resolvable';

/** @throws RangeError where it was not run. */
export function scoreOf(scores: readonly EstimatorScore[], name: Estimator): EstimatorScore {
  const found = scores.find((score) => score.name === name);
  if (found === undefined) throw new RangeError(`no ${name} among the estimators`);
  return found;
}

function guestShares(records: readonly FleetRecord[]): CellMetrics['guests'] {
  const guests = records.flatMap((record) => record.guests);
  const of = (right: (guest: (typeof guests)[number]) => boolean): Share =>
    share(guests.filter(right).length, guests.length);
  return {
    device: of(({ device }) => device),
    listing: of(({ listing }) => listing),
    feeding: of(({ feeding }) => feeding),
    nothingPublished: of(({ nothingPublished }) => nothingPublished),
    all: of((g) => g.device && g.listing && g.feeding && g.nothingPublished),
  };
}

function troubleShares(records: readonly FleetRecord[]): CellMetrics['troubles'] {
  const troubles = records.flatMap((record) => record.troubles ?? []);
  return {
    right: share(troubles.filter(({ right }) => right).length, troubles.length),
    nothingWrong: share(
      troubles.filter(({ nothingWrong }) => nothingWrong).length,
      troubles.length,
    ),
  };
}

function delays(rows: readonly MeterRow[]): number[] {
  return rows.flatMap(({ firstReverify, crossing }) =>
    firstReverify === null || crossing === null ? [] : [firstReverify - crossing],
  );
}

function secondsPer(
  records: readonly FleetRecord[],
  part: keyof FleetRecord['time'],
  areas: number,
): number {
  return records.reduce((sum, { time }) => sum + time[part], 0) / 1000 / areas;
}
