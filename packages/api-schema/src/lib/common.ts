import { formatTimestamp, isIdentifier, parseTimestamp } from '@verimeter/telemetry';
import { z } from 'zod';

/** Longest page of a list. */
export const MAXIMUM_LIMIT = 1000;
export const DEFAULT_LIMIT = 100;

// --- in answers -----------------------------------------------------------------------------------------------

export const instant = z
  .string()
  .meta({ format: 'date-time', description: 'RFC 3339, UTC, up to microseconds' });
export const date = z.string().meta({ format: 'date', description: 'YYYY-MM-DD' });
export const count = z.int().min(0);

/** One page of a list. */
export function listOf<Item extends z.ZodType>(
  item: Item,
): z.ZodObject<{ items: z.ZodArray<Item>; next_cursor: z.ZodNullable<z.ZodString> }> {
  return z.object({
    items: z.array(item),
    next_cursor: z
      .string()
      .nullable()
      .meta({ description: 'Give it back as `cursor` for the next page; null on the last page' }),
  });
}

// --- in requests ----------------------------------------------------------------------------------------------

const text = (): z.ZodString =>
  z.string({
    error: (issue) =>
      Array.isArray(issue.input) ? 'is given more than once; give it once' : 'is required',
  });

/** Identifier of a device, group or tenant. */
export const identifierParam = text()
  .refine(isIdentifier, 'must be 1 to 128 of the characters A-Z a-z 0-9 . _ : @ -')
  .meta({ pattern: '^[A-Za-z0-9._:@-]{1,128}$' });

/** A whole number of a range, written in decimal digits; `fix` says what to write. */
export const wholeNumber = (minimum: number, maximum: number, fix: string) =>
  text().transform((written, context) => {
    const value = /^\d{1,16}$/.test(written) ? Number(written) : -1;
    if (value >= minimum && value <= maximum) return value;
    context.addIssue({ code: 'custom', message: fix });
    return z.NEVER;
  });

export const numericIdParam = wholeNumber(
  0,
  Number.MAX_SAFE_INTEGER,
  'must be the whole number given as `id`',
).meta({ type: 'integer', minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

const limitParam = wholeNumber(
  1,
  MAXIMUM_LIMIT,
  `must be a whole number from 1 to ${MAXIMUM_LIMIT}`,
)
  .optional()
  .meta({ type: 'integer', minimum: 1, maximum: MAXIMUM_LIMIT, default: DEFAULT_LIMIT });

const cursorParam = text().optional().meta({
  description: '`next_cursor` of the previous page, with otherwise the same parameters',
  pattern: '^[A-Za-z0-9_-]+\\.[A-Za-z0-9_-]{12}$',
});

/** The parameters every list has. */
export const pageParams = { limit: limitParam, cursor: cursorParam } as const;

const DATE_ONLY = /^\d{4}-\d{2}-\d{2}$/;

/** Microseconds since 1970 of an RFC 3339 instant with zone; a bare date is 00:00 UTC of that day. */
export const instantParam = text()
  .transform((written, context) => {
    // A plus sign that was not percent-encoded arrives as a space.
    const repaired = written.replace(/ (?=\d{2}:\d{2}$)/, '+');
    const parsed = parseTimestamp(DATE_ONLY.test(repaired) ? `${repaired}T00:00:00Z` : repaired);
    if (parsed.ok) return parsed.tsUs;
    context.addIssue({
      code: 'custom',
      message:
        parsed.reason === 'missing_zone'
          ? `has no time zone; add one, such as ${repaired}Z or ${repaired}+07:00 (in a URL: %2B07:00)`
          : 'is not a date or time that exists; write it like 2026-11-22T00:00:00Z or 2026-11-22',
    });
    return z.NEVER;
  })
  .meta({
    format: 'date-time',
    description: 'RFC 3339 with a zone; a date alone means 00:00 UTC',
    examples: [formatTimestamp(1_795_305_600_000_000)],
  });

/** Words that somebody typed. Whatever they are, nothing is found by what cannot be stored. */
export const freeTextParam = (longest: number) =>
  text().min(1, 'must not be empty').max(longest, `must be at most ${longest} characters`);

/** A calendar date that exists, from 1900 to 2999. */
export const dateParam = text()
  .refine(
    (written) => DATE_ONLY.test(written) && isCalendarDate(written),
    'must be a date that exists, from 1900-01-01 to 2999-12-31, written like 2026-11-30',
  )
  .meta({ format: 'date', examples: ['2026-12-31'] });

function isCalendarDate(written: string): boolean {
  const ms = Date.parse(`${written}T00:00:00Z`);
  return (
    !Number.isNaN(ms) &&
    new Date(ms).toISOString().startsWith(written) &&
    written >= '1900' &&
    written < '3000'
  );
}

/** One or several of a closed vocabulary, separated by commas. */
export function choiceParam<const Value extends string>(values: readonly Value[]) {
  const known = new Set<string>(values);
  const choice = `(?:${values.map((value) => value.replaceAll('.', String.raw`\.`)).join('|')})`;
  const isKnown = (value: string): value is Value => known.has(value);
  return text()
    .transform((written, context): Value[] => {
      const chosen = [...new Set(written.split(','))];
      const unknown = chosen.filter((value) => !isKnown(value));
      if (unknown.length === 0) return chosen.filter(isKnown);
      context.addIssue({
        code: 'custom',
        message: `does not know "${unknown.join(',')}"; choose from ${values.join(', ')}`,
      });
      return z.NEVER;
    })
    .meta({
      description: `One or several, separated by commas: ${values.map((value) => `\`${value}\``).join(', ')}`,
      pattern: `^${choice}(?:,${choice})*$`,
    });
}

/**
 * An IANA zone name. Only `UTC` and `Area/City` names: abbreviations (`CET`) and offsets (`+07:00`) mean different
 * things to ICU and to PostgreSQL, which reads the sign of an offset the other way round (POSIX).
 */
export const zoneParam = text()
  .refine(
    isZone,
    'must be UTC or an IANA time zone of the form Area/City, such as Asia/Ho_Chi_Minh',
  )
  .meta({
    description: 'IANA time zone; default: the zone of the tenant',
    examples: ['Asia/Ho_Chi_Minh'],
    pattern: '^(?:UTC|[A-Za-z_]+(?:/[A-Za-z0-9_+-]+)+)$',
  });

function isZone(name: string): boolean {
  if (name !== 'UTC' && !/^[A-Za-z_]+(\/[A-Za-z0-9_+-]+)+$/.test(name)) return false;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
