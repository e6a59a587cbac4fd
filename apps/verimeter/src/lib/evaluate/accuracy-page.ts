import { coverageFigure, estimatorFigure, listFigure, reliabilityFigure } from './figures.ts';
import { markdownTable } from './markdown-table.ts';
import type { CellMetrics } from './metrics.ts';
import {
  areaRows,
  calibrationRows,
  errorRows,
  listRows,
  LISTS_OF_OTHERS,
  ownCalibrations,
  reliabilityRows,
  specialRows,
} from './metrics-rows.ts';
import { provenanceRows } from './provenance-rows.ts';
import { byLoads } from './record-head.ts';

export interface AccuracyPage {
  readonly markdown: string;
  /** File name and content. */
  readonly figures: readonly (readonly [string, string])[];
}

/** One section per kind of loads: never a mean over both halves. */
const LOADS: Readonly<Record<CellMetrics['loads'], string>> = {
  report: 'Real series, the half for reporting',
  tune: 'Real series, the half for tuning',
  'built-in': 'Customers of the simulated city',
};

/** The page of measured accuracy and its figures; `reliability`: the bins of every case, not of the base alone. */
export function accuracyPage(
  cells: readonly CellMetrics[],
  options: { readonly reliability: boolean },
): AccuracyPage {
  const figures: [string, string][] = [];
  const parts = [INTRODUCTION];
  for (const [loads, own] of byLoads(cells)) {
    const lists = `accuracy-${loads}.svg`;
    const errors = `estimators-${loads}.svg`;
    const coverage = `coverage-${loads}.svg`;
    figures.push(
      [lists, listFigure(own)],
      [errors, estimatorFigure(own)],
      [coverage, coverageFigure(own)],
    );
    parts.push(
      `## ${LOADS[loads]}`,
      `![Recall and precision per case](images/${lists})`,
      '### Lists',
      LISTS_OF_OTHERS,
      markdownTable(listRows(own)),
      '### Errors and intervals',
      `![Error of the drifted meters per case and estimator](images/${errors})`,
      markdownTable(errorRows(own)),
      `![Share of 95 % intervals that hold the true error](images/${coverage})`,
      '### Areas',
      markdownTable(areaRows(own)),
    );
    const special = specialRows(own);
    if (special.length > 0)
      parts.push(
        '### Archives and repeated looks',
        markdownTable([['CELL', 'WHAT', 'VALUE'], ...special]),
      );
    parts.push('### Probabilities', markdownTable(calibrationRows(own)));
    const base = own.find((m) => m.cell === 'base') ?? own[0];
    for (const m of options.reliability ? own : base === undefined ? [] : [base])
      for (const calibration of ownCalibrations(m)) {
        const { field } = calibration;
        parts.push(`#### Reliability of ${field}, ${m.cell}`);
        if (m === base) {
          const name = `reliability-${field.replaceAll('_', '-')}-${loads}.svg`;
          figures.push([name, reliabilityFigure(calibration, m.cell)]);
          parts.push(`![Stated and found](images/${name})`);
        }
        parts.push(markdownTable(reliabilityRows(calibration)));
      }
    parts.push('### What made these numbers', markdownTable(provenanceRows(own)));
  }
  return { markdown: `${parts.join('\n\n')}\n`, figures };
}

const INTRODUCTION = `# Accuracy of the electricity areas

Made by \`verimeter evaluate report\` from the records of \`verimeter evaluate electricity\`; do not edit.
[evaluation.md](evaluation.md) says how the areas are simulated, what is counted and what is not realistic. \`DIR\` in a command is
the folder with the real series. Ranges are 95 %: Wilson for shares, whole fleets resampled for the rest.`;
