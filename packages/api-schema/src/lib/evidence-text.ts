import type { Language } from './language.ts';
import { EVIDENCE_TEMPLATES } from './evidence-templates.ts';

export type EvidenceValues = Readonly<Record<string, number | string | boolean | null>>;

const PLACEHOLDER = /\{(\w+)(?:\|(\w+))?\}/g;

/**
 * The sentence for one item of evidence. A code without a template, or a template whose values are not all there,
 * gives the code itself: nothing is made up around missing facts.
 */
export function evidenceText(code: string, values: EvidenceValues, language: Language): string {
  const template = Object.hasOwn(EVIDENCE_TEMPLATES, code)
    ? EVIDENCE_TEMPLATES[code]?.[language]
    : undefined;
  return template === undefined ? code : (filled(template, values, language) ?? code);
}

/** A template with its values; undefined where one is missing. */
export function filled(
  template: string,
  values: EvidenceValues,
  language: Language,
): string | undefined {
  let complete = true;
  const text = template.replace(PLACEHOLDER, (_whole, name: string, format?: string) => {
    const value = Object.hasOwn(values, name) ? values[name] : undefined;
    if (value === undefined || value === null) {
      complete = false;
      return '';
    }
    return formatValue(value, format, language);
  });
  return complete ? text : undefined;
}

function formatValue(
  value: number | string | boolean,
  format: string | undefined,
  language: Language,
): string {
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
