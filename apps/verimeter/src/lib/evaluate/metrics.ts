import { type Coverage, coverages, reliability, type ReliabilityBin } from './calibration.ts';
import type { FleetRecord } from './fleet-record.ts';
import {
  bootstrapped,
  type Measure,
  medianOf,
  rootMeanSquare,
  share,
  type Share,
} from './measures.ts';
import { baselineScores, type BaselineScore, listScore, type ListScore } from './list-scores.ts';
import { countedRows, type MeterRow } from './meter-rows.ts';

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
  readonly reverify: ListScore;
  readonly watch: ListScore;
  readonly oracle: ListScore;
  /** Of e, over meters that both runs estimate. */
  readonly rmse: Readonly<Record<'drifted' | 'driftedOracle' | 'all' | 'allOracle', Measure>>;
  readonly rmseRatio: Measure;
  /** rms over areas of the median error of an area's meters: what its balance cannot tell from the supply's own error. */
  readonly areaShift: Measure;
  readonly coverage: readonly Coverage[];
  /** Median width of the 95 % intervals over that of the oracle. */
  readonly widthRatio: Measure;
  readonly reliability: readonly ReliabilityBin[];
  readonly notResolvable: Share;
  readonly driftedNotResolvable: Share;
  readonly statuses: Readonly<Record<string, number>>;
  readonly cleanAreasOk: Share;
  readonly baselines: readonly BaselineScore[];
  readonly guests: Readonly<
    Record<'device' | 'listing' | 'feeding' | 'nothingPublished' | 'all', Share>
  >;
  /** Of the areas with something wrong that a gate has to find. */
  readonly troubles: Readonly<Record<'right' | 'nothingWrong', Share>>;
  readonly looks: number;
  /** Days from the crossing of 2 % to the list, and of the forecast of the crossing. */
  readonly delay: Measure;
  readonly exitError: Measure;
  readonly secondsPerArea: Readonly<Record<'simulate' | 'analyze' | 'oracle', number>>;
}

/** Everything that is said of one cell, from its records. */
export function cellMetrics(records: readonly FleetRecord[]): CellMetrics {
  const first = records[0];
  if (first === undefined) throw new RangeError('a cell without records');
  const fleets = records.map(countedRows);
  const rows = fleets.flat();
  const areas = records.flatMap((record) => record.areas);
  const rmse = (
    chosen: (row: MeterRow) => boolean,
    value: (row: MeterRow) => number | null,
  ): Measure =>
    bootstrapped(fleets, (some) => rootMeanSquare(errors(some.flat().filter(chosen), value)));
  const all = areas.length;
  return {
    cell: first.cell,
    loads: first.loads,
    seeds: [...new Set(records.map(({ seed }) => seed))],
    model: [...new Set(records.map(({ model }) => model))].join(', '),
    command: first.command,
    fleets: records.length,
    meters: rows.length,
    drifted: rows.filter(isDrifted).length,
    lossRatio: areas.reduce((sum, { loss }) => sum + loss, 0) / all,
    reverify: listScore(rows, ({ reverify }) => reverify),
    watch: listScore(rows, ({ watch }) => watch),
    oracle: listScore(rows, ({ oracleReverify }) => oracleReverify),
    rmse: {
      drifted: rmse(isDrifted, own),
      driftedOracle: rmse(isDrifted, known),
      all: rmse(any, own),
      allOracle: rmse(any, known),
    },
    rmseRatio: bootstrapped(fleets, (some) => {
      const drifted = some.flat().filter(isDrifted);
      return ratio(rootMeanSquare(errors(drifted, own)), rootMeanSquare(errors(drifted, known)));
    }),
    areaShift: bootstrapped(fleets, (some) => rootMeanSquare(some.flatMap(areaShifts))),
    coverage: coverages(rows),
    widthRatio: bootstrapped(fleets, (some) => {
      const both = some
        .flat()
        .filter(({ low, oracleWidth }) => low !== null && oracleWidth !== null);
      return ratio(
        medianOf(both.map(({ low, high }) => (high ?? 0) - (low ?? 0))),
        medianOf(both.map(({ oracleWidth }) => oracleWidth ?? 0)),
      );
    }),
    reliability: reliability(rows),
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
    baselines: baselineScores(rows),
    guests: guestShares(records),
    troubles: troubleShares(records),
    looks: first.looks,
    delay: bootstrapped(fleets, (some) => medianOf(delays(some.flat()))),
    exitError: bootstrapped(fleets, (some) =>
      medianOf(some.flat().flatMap(({ exitError }) => (exitError === null ? [] : [exitError]))),
    ),
    secondsPerArea: {
      simulate: secondsPer(records, 'simulate', all),
      analyze: secondsPer(records, 'analyze', all),
      oracle: secondsPer(records, 'oracle', all),
    },
  };
}

const isDrifted = ({ drifted }: MeterRow): boolean => drifted;
const any = (): boolean => true;
const own = ({ estimate }: MeterRow): number | null => estimate;
const known = ({ oracle }: MeterRow): number | null => oracle;
const isNotResolvable = ({ indication }: MeterRow): boolean => indication === 'not_resolvable';

/** Of the meters that both runs estimate, so that the two are of the same meters. */
function errors(rows: readonly MeterRow[], value: (row: MeterRow) => number | null): number[] {
  return rows.flatMap((row) => {
    const found = value(row);
    if (row.estimate === null || row.oracle === null || found === null) return [];
    return [found - row.truth];
  });
}

function areaShifts(fleet: readonly MeterRow[]): number[] {
  const byArea = Map.groupBy(fleet, ({ area }) => area);
  return [...byArea.values()].flatMap((rows) => medianOf(errors(rows, own)) ?? []);
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

function countBy(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const name of names.toSorted()) counts[name] = (counts[name] ?? 0) + 1;
  return counts;
}

function ratio(a: number | null, b: number | null): number | null {
  return a === null || b === null || b === 0 ? null : a / b;
}

function secondsPer(
  records: readonly FleetRecord[],
  part: keyof FleetRecord['time'],
  areas: number,
): number {
  return records.reduce((sum, { time }) => sum + time[part], 0) / 1000 / areas;
}
