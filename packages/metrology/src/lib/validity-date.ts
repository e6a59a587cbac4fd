import { endOfMonth, isCalendarDate } from './calendar-date.ts';

export const VALIDITY_PRECISIONS = ['day', 'month'] as const;
export type ValidityPrecision = (typeof VALIDITY_PRECISIONS)[number];

/** The last day on which a verification is valid, and how exactly the certificate or mark tells it. */
export interface Validity {
  readonly until: string;
  readonly precision: ValidityPrecision;
}

const MONTH = /^\d{4}-\d{2}$/;

/** `YYYY-MM-DD`, or `YYYY-MM` where only the month is told ("Hiệu lực đến 03/2027"): then to its last day. Undefined: neither. */
export function parseValidity(text: string): Validity | undefined {
  if (isCalendarDate(text)) return { until: text, precision: 'day' };
  if (MONTH.test(text) && isCalendarDate(`${text}-01`))
    return { until: endOfMonth(text), precision: 'month' };
  return undefined;
}

/** As `parseValidity` reads it. */
export const formatValidity = ({ until, precision }: Validity): string =>
  precision === 'month' ? until.slice(0, 7) : until;
