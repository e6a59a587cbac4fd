import { table } from '../output.ts';
import type { ListScore } from './list-scores.ts';
import type { Measure, Share } from './measures.ts';
import type { Baseline } from './meter-rows.ts';
import type { CellMetrics } from './metrics.ts';

export type Rows = readonly (readonly string[])[];

const BASELINE_NAMES: Readonly<Record<Baseline, string>> = {
  leastSquares: 'least squares',
  ridge: 'ridge (CV)',
  recursive: 'RLS, 2 factors',
  lasso: 'lasso (CV)',
};

const fixed = (value: number | null, digits: number): string =>
  value === null ? '-' : value.toFixed(digits);

const ranged = ({ value, low, high }: Measure, digits: number, scale = 1): string => {
  if (value === null) return '-';
  const text = fixed(value * scale, digits);
  if (low === null || high === null) return text;
  return `${text} (${fixed(low * scale, digits)}-${fixed(high * scale, digits)})`;
};

const shareText = (found: Share): string => ranged(found, 3);
const percent = (found: Measure): string => ranged(found, 2, 100);
const perThousand = ({ falseAlarms }: ListScore): string => ranged(falseAlarms, 2, 1000);

export function listRows(cells: readonly CellMetrics[]): Rows {
  return [
    [
      'CELL',
      'METERS',
      'DRIFTED',
      'RECALL reverify',
      'PRECISION',
      'RECALL watch',
      'PRECISION',
      'FALSE reverify / 1000',
      'NOT RESOLVABLE %',
      'CLEAN AREAS ok',
    ],
    ...cells.map((m) => [
      m.cell,
      String(m.meters),
      String(m.drifted),
      shareText(m.reverify.recall),
      shareText(m.reverify.precision),
      shareText(m.watch.recall),
      shareText(m.watch.precision),
      perThousand(m.reverify),
      fixed(m.notResolvable.value === null ? null : 100 * m.notResolvable.value, 1),
      fixed(m.cleanAreasOk.value, 3),
    ]),
  ];
}

export function errorRows(cells: readonly CellMetrics[]): Rows {
  return [
    [
      'CELL',
      'RMSE drifted %',
      'ORACLE %',
      'RATIO',
      'RMSE all %',
      'ORACLE %',
      'SHIFT of areas %',
      'COVER 50/80/95 all',
      'drifted',
      'WIDTH / oracle',
      'LOSS %',
      's/AREA sim, run, oracle',
    ],
    ...cells.map((m) => [
      m.cell,
      percent(m.rmse.drifted),
      percent(m.rmse.driftedOracle),
      ranged(m.rmseRatio, 2),
      percent(m.rmse.all),
      percent(m.rmse.allOracle),
      percent(m.areaShift),
      m.coverage.map(({ all }) => fixed(all.value, 2)).join(' / '),
      m.coverage.map(({ drifted }) => fixed(drifted.value, 2)).join(' / '),
      ranged(m.widthRatio, 2),
      fixed(100 * m.lossRatio, 2),
      [m.secondsPerArea.simulate, m.secondsPerArea.analyze, m.secondsPerArea.oracle]
        .map((seconds) => fixed(seconds, 1))
        .join(', '),
    ]),
  ];
}

/** The product, the oracle and the textbook estimators side by side. */
export function baselineRows(cells: readonly CellMetrics[]): Rows {
  return [
    ['CELL', 'ESTIMATOR', 'RECALL', 'PRECISION', 'FALSE / 1000', 'RMSE drifted %'],
    ...cells.flatMap((m) => [
      [
        m.cell,
        'verimeter',
        shareText(m.reverify.recall),
        shareText(m.reverify.precision),
        perThousand(m.reverify),
        percent(m.rmse.drifted),
      ],
      [
        m.cell,
        'oracle (true loss)',
        shareText(m.oracle.recall),
        shareText(m.oracle.precision),
        perThousand(m.oracle),
        percent(m.rmse.driftedOracle),
      ],
      ...m.baselines.map(({ name, score, rmseDrifted }) => [
        m.cell,
        `${BASELINE_NAMES[name]}, |e| > 2 %`,
        shareText(score.recall),
        shareText(score.precision),
        perThousand(score),
        fixed(rmseDrifted === null ? null : 100 * rmseDrifted, 2),
      ]),
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
    ...(m.looks === 1
      ? []
      : [
          [m.cell, 'weekly looks', String(m.looks)],
          [m.cell, 'median days from |e| = 2 % to reverify', ranged(m.delay, 0)],
          [
            m.cell,
            'median error of the forecast of that day, days',
            m.exitError.value === null ? 'no rate given' : ranged(m.exitError, 0),
          ],
        ]),
  ]);
}

export function statusRows(cells: readonly CellMetrics[]): Rows {
  return cells.map((m) => [
    m.cell,
    Object.entries(m.statuses)
      .map(([status, count]) => `${status} ${count}`)
      .join(', '),
  ]);
}

/** Reliability of probability_drifted over all given cells of one kind. */
export function reliabilityRows(m: CellMetrics): Rows {
  return [
    ['PROBABILITY', 'METERS', 'MEAN', 'DRIFTED'],
    ...m.reliability.map(({ from, to, meanProbability, drifted }) => [
      `${from}-${to}`,
      String(drifted.of),
      fixed(meanProbability, 3),
      shareText(drifted),
    ]),
  ];
}

/** All tables for a terminal. */
export function metricsText(cells: readonly CellMetrics[]): string {
  const special = specialRows(cells);
  const baselines = cells.filter((m) => m.baselines.length > 0);
  return [
    'Lists (95 % ranges: Wilson)',
    table(listRows(cells), new Set([1, 2])),
    '',
    'Errors (95 % ranges: fleets resampled)',
    table(errorRows(cells)),
    ...(baselines.length === 0
      ? []
      : ['', 'Beside other estimators', table(baselineRows(baselines))]),
    ...(special.length === 0 ? [] : ['', 'Archives and repeated looks', table(special)]),
    '',
    'Group status',
    table(statusRows(cells)),
    ...cells.flatMap((m) => [
      '',
      `Reliability of probability_drifted: ${m.cell}`,
      table(reliabilityRows(m), new Set([1])),
    ]),
    '',
  ].join('\n');
}
