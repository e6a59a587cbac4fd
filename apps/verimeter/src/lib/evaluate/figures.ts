import type { Calibration, Coverage } from './calibration.ts';
import type { Share } from './measures.ts';
import type { CellMetrics } from './metrics.ts';
import { ESTIMATOR_NAMES } from './metrics-rows.ts';
import { type Estimator, ESTIMATORS } from './statements.ts';

const INK = '#1f2933';
const FAINT = '#cbd2d9';
const FIRST = '#0b7285';
const SECOND = '#d9480f';

const escape = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');

// oxlint-disable-next-line max-params
const text = (x: number, y: number, words: string, anchor = 'start', size = 12): string =>
  `<text x="${x}" y="${y}" text-anchor="${anchor}" font-size="${size}" fill="${INK}">${escape(words)}</text>`;

const line = (
  from: readonly [number, number],
  to: readonly [number, number],
  color: string,
): string =>
  `<line x1="${from[0]}" y1="${from[1]}" x2="${to[0]}" y2="${to[1]}" stroke="${color}"/>`;

function picture(width: number, height: number, label: string, parts: readonly string[]): string {
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" role="img" aria-label="${escape(label)}" font-family="system-ui, sans-serif">`,
    `<rect width="${width}" height="${height}" fill="#ffffff"/>`,
    ...parts,
    '</svg>',
    '',
  ].join('\n');
}

const rounded = (value: number): number => Math.round(value * 10) / 10;

/** Recall and precision of `reverify` per cell, with their 95 % ranges. */
export function listFigure(cells: readonly CellMetrics[]): string {
  return shareFigure(cells, 'Recall and precision per case', [
    { name: 'recall', of: (m) => m.reverify.recall },
    { name: 'precision of reverify', of: (m) => m.reverify.precision },
  ]);
}

const at95 = (m: CellMetrics): Coverage | undefined => m.coverage.at(-1);

/** Share of 95 % intervals that hold the true error per cell, with their 95 % ranges. */
export function coverageFigure(cells: readonly CellMetrics[]): string {
  return shareFigure(cells, 'Coverage of 95 % intervals per case', [
    { name: 'all meters', of: (m) => at95(m)?.all },
    { name: 'drifted meters', of: (m) => at95(m)?.drifted },
  ]);
}

const pairColor = (index: number): string => (index === 0 ? FIRST : SECOND);

/** Two shares per cell on a scale from 0 to 1, with their ranges as lines. */
export function shareFigure<M extends { readonly cell: string }>(
  cells: readonly M[],
  title: string,
  shares: readonly {
    readonly name: string;
    readonly of: (m: M) => Share | undefined;
  }[],
): string {
  const left = 190;
  const span = 420;
  const row = 26;
  const top = 46;
  const height = top + row * cells.length + 34;
  const x = (value: number): number => rounded(left + span * value);
  const mark = (found: Share | undefined, y: number, color: string): string[] =>
    found === undefined || found.value === null
      ? []
      : [
          line([x(found.low ?? found.value), y], [x(found.high ?? found.value), y], color),
          `<circle cx="${x(found.value)}" cy="${y}" r="4" fill="${color}"/>`,
        ];
  return picture(left + span + 30, height, title, [
    ...shares.flatMap(({ name }, index) => [
      `<circle cx="${left + 120 * index}" cy="16" r="4" fill="${pairColor(index)}"/>`,
      text(left + 9 + 120 * index, 20, name),
    ]),
    text(left + 270, 20, 'lines: 95 % ranges'),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((value) => [
      line([x(value), top - 12], [x(value), height - 26], FAINT),
      text(x(value), height - 10, value.toFixed(1), 'middle'),
    ]),
    ...cells.flatMap((m, index) => {
      const y = top + row * index;
      return [
        text(left - 12, y + 8, m.cell, 'end'),
        ...shares.flatMap(({ of }, which) => mark(of(m), y + 8 * which, pairColor(which))),
      ];
    }),
  ]);
}

/** Colours that stay apart for colour-blind readers (Okabe and Ito, 2008). */
const COLORS: Readonly<Record<Estimator, string>> = {
  verimeter: FIRST,
  oracle: INK,
  prototype: SECOND,
  leastSquares: '#cc79a7',
  ridge: '#e69f00',
  recursive: '#56b4e9',
  lasso: '#009e73',
};

/** RMSE of the drifted meters per cell and estimator, on a logarithmic scale in percent. */
export function estimatorFigure(cells: readonly CellMetrics[]): string {
  const left = 190;
  const span = 520;
  const row = 22;
  const run = ESTIMATORS.filter((name) =>
    cells.some(({ estimators }) => estimators.some((score) => score.name === name)),
  );
  const top = 46;
  const height = top + row * cells.length + 34;
  // 0.05 to 20 %
  const x = (value: number): number =>
    rounded(
      left + (span * Math.log(Math.min(20, Math.max(0.05, 100 * value)) / 0.05)) / Math.log(400),
    );
  return picture(left + span + 30, height, 'RMSE of the drifted meters per case and estimator', [
    ...run.flatMap((name, index) => [
      `<circle cx="${12 + 105 * index}" cy="16" r="4" fill="${COLORS[name]}"/>`,
      text(20 + 105 * index, 20, ESTIMATOR_NAMES[name], 'start', 11),
    ]),
    ...[0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20].flatMap((value) => [
      line([x(value / 100), top - 12], [x(value / 100), height - 26], FAINT),
      text(x(value / 100), height - 10, `${value} %`, 'middle', 11),
    ]),
    ...cells.flatMap((m, index) => {
      const y = top + row * index;
      return [
        text(left - 12, y + 4, m.cell, 'end'),
        ...m.estimators.flatMap(({ name, rmseDrifted }) =>
          rmseDrifted.value === null
            ? []
            : [`<circle cx="${x(rmseDrifted.value)}" cy="${y}" r="4" fill="${COLORS[name]}"/>`],
        ),
      ];
    }),
  ]);
}

/** Share for which it was true over the stated probability: on the diagonal, it says what it means. */
export function reliabilityFigure({ field, bins }: Calibration, cell: string): string {
  const left = 60;
  const span = 360;
  const top = 40;
  const x = (value: number): number => rounded(left + span * value);
  const y = (value: number): number => rounded(top + span * (1 - value));
  return picture(left + span + 40, top + span + 56, `Reliability of ${field}, ${cell}`, [
    text(left, 22, `${field}, ${cell}: stated and found`),
    ...[0, 0.2, 0.4, 0.6, 0.8, 1].flatMap((value) => [
      line([x(value), y(0)], [x(value), y(1)], FAINT),
      line([x(0), y(value)], [x(1), y(value)], FAINT),
      text(x(value), y(0) + 18, value.toFixed(1), 'middle'),
      text(left - 8, y(value) + 4, value.toFixed(1), 'end'),
    ]),
    line([x(0), y(0)], [x(1), y(1)], INK),
    ...bins.flatMap(({ meanProbability: p, found }) =>
      p === null || found.value === null
        ? []
        : [
            line([x(p), y(found.low ?? 0)], [x(p), y(found.high ?? 1)], FIRST),
            `<circle cx="${x(p)}" cy="${y(found.value)}" r="4" fill="${FIRST}"/>`,
          ],
    ),
    text(left + span / 2, top + span + 42, 'mean stated probability', 'middle'),
  ]);
}
