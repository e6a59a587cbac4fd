import { normalQuantile } from '@verimeter/statistics';
import type { FleetRecord } from './fleet-record.ts';
import {
  bootstrapped,
  type Measure,
  medianOf,
  rootMeanSquare,
  share,
  type Share,
} from './measures.ts';
import { type Baseline, BASELINES, countedRows, type MeterRow } from './meter-rows.ts';

/** Error above which an estimator without probabilities flags a meter (drift-estimation.md 2.5). */
const THRESHOLD = 0.02;
const LEVELS = [0.5, 0.8, 0.95] as const;
const BINS = [0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1] as const;

export interface ListScore {
  readonly recall: Share;
  readonly precision: Share;
  /** Healthy meters on the list. */
  readonly falseAlarms: Share;
}

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
  readonly coverage: readonly {
    readonly level: number;
    readonly all: Share;
    readonly drifted: Share;
  }[];
  /** Median width of the 95 % intervals over that of the oracle. */
  readonly widthRatio: Measure;
  readonly reliability: readonly {
    readonly from: number;
    readonly to: number;
    readonly meanProbability: number | null;
    readonly drifted: Share;
  }[];
  readonly notResolvable: Share;
  readonly driftedNotResolvable: Share;
  readonly statuses: Readonly<Record<string, number>>;
  readonly cleanAreasOk: Share;
  readonly baselines: readonly {
    readonly name: Baseline;
    readonly score: ListScore;
    readonly rmseDrifted: number | null;
  }[];
  readonly guests: Readonly<
    Record<'device' | 'listing' | 'feeding' | 'nothingPublished' | 'all', Share>
  >;
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
  const isDrifted = ({ drifted }: MeterRow): boolean => drifted;
  const any = (): boolean => true;
  const own = ({ estimate }: MeterRow): number | null => estimate;
  const known = ({ oracle }: MeterRow): number | null => oracle;
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
    coverage: LEVELS.map((level) => ({
      level,
      all: covered(rows, level),
      drifted: covered(rows.filter(isDrifted), level),
    })),
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

/** Recall counts every drifted meter: an abstention is a miss. */
export function listScore(
  rows: readonly MeterRow[],
  onList: (row: MeterRow) => boolean,
): ListScore {
  const listed = rows.filter(onList);
  const correct = listed.filter(({ drifted }) => drifted).length;
  const drifted = rows.filter((row) => row.drifted).length;
  return {
    recall: share(correct, drifted),
    precision: share(correct, listed.length),
    falseAlarms: share(listed.length - correct, rows.length - drifted),
  };
}

const isNotResolvable = ({ indication }: MeterRow): boolean => indication === 'not_resolvable';

/** Of the meters that both runs estimate, so that the two are of the same meters. */
function errors(rows: readonly MeterRow[], value: (row: MeterRow) => number | null): number[] {
  return rows.flatMap((row) => {
    const found = value(row);
    if (row.estimate === null || row.oracle === null || found === null) return [];
    return [found - row.truth];
  });
}

/** 95 % from the stated interval, the others from a normal with the stated standard error. */
function covered(rows: readonly MeterRow[], level: number): Share {
  const stated = rows.filter(({ estimate }) => estimate !== null);
  const z = normalQuantile((1 + level) / 2);
  const inside = stated.filter(({ estimate, standardError, low, high, truth }) => {
    if (level === 0.95) return truth >= (low ?? 0) && truth <= (high ?? 0);
    return Math.abs(truth - (estimate ?? 0)) <= z * (standardError ?? 0);
  });
  return share(inside.length, stated.length);
}

function reliability(rows: readonly MeterRow[]): CellMetrics['reliability'] {
  return BINS.slice(0, -1).map((from, index) => {
    const to = BINS[index + 1] ?? 1;
    const inside = rows.filter(
      ({ probability: p }) => p !== null && p >= from && (p < to || (to === 1 && p <= 1)),
    );
    const sum = inside.reduce((total, { probability }) => total + (probability ?? 0), 0);
    return {
      from,
      to,
      meanProbability: inside.length === 0 ? null : sum / inside.length,
      drifted: share(inside.filter(({ drifted }) => drifted).length, inside.length),
    };
  });
}

function baselineScores(rows: readonly MeterRow[]): CellMetrics['baselines'] {
  return BASELINES.filter((name) => rows.some(({ baselines }) => baselines[name] != null)).map(
    (name) => {
      const value = (row: MeterRow): number | null => row.baselines[name] ?? null;
      return {
        name,
        score: listScore(rows, (row) => Math.abs(value(row) ?? 0) > THRESHOLD),
        rmseDrifted: rootMeanSquare(
          rows.flatMap((row) => {
            const found = value(row);
            return row.drifted && found !== null ? [found - row.truth] : [];
          }),
        ),
      };
    },
  );
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
