import type { Language } from '@verimeter/api-schema';
import { z } from 'zod';
import { type FieldError, ProblemError } from './problem-error.ts';

const VIETNAMESE = { error: z.locales.vi().localeError };
/** Of what the words of a schema in Vietnamese do not say. */
const UNKNOWN: Readonly<Record<Language, readonly [parameter: string, field: string]>> = {
  en: ['is not a parameter of this address; see /docs', 'is not a field of this body; see /docs'],
  vi: [
    'không phải tham số của địa chỉ này; xem /docs',
    'không phải trường của nội dung này; xem /docs',
  ],
};

/** The input as the schema's output. @throws {ProblemError} `invalid_request` that names every bad field and its fix. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  where: 'path' | 'query' | 'body',
  language: Language = 'en',
): z.output<Schema> {
  const result = schema.safeParse(input, language === 'vi' ? VIETNAMESE : undefined);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, where, language));
  const headers = { vary: 'accept-language', 'content-language': language };
  throw new ProblemError('invalid_request', summary(errors), { errors, headers });
}

function fieldErrors(
  issue: z.core.$ZodIssue,
  where: 'path' | 'query' | 'body',
  language: Language,
): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      message: UNKNOWN[language][where === 'query' ? 0 : 1],
    }));
  // What a schema says in its own words it says in both languages.
  const own: unknown = issue.code === 'custom' ? issue.params?.[language] : undefined;
  return [{ field: issue.path.join('.'), message: typeof own === 'string' ? own : issue.message }];
}

function summary(errors: readonly FieldError[]): string {
  return errors
    .map(({ field, message }) =>
      field === '' ? `The body: ${message}.` : `"${field}" ${message}.`,
    )
    .join(' ');
}
