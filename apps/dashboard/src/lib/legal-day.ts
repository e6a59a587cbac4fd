import { isCalendarDate, parseValidity } from '@verimeter/metrology';

/** The calendar day of an instant in a time zone, `YYYY-MM-DD`. */
export function dayIn(zone: string, at: Date): string {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  }).formatToParts(at);
  const part = (type: string): string => parts.find((one) => one.type === type)?.value ?? '';
  return `${part('year')}-${part('month')}-${part('day')}`;
}

const DAY = /^(\d{1,2})[./-](\d{1,2})[./-](\d{4})$/;
const two = (digits: string | undefined): string => (digits ?? '').padStart(2, '0');
const MONTH = /^(\d{1,2})[./-](\d{4})$/;

/**
 * The end of validity as certificates and marks write it: `31/12/2032`, `12/2032`, or as the API has it (`2032-12-31`, `2032-12`).
 * Undefined where it is none. Day before month, as Vietnamese and British documents have it.
 */
export function readValidity(text: string): string | undefined {
  const written = text.replaceAll(/\s/g, '');
  const day = DAY.exec(written);
  const month = MONTH.exec(written);
  const iso =
    day !== null
      ? `${day[3]}-${two(day[2])}-${two(day[1])}`
      : month !== null
        ? `${month[2]}-${two(month[1])}`
        : written;
  return parseValidity(iso) === undefined ? undefined : iso;
}

/** The month after one, `YYYY-MM`. */
export function monthAfter(month: string): string {
  const [year = 0, number = 1] = month.split('-').map(Number);
  return new Date(Date.UTC(year, number, 1)).toISOString().slice(0, 7);
}

const MONTH_ONLY = /^\d{4}-\d{2}$/;
/** Of a link: a month that exists. */
export const isMonth = (text: string): boolean =>
  MONTH_ONLY.test(text) && isCalendarDate(`${text}-01`);
