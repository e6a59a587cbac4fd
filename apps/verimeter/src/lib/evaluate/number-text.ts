import type { Measure } from './measures.ts';

export const fixed = (value: number | null, digits: number): string =>
  value === null ? '-' : value.toFixed(digits);

/** With its interval, where there is one. */
export function ranged({ value, low, high }: Measure, digits: number, scale = 1): string {
  if (value === null) return '-';
  const text = fixed(value * scale, digits);
  if (low === null || high === null) return text;
  return `${text} (${fixed(low * scale, digits)}-${fixed(high * scale, digits)})`;
}

/** Heads of what is said of both lists. */
export const LIST_HEADS = [
  'RECALL reverify',
  'PRECISION',
  'FALSE / 1000',
  'RECALL watch',
  'PRECISION',
  'FALSE / 1000',
] as const;
