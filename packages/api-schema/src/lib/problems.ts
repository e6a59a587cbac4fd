import { z } from 'zod';

const PROBLEM_CODES = [
  'invalid_request',
  'invalid_cursor',
  'unauthenticated',
  'forbidden',
  'not_found',
  'method_not_allowed',
  'conflict',
  'payload_too_large',
  'unsupported_media_type',
  'too_many_requests',
  'internal',
  'not_ready',
] as const;
export type ProblemCode = (typeof PROBLEM_CODES)[number];

/** Every error the API answers with, its status and title (RFC 9457). */
export const PROBLEMS = {
  invalid_request: { status: 400, title: 'The request is not valid' },
  invalid_cursor: { status: 400, title: 'The cursor is not valid here' },
  unauthenticated: { status: 401, title: 'A valid key is needed' },
  forbidden: { status: 403, title: 'The key does not allow this' },
  not_found: { status: 404, title: 'Not found' },
  method_not_allowed: { status: 405, title: 'The address does not take this method' },
  conflict: { status: 409, title: 'In conflict with the present state' },
  payload_too_large: { status: 413, title: 'The body is too large' },
  unsupported_media_type: { status: 415, title: 'The body must be application/json' },
  too_many_requests: { status: 429, title: 'Too many requests' },
  internal: { status: 500, title: 'The server failed' },
  not_ready: { status: 503, title: 'Not ready' },
} as const satisfies Record<ProblemCode, { status: number; title: string }>;

export const problem = z
  .object({
    type: z
      .string()
      .meta({ format: 'uri-reference', description: 'A page that explains the code' }),
    title: z.string(),
    status: z.int(),
    detail: z.string().meta({ description: 'What was wrong and how to fix it' }),
    code: z.enum(PROBLEM_CODES),
    errors: z.array(z.object({ field: z.string(), message: z.string() })),
  })
  .meta({ description: 'RFC 9457 problem document, application/problem+json' });

export type Problem = z.infer<typeof problem>;
