import { type ListScore, listScore } from '../list-scores.ts';
import {
  bootstrapped,
  countBy,
  type Measure,
  medianOf,
  rootMeanSquare,
  share,
  type Share,
} from '../measures.ts';
import { headOf } from '../record-head.ts';
import type { WaterRecord } from './water-record.ts';
import { type HomeRow, homeRows } from './water-rows.ts';

export interface ListedScore extends ListScore {
  /** Of the list: meters without a fault whose own curve is beyond the limit at this customer; they count as right. */
  readonly wornListed: number;
}

interface WaterScore {
  readonly name: 'verimeter' | 'least squares' | 'least squares, 3 se' | 'cohort ratio';
  readonly narrow: ListedScore;
  readonly wide: ListedScore | null;
  readonly rmseAll: Measure;
  readonly rmseDrifted: Measure;
}

export interface WaterCellMetrics {
  readonly cell: string;
  readonly loads: WaterRecord['loads'];
  readonly seeds: readonly number[];
  readonly model: string;
  readonly command: string;
  readonly fleets: number;
  readonly districts: number;
  readonly homes: number;
  readonly drifted: number;
  readonly leakShare: number;
  readonly scores: readonly WaterScore[];
  /** `reverify` of drifted homes that draw at least 50 L a day. */
  readonly recallOfUsers: Share;
  readonly coverage: Readonly<Record<'all' | 'drifted', Share>>;
  readonly medianWidth: number | null;
  readonly estimated: Share;
  readonly notResolvable: Share;
  readonly minimumDetectable: number | null;
  readonly statuses: Readonly<Record<string, number>>;
  readonly indications: Readonly<Record<string, number>>;
  /** Evidence of districts that are not `ok`. */
  readonly reasons: Readonly<Record<string, number>>;
  /** Pairs of districts with something wrong between them; null where there is none in the case. */
  readonly troubles: TroubleScore | null;
  readonly looks: number;
  /** Homes without a fault with `reverify` at any look. */
  readonly everReverify: Share;
  readonly stopped: StoppedScore | null;
  readonly calibration: readonly WaterCalibration[];
  readonly secondsPerDistrict: Readonly<Record<'simulate' | 'analyze', number>>;
}

interface TroubleScore {
  readonly right: Share;
  /** Of strangers that draw at least 50 L a day. */
  readonly rightOfUsers: Share;
  readonly nothingWrong: Share;
  /** Districts without anything wrong that are said to exchange water, or to list or feed a stranger. */
  readonly falseStatus: Share;
}

interface StoppedScore {
  /** Said within 14 days, of meters that stopped. */
  readonly found: Share;
  readonly medianDays: number | null;
  readonly falseSpells: number;
  readonly homeYears: number;
  readonly falsePer100HomeYears: number | null;
}

interface WaterCalibration {
  readonly field: 'probability_drifted' | 'probability_over_limit';
  readonly bins: readonly {
    readonly from: number;
    readonly to: number;
    readonly mean: number | null;
    readonly found: Share;
  }[];
}

const DAYS_TO_FIND = 14;
const YEAR_DAYS = 365.25;
const USER_LITRES = 50;
const BINS = [0, 0.05, 0.25, 0.5, 0.75, 0.95, 1] as const;

export function waterMetrics(records: readonly WaterRecord[]): WaterCellMetrics {
  const { first, head } = headOf(records);
  const clusters = records.flatMap((record) => {
    const wrong = new Set(record.troubles?.flatMap((trouble) => trouble.districts));
    const own = homeRows(record).filter(({ district }) => !wrong.has(district));
    return [...Map.groupBy(own, ({ district }) => district).values()];
  });
  const rows = clusters.flat();
  const districts = records.flatMap((record) => record.districts);
  const seconds = (part: keyof WaterRecord['time']): number =>
    records.reduce((sum, { time }) => sum + time[part], 0) / 1000 / districts.length;
  const stated = rows.filter(
    ({ low, high, truth }) => low !== null && high !== null && truth !== null,
  );
  const healthy = rows.filter(({ fault }) => fault === 'none');
  return {
    ...head,
    loads: first.loads,
    fleets: records.length,
    districts: districts.length,
    homes: rows.length,
    drifted: rows.filter(({ drifted }) => drifted).length,
    leakShare: districts.reduce((sum, { leakShare }) => sum + leakShare, 0) / districts.length,
    scores: scoresOf(clusters),
    recallOfUsers: shareOf(
      rows.filter(({ drifted, litresPerDay }) => drifted && litresPerDay >= USER_LITRES),
      ({ recommendation }) => recommendation === 'reverify',
    ),
    coverage: {
      all: shareOf(stated, isCovered),
      drifted: shareOf(
        stated.filter(({ drifted }) => drifted),
        isCovered,
      ),
    },
    medianWidth: medianOf(stated.map(({ low, high }) => (high ?? 0) - (low ?? 0))),
    estimated: shareOf(rows, ({ estimate }) => estimate !== null),
    notResolvable: shareOf(rows, ({ indication }) => indication === 'not_resolvable'),
    minimumDetectable: medianOf(rows.flatMap(({ minimumDetectable }) => minimumDetectable ?? [])),
    statuses: countBy(districts.map(({ status }) => status)),
    indications: countBy(rows.map(({ indication }) => indication)),
    reasons: countBy(
      districts.flatMap(({ status, evidence }) => (status === 'ok' ? [] : evidence)),
    ),
    troubles: troubleScore(records),
    looks: first.looks,
    everReverify: shareOf(
      healthy,
      ({ firstReverify, recommendation }) =>
        firstReverify !== null || recommendation === 'reverify',
    ),
    stopped: stoppedScore(rows, records),
    calibration: [
      calibrationOf('probability_drifted', rows, ({ probability, drifted }) => [
        probability,
        drifted,
      ]),
      calibrationOf('probability_over_limit', rows, ({ overLimit, beyond }) => [overLimit, beyond]),
    ],
    secondsPerDistrict: { simulate: seconds('simulate'), analyze: seconds('analyze') },
  };
}

const isCovered = ({ low, high, truth }: HomeRow): boolean =>
  (truth ?? Number.NaN) >= (low ?? Infinity) && (truth ?? Number.NaN) <= (high ?? -Infinity);

function shareOf(rows: readonly HomeRow[], hit: (row: HomeRow) => boolean): Share {
  return share(rows.filter(hit).length, rows.length);
}

type Clusters = readonly (readonly HomeRow[])[];

/** Above this error the usual ways flag a meter: the limit of class 2. */
const THRESHOLD = 0.05;

function scoresOf(clusters: Clusters): WaterScore[] {
  const rows = clusters.flat();
  const ways: readonly {
    readonly name: WaterScore['name'];
    readonly estimate: (row: HomeRow) => number | null;
    readonly narrow: (row: HomeRow) => boolean;
    readonly wide?: (row: HomeRow) => boolean;
  }[] = [
    {
      name: 'verimeter',
      estimate: (row) => row.estimate,
      narrow: (row) => row.recommendation === 'reverify',
      wide: (row) => row.recommendation === 'reverify' || row.recommendation === 'watch',
    },
    {
      name: 'least squares',
      estimate: (row) => row.leastSquares,
      narrow: (row) => Math.abs(row.leastSquares ?? 0) > THRESHOLD,
    },
    {
      name: 'least squares, 3 se',
      estimate: (row) => row.leastSquares,
      narrow: (row) =>
        Math.abs(row.leastSquares ?? 0) > Math.max(THRESHOLD, 3 * (row.leastSquaresSe ?? Infinity)),
    },
    {
      name: 'cohort ratio',
      estimate: (row) => row.cohort,
      narrow: (row) => Math.abs(row.cohort ?? 0) > THRESHOLD,
    },
  ];
  return ways
    .filter(
      ({ name, estimate }) => name === 'verimeter' || rows.some((row) => estimate(row) !== null),
    )
    .map(({ name, estimate, narrow, wide }) => ({
      name,
      narrow: listed(rows, narrow),
      wide: wide === undefined ? null : listed(rows, wide),
      rmseAll: rmse(clusters, estimate, () => true),
      rmseDrifted: rmse(clusters, estimate, ({ drifted }) => drifted),
    }));
}

/** Recall counts the drifted ones alone; a meter beyond the limit is right on a list, whatever made it so. */
function listed(rows: readonly HomeRow[], onList: (row: HomeRow) => boolean): ListedScore {
  const counted = rows.filter(({ fault }) => fault !== 'stopped');
  const { recall } = listScore(counted, onList);
  const { precision, falseAlarms } = listScore(
    counted.map((row) => ({ ...row, drifted: row.drifted || row.beyond })),
    onList,
  );
  const wornListed = counted.filter((row) => onList(row) && !row.drifted && row.beyond).length;
  return { recall, precision, falseAlarms, wornListed };
}

function rmse(
  clusters: Clusters,
  estimate: (row: HomeRow) => number | null,
  chosen: (row: HomeRow) => boolean,
): Measure {
  return bootstrapped(
    clusters.map((rows) =>
      rows.filter(chosen).flatMap((row) => {
        const value = estimate(row);
        return value === null || row.truth === null ? [] : [value - row.truth];
      }),
    ),
    (some) => rootMeanSquare(some.flat()),
  );
}

function stoppedScore(
  rows: readonly HomeRow[],
  records: readonly WaterRecord[],
): StoppedScore | null {
  const stopped = rows.filter(({ fault }) => fault === 'stopped');
  if (stopped.length === 0) return null;
  const days = stopped.flatMap(({ since, firstStopped }) =>
    since === null || firstStopped === null ? [] : [firstStopped - since],
  );
  const homeYears = records.reduce(
    (sum, { homes, lookedDays }) => sum + (homes.fault.length * lookedDays) / YEAR_DAYS,
    0,
  );
  const falseSpells = rows.reduce((sum, row) => sum + row.stoppedSpells, 0);
  return {
    found: share(days.filter((delay) => delay <= DAYS_TO_FIND).length, stopped.length),
    medianDays: medianOf(days),
    falseSpells,
    homeYears,
    falsePer100HomeYears: homeYears === 0 ? null : (100 * falseSpells) / homeYears,
  };
}

const ACCUSING = new Set(['topology_changed', 'archive_error', 'unregistered_consumer']);

function troubleScore(records: readonly WaterRecord[]): TroubleScore | null {
  const troubles = records.flatMap((record) => record.troubles ?? []);
  if (troubles.length === 0) return null;
  const clean = records.flatMap((record) => {
    const wrong = new Set(record.troubles?.flatMap((trouble) => trouble.districts));
    return record.districts.filter((_, district) => !wrong.has(district));
  });
  const rightOf = (some: typeof troubles): Share =>
    share(some.filter(({ right }) => right).length, some.length);
  return {
    right: rightOf(troubles),
    rightOfUsers: rightOf(
      troubles.filter(({ litresPerDay }) => (litresPerDay ?? 0) >= USER_LITRES),
    ),
    nothingWrong: share(
      troubles.filter(({ nothingWrong }) => nothingWrong).length,
      troubles.length,
    ),
    falseStatus: share(clean.filter(({ status }) => ACCUSING.has(status)).length, clean.length),
  };
}

function calibrationOf(
  field: WaterCalibration['field'],
  rows: readonly HomeRow[],
  pair: (row: HomeRow) => readonly [number | null, boolean],
): WaterCalibration {
  const stated = rows.map(pair).flatMap(([p, truth]) => (p === null ? [] : [{ p, truth }]));
  return {
    field,
    bins: BINS.slice(0, -1).map((from, index) => {
      const to = BINS[index + 1] ?? 1;
      const inside = stated.filter(({ p }) => p >= from && (p < to || (to === 1 && p <= 1)));
      return {
        from,
        to,
        mean:
          inside.length === 0 ? null : inside.reduce((sum, { p }) => sum + p, 0) / inside.length,
        found: share(inside.filter(({ truth }) => truth).length, inside.length),
      };
    }),
  };
}
