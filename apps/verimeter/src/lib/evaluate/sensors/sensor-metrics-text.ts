import { table } from '../../output.ts';
import type { Share } from '../measures.ts';
import type { Rate } from './poisson-range.ts';
import { type JudgeMetrics, type SensorCellMetrics, WITHIN_MONTHS } from './sensor-metrics.ts';

/** All tables for a terminal. */
export function sensorMetricsText(cells: readonly SensorCellMetrics[]): string {
  return [
    'Found: `watch` or `reverify`, months from the onset (95 % ranges: Wilson; median: networks resampled)',
    table(foundRows(cells)),
    '',
    'False alarms per 10 years of healthy sensors (95 % ranges: exact Poisson)',
    table(falseRows(cells)),
    '',
    'Errors (RMSE of e, of temperature and pressure of the offset), 95 % intervals, corrections',
    table(errorRows(cells)),
    '',
    'Last indications',
    table(indicationRows(cells)),
    '',
  ].join('\n');
}

const MARK = '-';

function rowsOf(
  cells: readonly SensorCellMetrics[],
  header: readonly string[],
  of: (judge: JudgeMetrics, cell: SensorCellMetrics) => readonly string[],
): string[][] {
  return [
    ['case', 'by', ...header],
    ...cells.flatMap((cell) =>
      cell.judges.map((judge) => [
        cell.source === 'simulated' ? cell.cell : `${cell.cell} (${cell.source})`,
        judge.name,
        ...of(judge, cell),
      ]),
    ),
  ];
}

function foundRows(cells: readonly SensorCellMetrics[]): string[][] {
  const drifting = cells.filter(({ drifted }) => drifted > 0);
  return rowsOf(
    drifting,
    ['drifted', 'median', ...WITHIN_MONTHS.map((months) => `within ${months}`), 'reverify 12.5'],
    ({ medianMonths, within, reverifyWithin }, { drifted }) => [
      String(drifted),
      measureText(medianMonths),
      ...within.map(shareText),
      shareText(reverifyWithin.at(-1)),
    ],
  );
}

function falseRows(cells: readonly SensorCellMetrics[]): string[][] {
  return rowsOf(
    cells,
    ['years', 'watch or reverify', 'reverify', 'inspect', 'devices, all quantities'],
    (judge) => [
      judge.falseAlarms.exposure.toFixed(0),
      rateText(judge.falseAlarms),
      rateText(judge.falseReverify),
      rateText(judge.falseInspections),
      rateText(judge.falseAlarmsOfDevices),
    ],
  );
}

function errorRows(cells: readonly SensorCellMetrics[]): string[][] {
  return rowsOf(
    cells,
    [
      'RMSE healthy',
      'RMSE drifted',
      'cover healthy',
      'cover drifted',
      'no answer',
      'MDD',
      'corrected',
      'own error / limit',
      'value / limit',
      's/network',
    ],
    ({ rmse, coverage, abstained, minimumDetectable, corrected }, { secondsPerNetwork }) => [
      numberText(rmse.healthy),
      numberText(rmse.drifted),
      shareText(coverage.healthy),
      shareText(coverage.drifted),
      abstained === null ? MARK : `${(100 * abstained).toFixed(0)} %`,
      numberText(minimumDetectable),
      corrected.channels === 0 ? MARK : String(corrected.channels),
      changeText(corrected.errorBefore, corrected.errorAfter),
      changeText(corrected.before, corrected.after),
      secondsPerNetwork.toFixed(1),
    ],
  );
}

function indicationRows(cells: readonly SensorCellMetrics[]): string[][] {
  return rowsOf(cells, ['drifted', 'healthy', 'network'], ({ lastIndications }, { statuses }) => [
    countsText(lastIndications.drifted),
    countsText(lastIndications.healthy),
    countsText(statuses),
  ]);
}

const countsText = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, count]) => `${count} ${name}`)
    .join(', ') || MARK;

const numberText = (value: number | null): string => (value === null ? MARK : value.toFixed(3));

const changeText = (before: number | null, after: number | null): string =>
  before === null || after === null ? MARK : `${before.toFixed(2)} > ${after.toFixed(2)}`;

function measureText({ value, low, high }: JudgeMetrics['medianMonths']): string {
  if (value === null) return MARK;
  return low === null || high === null
    ? value.toFixed(1)
    : `${value.toFixed(1)} (${low.toFixed(1)}-${high.toFixed(1)})`;
}

function shareText(found: Share | undefined): string {
  if (found === undefined || found.value === null) return MARK;
  return `${found.value.toFixed(2)} (${(found.low ?? 0).toFixed(2)}-${(found.high ?? 1).toFixed(2)})`;
}

function rateText({ events, value, low, high }: Rate): string {
  if (value === null || low === null || high === null) return MARK;
  return `${value.toFixed(2)} (${low.toFixed(2)}-${high.toFixed(2)}; ${events})`;
}
