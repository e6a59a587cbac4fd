import { CLASS_LIMITS } from './class-limit.ts';
import type { FleetRecord } from './fleet-record.ts';
import { type Statements, statementsOf } from './statements.ts';

/** One consumer meter of a record. */
export interface MeterRow {
  /** Number of its area in the fleet. */
  readonly area: number;
  readonly drifted: boolean;
  readonly truth: number;
  /** Whether |e| is really beyond the limit of the class, and the stated probability of it. */
  readonly beyond: boolean;
  readonly overLimit: number | null;
  readonly indication: string;
  readonly said: Statements;
  /** Repeated looks, days. */
  readonly firstReverify: number | null;
  readonly crossing: number | null;
  readonly exitError: number | null;
  readonly exit: ExitDates;
}

/** When |e| reached the limit of the class, and when it was said to have or to be about to. */
export interface ExitDates {
  readonly crossing: number | null;
  readonly earliest: number | null;
  readonly median: number | null;
  readonly latest: number | null;
}

/** The meters that count: those of areas whose archive is right. */
export function countedRows(record: FleetRecord): MeterRow[] {
  const { meters: c } = record;
  return c.area.flatMap((area, i): MeterRow[] => {
    if (record.areas[area]?.archive !== 'clean') return [];
    const truth = c.truth[i] ?? 0;
    return [
      {
        area,
        drifted: (c.since[i] ?? null) !== null,
        truth,
        beyond: Math.abs(truth) > CLASS_LIMITS.limit,
        overLimit: c.overLimit?.[i] ?? null,
        indication: c.indication[i] ?? '',
        said: statementsOf(c, i),
        firstReverify: c.firstReverify?.[i] ?? null,
        crossing: c.crossing?.[i] ?? null,
        exitError: c.exitError?.[i] ?? null,
        exit: {
          crossing: c.limitCrossing?.[i] ?? null,
          earliest: c.exitEarliest?.[i] ?? null,
          median: c.exitMedian?.[i] ?? null,
          latest: c.exitLatest?.[i] ?? null,
        },
      },
    ];
  });
}
