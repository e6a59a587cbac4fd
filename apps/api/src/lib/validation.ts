import type { z } from 'zod';
import { type FieldError, ProblemError } from './problem-error.ts';

/** The input as the schema's output. @throws {ProblemError} `invalid_request` that names every bad field and its fix. */
export function validate<Schema extends z.ZodType>(
  schema: Schema,
  input: unknown,
  where: 'path' | 'query' | 'body',
): z.output<Schema> {
  const result = schema.safeParse(input);
  if (result.success) return result.data;
  const errors = result.error.issues.flatMap((issue) => fieldErrors(issue, where));
  throw new ProblemError('invalid_request', summary(errors), { errors });
}

function fieldErrors(issue: z.core.$ZodIssue, where: 'path' | 'query' | 'body'): FieldError[] {
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({
      field: [...issue.path, key].join('.'),
      message:
        where === 'query'
          ? 'is not a parameter of this address; see /docs'
          : 'is not a field of this body; see /docs',
    }));
  return [{ field: issue.path.join('.'), message: issue.message }];
}

function summary(errors: readonly FieldError[]): string {
  return errors
    .map(({ field, message }) =>
      field === '' ? `The body: ${message}.` : `"${field}" ${message}.`,
    )
    .join(' ');
}
