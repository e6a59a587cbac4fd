import { table } from '../../output.ts';
import type { Share } from '../measures.ts';
import type { Rows } from '../metrics-rows.ts';
import { fixed, LIST_HEADS, ranged } from '../number-text.ts';
import type { ListedScore, WaterCellMetrics } from './water-metrics.ts';

const shareText = (found: Share): string => ranged(found, 2);

/** Of few: how many as well. */
const counted = (found: Share): string => `${found.hits} of ${found.of}: ${shareText(found)}`;

const counts = (found: Readonly<Record<string, number>>): string =>
  Object.entries(found)
    .map(([name, count]) => `${name} ${count}`)
    .join(', ');

/** All tables for a terminal; `reliability`: the bins of every cell as well. */
export function waterText(
  cells: readonly WaterCellMetrics[],
  options: { readonly reliability: boolean },
): string {
  const looked = lookRows(cells);
  const troubles = troubleRows(cells);
  return [
    'Lists (95 % ranges: Wilson). A list is right where the meter was made to drift or is beyond 5 % at its customer.',
    table(listRows(cells), new Set([2, 3])),
    '',
    'Errors (95 % ranges: districts resampled; coverage: Wilson)',
    table(errorRows(cells)),
    '',
    'Districts',
    table(districtRows(cells)),
    ...(troubles.length === 0
      ? []
      : ['', 'Pairs of districts with something wrong', table(troubles)]),
    ...(looked.length === 0 ? [] : ['', 'Repeated looks', table(looked)]),
    ...(options.reliability ? ['', 'Stated probabilities', table(reliabilityRows(cells))] : []),
    '',
  ].join('\n');
}

export function listRows(cells: readonly WaterCellMetrics[]): Rows {
  return [
    ['CELL', 'ESTIMATOR', 'HOMES', 'DRIFTED', ...LIST_HEADS, 'WORN listed'],
    ...cells.flatMap((m) =>
      m.scores.map(({ name, narrow, wide }) => [
        m.cell,
        name,
        String(m.homes),
        String(m.drifted),
        ...listCells(narrow),
        ...(wide === null ? ['-', '-', '-'] : listCells(wide)),
        String((wide ?? narrow).wornListed),
      ]),
    ),
  ];
}

const listCells = ({ recall, precision, falseAlarms }: ListedScore): string[] => [
  shareText(recall),
  shareText(precision),
  ranged(falseAlarms, 1, 1000),
];

export function errorRows(cells: readonly WaterCellMetrics[]): Rows {
  return [
    [
      'CELL',
      'ESTIMATOR',
      'RMSE drifted %',
      'RMSE all %',
      'COVER 95 all',
      'drifted',
      'WIDTH %',
      'ESTIMATED',
      'RECALL of users',
    ],
    ...cells.flatMap((m) =>
      m.scores.map(({ name, rmseAll, rmseDrifted }) => {
        const own = name === 'verimeter';
        return [
          m.cell,
          name,
          ranged(rmseDrifted, 1, 100),
          ranged(rmseAll, 1, 100),
          own ? shareText(m.coverage.all) : '-',
          own ? shareText(m.coverage.drifted) : '-',
          own && m.medianWidth !== null ? fixed(100 * m.medianWidth, 1) : '-',
          own ? shareText(m.estimated) : '-',
          own ? shareText(m.recallOfUsers) : '-',
        ];
      }),
    ),
  ];
}

export function districtRows(cells: readonly WaterCellMetrics[]): Rows {
  return [
    [
      'CELL',
      'DISTRICTS',
      'LEAK %',
      's/DISTRICT sim, run',
      'GROUP STATUS',
      'INDICATIONS',
      'REASONS where not ok',
    ],
    ...cells.map((m) => [
      m.cell,
      String(m.districts),
      fixed(100 * m.leakShare, 1),
      `${fixed(m.secondsPerDistrict.simulate, 2)}, ${fixed(m.secondsPerDistrict.analyze, 2)}`,
      counts(m.statuses),
      counts(m.indications),
      counts(m.reasons) || '-',
    ]),
  ];
}

/** Empty where no cell was looked at more than once. */
export function lookRows(cells: readonly WaterCellMetrics[]): Rows {
  return cells.flatMap((m) => {
    if (m.looks === 1) return [];
    const { stopped } = m;
    return [
      [m.cell, 'weekly looks', String(m.looks)],
      [
        m.cell,
        'without a fault, per 1,000 with reverify at any look',
        ranged(m.everReverify, 1, 1000),
      ],
      ...(stopped === null
        ? []
        : [
            [m.cell, 'stopped meters said to be within 14 days', shareText(stopped.found)],
            [m.cell, 'median days to be said', fixed(stopped.medianDays, 0)],
            [
              m.cell,
              'said of others, per 100 home-years',
              `${fixed(stopped.falsePer100HomeYears, 2)} (${stopped.falseSpells} in ${fixed(stopped.homeYears, 0)} home-years)`,
            ],
          ]),
    ];
  });
}

/** Empty where nothing was wrong between districts. */
export function troubleRows(cells: readonly WaterCellMetrics[]): Rows {
  return cells.flatMap((m) => {
    if (m.troubles === null) return [];
    const { right, rightOfUsers, nothingWrong, falseStatus } = m.troubles;
    return [
      [m.cell, 'pairs answered as in the contract', counted(right)],
      ...(rightOfUsers.of === 0
        ? []
        : [[m.cell, 'the same, of homes that draw 50 L a day and more', counted(rightOfUsers)]]),
      [m.cell, 'no honest home accused in them', counted(nothingWrong)],
      [m.cell, 'other districts that are said to have such a thing', counted(falseStatus)],
    ];
  });
}

export function reliabilityRows(cells: readonly WaterCellMetrics[]): Rows {
  return [
    ['CELL', 'FIELD', 'PROBABILITY', 'HOMES', 'MEAN', 'TRUE'],
    ...cells.flatMap((m) =>
      m.calibration.flatMap(({ field, bins }) =>
        bins.map(({ from, to, mean, found }) => [
          m.cell,
          field,
          `${from}-${to}`,
          String(found.of),
          fixed(mean, 3),
          shareText(found),
        ]),
      ),
    ),
  ];
}
