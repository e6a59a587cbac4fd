import { addDays, addMonths } from '@verimeter/metrology';

export interface ReportPeriod {
  /** First and last day, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  /** The day of which devices are told how they stand. */
  readonly asOf: string;
  readonly isComplete: boolean;
  /** First and last day of the month after that day. */
  readonly nextFrom: string;
  readonly nextTo: string;
}

/** A month `2026-11` or a year `2026`; of one that is not over, as of today. */
export function reportPeriod(period: string, today: string): ReportPeriod {
  const isYear = period.length === 4;
  const from = isYear ? `${period}-01-01` : `${period}-01`;
  const to = addDays(addMonths(from, isYear ? 12 : 1), -1);
  const asOf = to < today ? to : today;
  const nextFrom = addMonths(`${asOf.slice(0, 7)}-01`, 1);
  return {
    from,
    to,
    asOf,
    isComplete: to < today,
    nextFrom,
    nextTo: addDays(addMonths(nextFrom, 1), -1),
  };
}
