import type { ReadingRange, TenantReadings } from '@verimeter/reading-store';
import { type PoolClient, readRegisterEventsOf } from '@verimeter/registry';
import { type ClockObservation, formIntervals, type RegisterInterval } from '@verimeter/telemetry';
import { eventsOf } from './register-sums.ts';

/** A register of a tenant, and the span of time in which intervals end, microseconds since 1970: (fromUs, toUs]. */
export interface IntervalRange extends ReadingRange {
  readonly tenant: string;
}

/** The readings of a tenant, and the transaction of its request. */
export interface ReadingSource {
  readonly client: PoolClient;
  readonly readings: TenantReadings<PoolClient>;
}

/** Readings before and after a span from which it is told what is odd in it: more than a pace is remembered for, and a run is settled by. */
const READINGS_BEFORE = 1024;
const READINGS_AFTER = 40;
/** About so many are looked at together. */
const MANY_READINGS = 100_000;
/** So many tell how close to each other they are. */
const SPACING_READINGS = 100;

/**
 * At least `atLeast` intervals of the range, or all there are, from the readings as they are. One is given once its last reading is settled:
 * at its edge, or when none nearer can come any more.
 */
export async function intervalsOf(
  { client, readings }: ReadingSource,
  range: IntervalRange,
  options: {
    readonly stepUs: number;
    readonly atLeast: number;
    readonly nowUs: number;
    readonly clock: ClockObservation | undefined;
  },
): Promise<RegisterInterval[]> {
  const { stepUs, atLeast, nowUs, clock } = options;
  const found: RegisterInterval[] = [];
  const firstAfter = async (us: number): Promise<number[]> => {
    const span = { ...range, fromUs: us - stepUs / 2, toUs: range.toUs + stepUs / 2 };
    const head = { limit: SPACING_READINGS, conflicts: false, after: undefined };
    return (await readings.page(client, span, head)).map(({ tsUs }) => tsUs);
  };
  let beginning = await firstAfter(range.fromUs);
  let fromUs = range.fromUs;
  while (beginning.length > 0 && found.length < atLeast && fromUs < range.toUs) {
    fromUs = Math.max(fromUs, (beginning[0] ?? fromUs) - stepUs);
    const manyUs = Math.ceil((MANY_READINGS * spacingOf(beginning, stepUs)) / stepUs) * stepUs;
    const toUs = Math.min(range.toUs, fromUs + Math.min(stepUs * (atLeast + 1), manyUs));
    // oxlint-disable-next-line no-await-in-loop -- one piece of the readings in memory at a time
    const series = await readings.series(
      client,
      { ...range, fromUs: fromUs - stepUs / 2, toUs: toUs + stepUs / 2 },
      { before: READINGS_BEFORE, after: READINGS_AFTER },
    );
    const [first, last] = [series[0], series.at(-1)];
    if (first !== undefined && last !== undefined) {
      // oxlint-disable-next-line no-await-in-loop
      const known = await readRegisterEventsOf(client, range, first.tsUs, last.tsUs);
      const intervals = formIntervals(series, eventsOf(series, known), { stepUs, clock });
      found.push(
        ...intervals.filter(
          ({ endUs, toUs: readUs }) =>
            endUs > fromUs && endUs <= toUs && (readUs === endUs || endUs + stepUs / 2 <= nowUs),
        ),
      );
    }
    fromUs = toUs;
    // oxlint-disable-next-line no-await-in-loop
    beginning = await firstAfter(fromUs);
  }
  return found;
}

/** Usual time between readings, microseconds; of fewer than two the step. */
function spacingOf(tsUs: readonly number[], stepUs: number): number {
  const [first, last] = [tsUs[0], tsUs.at(-1)];
  return first === undefined || last === undefined || tsUs.length < 2
    ? stepUs
    : (last - first) / (tsUs.length - 1);
}
