import type { Language } from './language.ts';
import { EVIDENCE_TEMPLATES } from './evidence-templates.ts';

export type EvidenceValues = Readonly<Record<string, number | string | boolean | null>>;

const PLACEHOLDER = /\{(\w+)(?:\|(\w+))?\}/g;

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
  const text = template.replace(PLACEHOLDER, (_whole, name: string, format?: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === null) {
      complete = false;
      return '';
    }
    return formatValue(value, format, { language, zone });
  });
  return complete ? text : undefined;
}

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
      return `${value > 0 ? '+' : ''}${round(value * 100, language, 2)} %`;
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

function round(value: number, language: Language, digits: number): string {
  const key = `${language}${digits}`;
  let formatter = formatters.get(key);
  if (formatter === undefined) {
    formatter = new Intl.NumberFormat(language, { maximumFractionDigits: digits });
    formatters.set(key, formatter);
  }
  return formatter.format(value);
}
