import type { Calibration, Coverage } from './calibration.ts';
import type { ListScore } from './list-scores.ts';
import type { Measure, Share } from './measures.ts';
import type { CellMetrics } from './metrics.ts';
import { fixed, LIST_HEADS, ranged } from './number-text.ts';
import type { Estimator } from './statements.ts';

export type Rows = readonly (readonly string[])[];

export const ESTIMATOR_NAMES: Readonly<Record<Estimator, string>> = {
  verimeter: 'verimeter',
  oracle: 'oracle (true loss)',
  prototype: 'prototype',
  leastSquares: 'least squares',
  ridge: 'ridge (CV)',
  recursive: 'RLS, 2 factors',
  lasso: 'lasso (CV)',
};

const shareText = (found: Share): string => ranged(found, 3);
const percent = (found: Measure): string => ranged(found, 2, 100);
const perThousand = ({ falseAlarms }: ListScore): string => ranged(falseAlarms, 2, 1000);

/** A row per cell and estimator. */
export function listRows(cells: readonly CellMetrics[]): Rows {
  return [
    ['CELL', 'ESTIMATOR', 'METERS', 'DRIFTED', ...LIST_HEADS],
    ...cells.flatMap((m) =>
      m.estimators.map(({ name, reverify, watch }) => [
        m.cell,
        ESTIMATOR_NAMES[name],
        String(m.meters),
        String(m.drifted),
        ...listCells(reverify),
        ...(watch === null ? ['-', '-', '-'] : listCells(watch)),
      ]),
    ),
  ];
}

const listCells = (score: ListScore): string[] => [
  shareText(score.recall),
  shareText(score.precision),
  perThousand(score),
];

/** A row per cell and estimator. */
export function errorRows(cells: readonly CellMetrics[]): Rows {
  return [
    [
      'CELL',
      'ESTIMATOR',
      'RMSE drifted %',
      '/ ORACLE',
      'MEDIAN size %',
      'RMSE all %',
      'SHIFT of areas %',
      'COVER 50/80/95 all',
      'drifted',
      'WIDTH / oracle',
    ],
    ...cells.flatMap((m) =>
      m.estimators.map((score) => [
        m.cell,
        ESTIMATOR_NAMES[score.name],
        percent(score.rmseDrifted),
        ranged(score.ratio, 2),
        percent(score.medianDrifted),
        percent(score.rmseAll),
        percent(score.areaShift),
        coverText(score.coverage, ({ all }) => all),
        coverText(score.coverage, ({ drifted }) => drifted),
        ranged(score.widthRatio, 2),
      ]),
    ),
  ];
}

/** The three shares; the range of the last, which is that of the published interval. */
function coverText(
  coverage: readonly Coverage[] | null,
  of: (coverage: Coverage) => Share,
): string {
  if (coverage === null) return '-';
  return coverage
    .map((level, index) =>
      index === coverage.length - 1 ? ranged(of(level), 2) : fixed(of(level).value, 2),
    )
    .join(' / ');
}

/** What was judged, and what it took. */
export function areaRows(cells: readonly CellMetrics[]): Rows {
  return [
    [
      'CELL',
      'AREAS ok',
      'NOT RESOLVABLE %',
      'of the drifted %',
      'LOSS %',
      's/AREA sim, run, oracle',
      'GROUP STATUS',
    ],
    ...cells.map((m) => [
      m.cell,
      shareText(m.cleanAreasOk),
      ranged(m.notResolvable, 1, 100),
      ranged(m.driftedNotResolvable, 1, 100),
      fixed(100 * m.lossRatio, 2),
      [m.secondsPerArea.simulate, m.secondsPerArea.analyze, m.secondsPerArea.oracle]
        .map((seconds) => fixed(seconds, 1))
        .join(', '),
      Object.entries(m.statuses)
        .map(([status, count]) => `${status} ${count}`)
        .join(', '),
    ]),
  ];
}

/** Answers about wrong archives, and what repeated looks found; empty where no cell has them. */
export function specialRows(cells: readonly CellMetrics[]): Rows {
  return cells.flatMap((m) => [
    ...(m.guests.all.of === 0
      ? []
      : [
          [m.cell, 'all answers as in the contract', shareText(m.guests.all)],
          [m.cell, 'the device', shareText(m.guests.device)],
          [m.cell, 'the area that lists it', shareText(m.guests.listing)],
          [m.cell, 'the area that feeds it, candidate named', shareText(m.guests.feeding)],
          [m.cell, 'nothing published that is not explained', shareText(m.guests.nothingPublished)],
        ]),
    ...(m.troubles.right.of === 0
      ? []
      : [
          [m.cell, 'areas with a trouble answered as in the contract', shareText(m.troubles.right)],
          [m.cell, 'no honest member accused in them', shareText(m.troubles.nothingWrong)],
        ]),
    ...(m.looks === 1 ? [] : lookRows(m)),
  ]);
}

function lookRows(m: CellMetrics): Rows {
  const said: Rows = [
    ['weekly looks', String(m.looks)],
    ['healthy per 1,000 with reverify at any look', perThousand(m.reverify)],
  ];
  const drifts: Rows = [
    ['median weeks from |e| = 2 % to reverify', ranged(m.delay, 1, 1 / 7)],
    [
      'median error of the forecast of that day, days',
      m.exitError.value === null ? 'no rate given' : ranged(m.exitError, 0),
    ],
    ['exit date on the first day of reverify: median error, days', ranged(m.exit.error, 0)],
    ['the same, median magnitude', ranged(m.exit.size, 0)],
    ['true exit not before exit_date_earliest (0.95)', shareText(m.exit.notBeforeEarliest)],
    ['true exit not before exit_date_median (0.5)', shareText(m.exit.notBeforeMedian)],
    [
      'true exit between earliest and latest (0.9)',
      m.exit.covered.of === 0 ? 'no latest date given' : shareText(m.exit.covered),
    ],
  ];
  return [...said, ...(m.drifted === 0 ? [] : drifts)].map((row) => [m.cell, ...row]);
}

/** One line per stated probability. */
export function calibrationRows(cells: readonly CellMetrics[]): Rows {
  return [
    [
      'CELL',
      'FIELD',
      'ESTIMATOR',
      'METERS',
      'EXPECTED',
      'FOUND',
      'BRIER',
      'OF THE SHARE',
      'STATED above 0.95',
      'FOUND',
    ],
    ...cells.flatMap((m) =>
      m.calibrations.map((calibration) => [
        m.cell,
        calibration.field,
        ESTIMATOR_NAMES[calibration.estimator],
        String(calibration.meters),
        fixed(calibration.expected, 1),
        String(calibration.found),
        fixed(calibration.brier, 4),
        fixed(calibration.brierOfShare, 4),
        fixed(calibration.sure.meanProbability, 3),
        shareText(calibration.sure.found),
      ]),
    ),
  ];
}

/** Stated probability in bins beside what was true. */
export function reliabilityRows({ bins }: Calibration): Rows {
  return [
    ['PROBABILITY', 'METERS', 'MEAN', 'TRUE'],
    ...bins.map(({ from, to, meanProbability, found }) => [
      `${from}-${to}`,
      String(found.of),
      fixed(meanProbability, 3),
      shareText(found),
    ]),
  ];
}

/** The product's own probabilities, by field. */
export const ownCalibrations = (m: CellMetrics): Calibration[] =>
  m.calibrations.filter(({ estimator }) => estimator === 'verimeter');

export const LISTS_OF_OTHERS =
  'The prototype lists by its own probabilities; those without any list |e| > 2 %.';
