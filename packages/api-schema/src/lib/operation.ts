import { z } from 'zod';
import type { ProblemCode } from './problems.ts';
import type { ReaderRole } from './session.ts';

/** One method of one path: the only description of it, for validation, routing and OpenAPI. */
export interface Operation {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Below `API_PREFIX`, parameters in braces. */
  readonly path: string;
  readonly tag: string;
  readonly summary: string;
  readonly description?: string;
  /** Least role; `public`: no key needed. */
  readonly role: ReaderRole | 'public';
  readonly params: z.ZodObject;
  readonly query: z.ZodObject;
  readonly body?: z.ZodType;
  readonly status: 200 | 204;
  /** Undefined: no body, or (for `contentType`) not JSON. */
  readonly response?: z.ZodType;
  readonly contentType?: string;
  /** Besides those every operation of its kind can answer with. */
  readonly problems?: readonly ProblemCode[];
}

/** No parameters. */
export const none = z.strictObject({});
