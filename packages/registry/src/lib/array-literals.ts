const NEEDS_ESCAPE = /["\\]/;

/**
 * An array parameter of texts as PostgreSQL reads it. The driver's own conversion looks at each element for every type there is; a
 * batch has thousands (docs/decisions/0105).
 */
export function textArray(values: readonly (string | null)[]): string {
  let literal = '{';
  for (const [index, value] of values.entries()) {
    if (index > 0) literal += ',';
    if (value === null) literal += 'NULL';
    else literal += `"${NEEDS_ESCAPE.test(value) ? value.replaceAll(/["\\]/g, '\\$&') : value}"`;
  }
  return `${literal}}`;
}

/** An array parameter of numbers. */
export const numberArray = (values: readonly number[]): string => `{${values.join(',')}}`;
