import { z } from 'zod';

/** A configuration that cannot be used. The message lists every bad variable, one per line. */
export class ConfigurationError extends Error {
  readonly code = 'invalid_configuration';
  readonly variables: readonly string[];

  constructor(message: string, variables: readonly string[]) {
    super(message);
    this.name = 'ConfigurationError';
    this.variables = variables;
  }
}

/**
 * The configuration in the environment, checked against a schema whose keys are variable names. An empty variable
 * counts as not set (compose files and charts pass empty strings for "default").
 *
 * @throws {ConfigurationError} with one readable message that names every bad variable; values are not repeated in
 * it, because a bad value may be a secret that was put into the wrong variable.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const given: Record<string, string> = {};
  for (const name of Object.keys(schema.shape)) {
    const value = env[name];
    if (value !== undefined && value !== '') given[name] = value;
  }
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = new Map<string, string>();
  for (const issue of result.error.issues) {
    const name = String(issue.path[0] ?? '');
    if (problems.has(name)) continue;
    problems.set(name, given[name] === undefined ? 'is required but not set' : issue.message);
  }
  const lines = [...problems].map(([name, problem]) =>
    name === '' ? `  ${problem}` : `  ${name}: ${problem}`,
  );
  throw new ConfigurationError(`invalid configuration:\n${lines.join('\n')}`, [...problems.keys()]);
}

const wholeNumber = (minimum: number, maximum: number) =>
  z
    .string()
    .regex(/^\d+$/, `must be a whole number from ${minimum} to ${maximum}`)
    .transform(Number)
    .refine(
      (value) => value >= minimum && value <= maximum,
      `must be a whole number from ${minimum} to ${maximum}`,
    );

const url = (protocols: readonly string[]) =>
  z
    .string()
    .refine(
      (text) => URL.canParse(text) && protocols.includes(new URL(text).protocol.slice(0, -1)),
      `must be a URL starting with ${protocols.map((protocol) => `${protocol}://`).join(' or ')}`,
    );

/** Fields that several services share, as they are written in the environment (strings). */
export const envField = {
  /** Whole number within bounds; chain `.default('…')` with the text form. */
  wholeNumber,
  /** TCP port; 0 means any free one. */
  port: () => wholeNumber(0, 65_535),
  url,
  databaseUrl: () => url(['postgres', 'postgresql']),
  logLevel: () =>
    z
      .enum(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'], {
        error: 'must be one of trace, debug, info, warn, error, fatal, silent',
      })
      .default('info'),
  /** IANA time zone name such as `Asia/Ho_Chi_Minh`. */
  timeZone: () =>
    z.string().refine(isTimeZone, 'must be an IANA time zone such as Asia/Ho_Chi_Minh'),
} as const;

function isTimeZone(name: string): boolean {
  try {
    return new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** The URL without its password, for logs and messages; a text that is no URL is not repeated at all. */
export function redactUrl(text: string): string {
  if (!URL.canParse(text)) return '(not a URL)';
  const parsed = new URL(text);
  if (parsed.password !== '') parsed.password = '***';
  return parsed.href;
}
