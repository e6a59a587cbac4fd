import { type Problem, type ProblemCode, PROBLEMS } from '@verimeter/api-schema';

export interface FieldError {
  readonly field: string;
  readonly message: string;
}

/** An answer other than success. Thrown anywhere in a request, sent as a problem document. */
export class ProblemError extends Error {
  readonly code: ProblemCode;
  readonly errors: readonly FieldError[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    code: ProblemCode,
    detail: string,
    options: {
      readonly errors?: readonly FieldError[];
      readonly headers?: Readonly<Record<string, string>>;
      readonly cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'ProblemError';
    this.code = code;
    this.errors = options.errors ?? [];
    this.headers = options.headers ?? {};
  }
}

export function notFound(what: string, id: string | number): ProblemError {
  return new ProblemError('not_found', `There is no ${what} "${id}" in your tenant.`);
}

export function problemDocument(error: ProblemError): Problem {
  const { status, title } = PROBLEMS[error.code];
  return {
    type: `/problems/${error.code}`,
    title,
    status,
    detail: error.message,
    code: error.code,
    errors: error.errors.map(({ field, message }) => ({ field, message })),
  };
}

const FRAMEWORK_PROBLEMS: Readonly<Record<string, readonly [ProblemCode, string]>> = {
  FST_ERR_CTP_BODY_TOO_LARGE: ['payload_too_large', 'Send a body of at most 64 KiB.'],
  FST_ERR_CTP_INVALID_MEDIA_TYPE: [
    'unsupported_media_type',
    'Send the body as JSON with "content-type: application/json".',
  ],
  FST_ERR_CTP_EMPTY_JSON_BODY: ['invalid_request', 'The body is empty; send a JSON object.'],
  FST_ERR_CTP_INVALID_JSON_BODY: ['invalid_request', 'The body is not valid JSON.'],
  FST_ERR_CTP_INVALID_CONTENT_LENGTH: [
    'invalid_request',
    'The body does not have the length that content-length says.',
  ],
  FST_ERR_ROUTE_MISSING_CONTENT_TYPE: [
    'unsupported_media_type',
    'Send the body as JSON with "content-type: application/json".',
  ],
  FST_STATIC_FORBIDDEN_PATH: ['not_found', 'There is no such file.'],
  FST_ERR_MAX_PARAM_LENGTH: [
    'invalid_request',
    'A part of the address is longer than any id; check the address.',
  ],
  FST_ERR_BAD_URL: ['invalid_request', 'The address is not valid: check its percent-encoding.'],
};

// SQLSTATE: connection exceptions, shutdown and start-up, too many connections, read-only while failing over.
const UNAVAILABLE_STATE = /^(08...|57P0[1-5]|53300|25006)$/;
/** Statement timeout, and tables or functions a migration has still to bring. */
const NOT_YET: Readonly<Record<string, string>> = {
  '57014': 'The database took too long; ask for less (a shorter range, a smaller limit).',
  '42P01': 'The database is not migrated; run "verimeter migrate".',
  '42883': 'The database is not migrated; run "verimeter migrate".',
  '3F000': 'The database is not migrated; run "verimeter migrate".',
};
/** What PostgreSQL cannot keep of a text or a JSON value. */
const UNKEPT: Readonly<Record<string, string>> = {
  '22021': 'A text has a character that cannot be kept (NUL); take it out.',
  '22P05':
    'A text has a character that cannot be kept (NUL, or half of a surrogate pair); take it out.',
};
const SOCKET_CODES = new Set([
  'ECONNREFUSED',
  'ECONNRESET',
  'EPIPE',
  'ETIMEDOUT',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EAI_AGAIN',
  'ENOENT',
]);
// node-postgres raises these as plain errors without a code (pg 8, pg-pool 3).
const DRIVER_MESSAGES =
  /^(Connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Client was closed|Cannot use a pool after calling end)/;

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : '';
}

/** Whether the database could not be reached (and the same request may succeed later). */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof AggregateError) return error.errors.some(isUnavailable);
  if (!(error instanceof Error)) return false;
  const code = codeOf(error);
  return (
    UNAVAILABLE_STATE.test(code) || SOCKET_CODES.has(code) || DRIVER_MESSAGES.test(error.message)
  );
}

const isClientError = (error: unknown): boolean =>
  error instanceof Error &&
  codeOf(error).startsWith('FST_') &&
  'statusCode' in error &&
  typeof error.statusCode === 'number' &&
  error.statusCode >= 400 &&
  error.statusCode < 500;

/** The problem an error stands for; what nobody foresaw is `internal` and gives nothing away. */
export function toProblemError(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  const code = codeOf(error);
  const known = FRAMEWORK_PROBLEMS[code];
  if (known !== undefined) return new ProblemError(known[0], known[1], { cause: error });
  if (error instanceof SyntaxError && 'statusCode' in error)
    return new ProblemError('invalid_request', 'The body is not valid JSON.', { cause: error });
  // What the framework holds against a request is no fault of the server, whatever else it may be.
  if (isClientError(error))
    return new ProblemError('invalid_request', 'The request is not valid HTTP for this address.', {
      cause: error,
    });
  const unkept = UNKEPT[code];
  if (unkept !== undefined) return new ProblemError('invalid_request', unkept, { cause: error });
  const retry = { 'retry-after': '5' };
  if (isUnavailable(error))
    return new ProblemError('not_ready', 'The database cannot be reached; try again.', {
      cause: error,
      headers: retry,
    });
  const notYet = NOT_YET[code];
  if (notYet !== undefined)
    return new ProblemError('not_ready', notYet, { cause: error, headers: retry });
  return new ProblemError('internal', 'Something went wrong on the server; it has been logged.', {
    cause: error,
  });
}
