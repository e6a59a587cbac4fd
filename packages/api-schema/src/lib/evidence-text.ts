import type { Language } from './language.ts';
import { EVIDENCE_TEMPLATES } from './evidence-templates.ts';

export type EvidenceValues = Readonly<Record<string, number | string | boolean | null>>;

/** `{name}`, `{name|format}`, or `[one|more]`: the word that goes with the number before it. */
const PLACEHOLDER = /\{(\w+)(?:\|(\w+))?\}|\[([^|\]]*)\|([^\]]*)\]/g;
/** As on screen: a hyphen is no sign. */
const MINUS = '\u2212';

/**
 * The sentence for one item of evidence. A code without a template, or a template whose values are not all there,
 * gives the code itself: nothing is made up around missing facts. Instants are shown as dates of the zone.
 */
export function evidenceText(
  code: string,
  values: EvidenceValues,
  language: Language,
  zone = 'UTC',
): string {
  const template = Object.hasOwn(EVIDENCE_TEMPLATES, code)
    ? EVIDENCE_TEMPLATES[code]?.[language]
    : undefined;
  return template === undefined ? code : (filled(template, values, language, zone) ?? code);
}

/** A template with its values; undefined where one is missing. */
export function filled(
  template: string,
  values: EvidenceValues,
  language: Language,
  zone = 'UTC',
): string | undefined {
  let complete = true;
  let number = Number.NaN;
  const put = (name: string, format: string | undefined): string => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === null) {
      complete = false;
      return '';
    }
    if (typeof value === 'number') number = Number(value.toFixed(format === 'whole' ? 0 : 3));
    return formatValue(value, format, { language, zone });
  };
  const text = template.replace(
    PLACEHOLDER,
    (_whole, name?: string, format?: string, one?: string, more?: string) =>
      name === undefined
        ? ((PLURALS[language].select(number) === 'one' ? one : more) ?? '')
        : put(name, format),
  );
  return complete ? text : undefined;
}

const PLURALS = {
  en: new Intl.PluralRules('en'),
  vi: new Intl.PluralRules('vi'),
} satisfies Readonly<Record<Language, Intl.PluralRules>>;

function formatValue(
  value: number | string | boolean,
  format: string | undefined,
  { language, zone }: { readonly language: Language; readonly zone: string },
): string {
  if (typeof value === 'string' && INSTANT.test(value)) return day(value, language, zone);
  if (typeof value !== 'number') return String(value);
  switch (format) {
    case 'percent':
      return `${round(value * 100, language, 2)} %`;
    case 'signed':
      return `${round(value * 100, language, 2, 'exceptZero')} %`;
    case 'whole':
      return round(value, language, 0);
    case undefined:
    default:
      return round(value, language, 3);
  }
}

/** RFC 3339 in UTC, as evidence states when something began: such things are not known to the minute. */
const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?Z$/;

/** The date of an instant where the reader is. */
function day(instant: string, language: Language, zone: string): string {
  return new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: zone }).format(
    new Date(instant),
  );
}

const formatters = new Map<string, Intl.NumberFormat>();

function round(
  value: number,
  language: Language,
  digits: number,
  // what is rounded to 0 has no sign
  signDisplay: 'negative' | 'exceptZero' = 'negative',
): string {
  const key = `${language}${digits}${signDisplay}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(language, { maximumFractionDigits: digits, signDisplay });
    formatters.set(key, formatter);
  }
  return formatter.format(value).replace('-', MINUS);
}
