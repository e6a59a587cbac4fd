import {
  type ChannelFacts,
  createSeriesWorkspace,
  DEFAULT_VALIDATION_RULES,
  type SeriesColumns,
  type ValidationException,
  type ValidationRuleName,
  type ValidationRules,
  validateSeries,
} from '../../src/index.ts';

export const QUARTER_US: number = 900e6;
export const DAY = 96;
/** A Monday, 00:00 UTC. */
export const START_US: number = Date.UTC(2026, 5, 1) * 1000;
export const at = (k: number): number => START_US + k * QUARTER_US;

export const METER: ChannelFacts = {
  quantity: 'active_energy_import',
  kind: 'register',
  unit: 'kW.h',
  maximumRate: 15,
};
export const THERMOMETER: ChannelFacts = { quantity: 'temperature', kind: 'instant', unit: 'Cel' };

export type Readings = readonly (readonly [us: number, value: number])[];

export const columns = (readings: Readings): SeriesColumns => ({
  length: readings.length,
  tsUs: Float64Array.from(readings, ([us]) => us),
  value: Float64Array.from(readings, ([, value]) => value),
});

/** kW.h of the quarter-hour that ends at k: base load, evenings, and something else every day; never the same twice in a row. */
export const usual = (k: number): number => {
  const hour = (k % DAY) / 4;
  const evening = hour > 17 && hour <= 22 ? 0.25 : 0;
  return (
    Math.round(1000 * (0.04 + evening + 0.013 * ((k * 7) % 5) + 0.002 * ((k >> 5) % 3))) / 1000
  );
};

/** Quarter-hourly readings of a register over some days, from what each quarter-hour counts. */
export function register(days: number, amount: (k: number) => number = usual): Readings {
  let total = 500;
  return Array.from({ length: days * DAY + 1 }, (_, k) => {
    if (k > 0) total = Math.round(1000 * (total + amount(k))) / 1000;
    return [at(k), total];
  });
}

/** Quarter-hourly temperatures: a wave by day, and weather of a tenth of a degree. */
export const temperatures = (
  days: number,
  value: (k: number, usual: number) => number = (_, v) => v,
): Readings =>
  Array.from({ length: days * DAY }, (_, k) => {
    const wave = 20 + 5 * Math.sin((2 * Math.PI * k) / DAY) + 0.1 * ((k * 13) % 7);
    return [at(k + 1), value(k, Math.round(10 * wave) / 10)];
  });

const work = createSeriesWorkspace();

/** Everything that is found, up to the last reading. */
export function found(
  readings: Readings,
  facts: ChannelFacts = METER,
  rules: Partial<ValidationRules> = {},
): ValidationException[] {
  const series = columns(readings);
  const untilUs = series.tsUs[series.length - 1] ?? 0;
  return validateSeries(work, series, facts, { ...DEFAULT_VALIDATION_RULES, ...rules }, untilUs);
}

/** From and to in quarter-hours, severity and code of what one rule found. */
export const shown = (
  exceptions: readonly ValidationException[],
  rule: ValidationRuleName,
): unknown[] =>
  exceptions
    .filter((exception) => exception.rule === rule)
    .map(({ fromUs, toUs, severity, code }) => [
      (fromUs - START_US) / QUARTER_US,
      (toUs - START_US) / QUARTER_US,
      severity,
      code,
    ]);

export const rulesOf = (exceptions: readonly ValidationException[]): string[] => [
  ...new Set(exceptions.map(({ rule }) => rule)),
];
