import type { Language } from '@verimeter/api-schema';

/** A hyphen is no sign. */
const MINUS = '\u2212';

/** Numbers, percentages and dates as a reader of the language writes them. */
export interface Format {
  readonly number: (value: number, digits?: number) => string;
  /** Of a ratio. */
  readonly percent: (ratio: number, digits?: number) => string;
  readonly signedPercent: (ratio: number, digits?: number) => string;
  /** Of `YYYY-MM-DD`, or `YYYY-MM`. */
  readonly date: (day: string) => string;
  /** Of RFC 3339, to the minute where the tenant is. */
  readonly instant: (at: string) => string;
}

export function createFormat(language: Language, zone: string): Format {
  const numbers = new Map<string, Intl.NumberFormat>();
  const write = (value: number, digits: number, sign: 'negative' | 'exceptZero'): string => {
    const key = `${digits}${sign}`;
    let format = numbers.get(key);
    if (format === undefined) {
      format = new Intl.NumberFormat(language, {
        minimumFractionDigits: digits,
        maximumFractionDigits: digits,
        signDisplay: sign,
      });
      numbers.set(key, format);
    }
    return format.format(value).replace('-', MINUS);
  };
  const clock = new Intl.DateTimeFormat('en-GB', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
    hourCycle: 'h23',
  });
  return {
    number: (value, digits = 0) => write(value, digits, 'negative'),
    percent: (ratio, digits = 1) => `${write(ratio * 100, digits, 'negative')} %`,
    signedPercent: (ratio, digits = 2) => `${write(ratio * 100, digits, 'exceptZero')} %`,
    date: (day) => day.split('-').toReversed().join('/'),
    instant: (at) => clock.format(new Date(at)).replace(', ', ' '),
  };
}
