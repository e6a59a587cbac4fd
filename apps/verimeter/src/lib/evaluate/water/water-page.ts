import type { AccuracyPage } from '../accuracy-page.ts';
import { shareFigure } from '../figures.ts';
import { markdownTable } from '../markdown-table.ts';
import type { WaterCellMetrics } from './water-metrics.ts';
import {
  districtRows,
  errorRows,
  listRows,
  lookRows,
  reliabilityRows,
  troubleRows,
} from './water-text.ts';
import { provenanceRows } from '../provenance-rows.ts';
import { byLoads } from '../record-head.ts';

/** One section per kind of homes: never a mean over both halves. */
const LOADS: Readonly<Record<WaterCellMetrics['loads'], string>> = {
  report: 'Real homes, the half for reporting',
  tune: 'Real homes, the half for tuning',
  'built-in': 'Homes of the simulated city',
};

/** The page of measured accuracy of water districts and its figures. */
export function waterPage(
  cells: readonly WaterCellMetrics[],
  options: { readonly reliability: boolean },
): AccuracyPage {
  const figures: [string, string][] = [];
  const parts = [introduction(cells)];
  for (const [loads, own] of byLoads(cells)) {
    const lists = `accuracy-water-${loads}.svg`;
    const coverage = `coverage-water-${loads}.svg`;
    figures.push(
      [
        lists,
        shareFigure(own, 'Recall and precision per case', [
          { name: 'recall', of: (m) => m.scores[0]?.narrow.recall },
          { name: 'precision of reverify', of: (m) => m.scores[0]?.narrow.precision },
        ]),
      ],
      [
        coverage,
        shareFigure(own, 'Coverage of 95 % intervals per case', [
          { name: 'all homes', of: (m) => m.coverage.all },
          { name: 'drifted homes', of: (m) => m.coverage.drifted },
        ]),
      ],
    );
    const looks = lookRows(own);
    const troubles = troubleRows(own);
    parts.push(
      `## ${LOADS[loads]}`,
      `![Recall and precision per case](images/${lists})`,
      '### Lists',
      markdownTable(listRows(own)),
      '### Errors and intervals',
      markdownTable(errorRows(own)),
      `![Share of 95 % intervals that hold the true error](images/${coverage})`,
      '### Districts',
      markdownTable(districtRows(own)),
      ...(troubles.length === 0
        ? []
        : [
            '### Pairs of districts with something wrong',
            markdownTable([['CELL', 'WHAT', 'VALUE'], ...troubles]),
          ]),
      ...(looks.length === 0
        ? []
        : ['### Repeated looks', markdownTable([['CELL', 'WHAT', 'VALUE'], ...looks])]),
      ...(options.reliability
        ? ['### Stated probabilities', markdownTable(reliabilityRows(own))]
        : []),
      '### What made these numbers',
      markdownTable(provenanceRows(own)),
    );
  }
  return { markdown: `${parts.join('\n\n')}\n`, figures };
}

const introduction = (
  cells: readonly WaterCellMetrics[],
): string => `# Accuracy of the water districts

Made by \`verimeter evaluate report\` from the records of \`verimeter evaluate water\` with version ${[...new Set(cells.map(({ model }) => model))].join(', ')} of the model; do not edit.
[evaluation.md](evaluation.md#water-districts) says how the districts are simulated, what is counted and what is not realistic. \`DIR\` in a command is
the folder with the real series. Ranges are 95 %: Wilson for shares, districts resampled for errors. A list is right where the meter was made to drift, or is beyond 5 % at its customer without (\`WORN\`).`;
