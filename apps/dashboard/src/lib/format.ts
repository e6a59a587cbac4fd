export { unitLabel } from '@verimeter/telemetry';
import type { Language } from '../i18n/language.ts';

const NBSP = '\u00A0';
const MINUS = '\u2212';

/** The browser's own variant of the language (en-US, en-AU …), else the one of the product. */
export function localeOf(language: Language, preferred: readonly string[]): string {
  const own = preferred.find((tag) => tag.toLowerCase().split('-')[0] === language);
  return own ?? (language === 'vi' ? 'vi-VN' : 'en-GB');
}

export interface Formatter {
  readonly locale: string;
  readonly zone: string;
  /** `3.1 %` of 0.031: ratios are percent on screen. */
  readonly percent: (ratio: number, digits?: number) => string;
  /** `+3.1 %`: errors carry their sign. */
  readonly signedPercent: (ratio: number, digits?: number) => string;
  readonly probability: (probability: number) => string;
  readonly number: (value: number, digits?: number) => string;
  readonly signed: (value: number, digits?: number) => string;
  readonly integer: (value: number) => string;
  readonly date: (iso: string) => string;
  /** Of `2027-03`, or of a day in it. */
  readonly month: (iso: string) => string;
  readonly dateTime: (iso: string) => string;
  readonly time: (iso: string) => string;
}

/** Digits after the point that show `ratio` in percent with about two significant ones: 0.2 %, 1.0 %, 5 %. */
function percentDigits(ratio: number): number {
  return ratio !== 0 && Math.abs(ratio) < 0.001 ? 2 : 1;
}

/** Number, percent and time formats of a locale and a time zone. */
export function createFormatter(locale: string, zone: string): Formatter {
  // Making one takes far longer than formatting with it, and a table has hundreds of numbers.
  const made = new Map<string, Intl.NumberFormat>();
  const numberFormat = (least: number, most: number, signDisplay: 'auto' | 'exceptZero') => {
    const name = `${least} ${most} ${signDisplay}`;
    const known =
      made.get(name) ??
      new Intl.NumberFormat(locale, {
        minimumFractionDigits: least,
        maximumFractionDigits: most,
        signDisplay,
      });
    made.set(name, known);
    return known;
  };
  const print = (value: number, digits: number, sign: 'auto' | 'exceptZero') =>
    numberFormat(digits, digits, sign).format(value).replace('-', MINUS);
  const general = (value: number, digits: number, sign: 'auto' | 'exceptZero') =>
    numberFormat(0, digits, sign).format(value).replace('-', MINUS);
  const percent = (ratio: number, digits: number, sign: 'auto' | 'exceptZero') =>
    `${print(ratio * 100, digits, sign)}${NBSP}%`;
  const dateOnly = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: 'UTC' });
  const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone: zone });
  const minute = new Intl.DateTimeFormat(locale, {
    dateStyle: 'medium',
    timeStyle: 'short',
    timeZone: zone,
  });
  const month = new Intl.DateTimeFormat(locale, {
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
  const isVietnamese = locale.startsWith('vi');
  const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone: zone });
  return {
    locale,
    zone,
    percent: (ratio, digits) => percent(ratio, digits ?? percentDigits(ratio), 'auto'),
    signedPercent: (ratio, digits) => percent(ratio, digits ?? percentDigits(ratio), 'exceptZero'),
    probability: (probability) => {
      if (probability > 0.99 && probability < 1) return `>${NBSP}${percent(0.99, 0, 'auto')}`;
      if (probability > 0 && probability < 0.01) return `<${NBSP}${percent(0.01, 0, 'auto')}`;
      return percent(probability, 0, 'auto');
    },
    number: (value, digits = 3) => general(value, digits, 'auto'),
    signed: (value, digits = 2) => print(value, digits, 'exceptZero'),
    integer: (value) => general(value, 0, 'auto'),
    // A date without a time (2026-11-23) is a calendar day, not an instant: no zone may shift it.
    date: (iso) => (iso.length === 10 ? dateOnly : day).format(new Date(iso)),
    // As on Vietnamese certificates (Hiệu lực đến 03/2027); elsewhere the name, since 03/2027 could be a day.
    month: (iso) =>
      isVietnamese
        ? `${iso.slice(5, 7)}/${iso.slice(0, 4)}`
        : month.format(new Date(`${iso.slice(0, 7)}-01`)),
    dateTime: (iso) => minute.format(new Date(iso)),
    time: (iso) => clock.format(new Date(iso)),
  };
}
