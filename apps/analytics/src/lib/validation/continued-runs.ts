import { exceptionsAcross, type Pool, type StoredException } from '@verimeter/registry';
import type { SeriesColumns, ValidationException, ValidationRuleName } from '@verimeter/telemetry';

/** Rules that find runs of readings, which may have begun before what was read. */
const RUNS: readonly ValidationRuleName[] = [
  'consecutive_zero',
  'identical',
  'rating',
  'range',
  'error_code',
];
const HOUR_US = 3600e6;

/** What was found of some channels before, which may go on; `leads`: their first reading that is read now. */
export async function readContinuable(
  pool: Pool,
  leads: ReadonlyMap<number, number>,
  windowUs: number,
): Promise<ReadonlyMap<number, readonly StoredException[]>> {
  const found = await exceptionsAcross(pool, [...leads.keys()], RUNS, {
    sinceUs: Math.min(windowUs, ...leads.values()),
    beforeUs: windowUs,
  });
  return Map.groupBy(found, ({ channelId }) => channelId);
}

/** A run that begins with the first readings is the one that was found before, where that reached here. */
export function continued(
  exception: ValidationException,
  series: SeriesColumns,
  before: readonly StoredException[],
): ValidationException {
  if (!RUNS.includes(exception.rule) || exception.fromUs > (series.tsUs[1] ?? -Infinity))
    return exception;
  const own = before.find(
    ({ rule, code, fromUs, toUs }) =>
      rule === exception.rule &&
      code === exception.code &&
      fromUs < exception.fromUs &&
      toUs >= (series.tsUs[0] ?? Infinity),
  );
  if (own === undefined) return exception;
  const { fromUs } = own;
  const isLength = exception.rule === 'consecutive_zero';
  const value = isLength
    ? exception.value + (exception.fromUs - fromUs) / HOUR_US
    : exception.rule === 'rating'
      ? Math.max(exception.value, own.value)
      : own.value;
  return { ...exception, fromUs, value };
}
