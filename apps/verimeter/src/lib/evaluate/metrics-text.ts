import { table } from '../output.ts';
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

/** All tables for a terminal; `reliability`: the bins of every cell as well. */
export function metricsText(
  cells: readonly CellMetrics[],
  options: { readonly reliability: boolean },
): string {
  const special = specialRows(cells);
  const bins = options.reliability
    ? cells.flatMap((m) =>
        ownCalibrations(m).flatMap((calibration) => [
          '',
          `Reliability of ${calibration.field}: ${m.cell}`,
          table(reliabilityRows(calibration), new Set([1])),
        ]),
      )
    : [];
  return [
    `Lists (95 % ranges: Wilson). ${LISTS_OF_OTHERS}`,
    table(listRows(cells), new Set([2, 3])),
    '',
    'Errors (95 % ranges: fleets resampled; coverage: Wilson)',
    table(errorRows(cells)),
    '',
    'Areas',
    table(areaRows(cells)),
    ...(special.length === 0 ? [] : ['', 'Archives and repeated looks', table(special)]),
    '',
    'Probabilities',
    table(calibrationRows(cells), new Set([3])),
    ...bins,
    '',
  ].join('\n');
}
