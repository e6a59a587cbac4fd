const NUMBER = /^[+-]?(?:\d+(?:[.,]\d*)?|[.,]\d+)$/;

/**
 * A number as people write it, with a decimal comma or point (`-3,2`), a typographic minus, and blanks around or between its
 * parts (`+ 0,15`); undefined where it is none. `1.400,5` is none: nobody can tell which of the two marks is which.
 */
export function parseDecimal(text: string): number | undefined {
  const written = text.replaceAll(/[\s\u00A0\u202F]/g, '').replace(/^[\u2212\u2013]/, '-');
  return NUMBER.test(written) ? Number(written.replace(',', '.')) : undefined;
}

/** The ratio of a percentage, without the digits that binary fractions add: -3.2 is -0.032. */
export const ratioOfPercent = (percent: number): number => Number((percent / 100).toPrecision(12));

/** The percentage of a ratio as a person would type it. */
export function percentText(ratio: number | null, decimalComma: boolean): string {
  if (ratio === null) return '';
  const text = String(Number((ratio * 100).toPrecision(12)));
  return decimalComma ? text.replace('.', ',') : text;
}

/** A number as a person would type it. */
export function decimalText(value: number | null, decimalComma: boolean): string {
  if (value === null) return '';
  return decimalComma ? String(value).replace('.', ',') : String(value);
}
