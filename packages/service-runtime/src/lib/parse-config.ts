import { z } from 'zod';
import { type FoundValue, fileVariable, findValue } from './environment-variable.ts';

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

/** Names of all variables that `parseConfig` reads for a schema, with those that name a file. */
export function variableNames(schema: z.ZodObject): string[] {
  return Object.keys(schema.shape).flatMap((name) => {
    const file = fileVariable(name);
    return file === undefined ? [name] : [name, file];
  });
}

/**
 * The configuration in the environment, checked against a schema whose keys are variable names. An empty variable
 * counts as not set (compose files and charts pass empty strings for "default"). A variable that holds a URL may be given
 * as the content of a file, named by the variable with `_FILE` appended.
 *
 * @throws {ConfigurationError} with one readable message that names every bad variable; values are not repeated in
 * it, because a bad value may be a secret that was put into the wrong variable.
 */
export function parseConfig<Schema extends z.ZodObject>(
  schema: Schema,
  env: Readonly<Record<string, string | undefined>>,
): z.output<Schema> {
  const given: Record<string, string> = {};
  const found = new Map<string, FoundValue>();
  for (const name of Object.keys(schema.shape)) {
    const value = findValue(name, env);
    found.set(name, value);
    if (value.kind === 'value') given[name] = value.value;
  }
  const result = schema.safeParse(given);
  const issues = new Map<string, string>();
  for (const issue of result.error?.issues ?? []) {
    const name = String(issue.path[0] ?? '');
    if (!issues.has(name)) issues.set(name, issue.message);
  }
  const problems = [...found].flatMap(([name, value]) => problemOf(name, value, issues.get(name)));
  const general = issues.get('');
  if (general !== undefined) problems.push({ variable: '', problem: general });
  if (result.success && problems.length === 0) return result.data;
  const lines = problems.map(({ variable, problem }) =>
    variable === '' ? `  ${problem}` : `  ${variable}: ${problem}`,
  );
  throw new ConfigurationError(
    `invalid configuration:\n${lines.join('\n')}`,
    problems.map(({ variable }) => variable),
  );
}

interface Problem {
  readonly variable: string;
  readonly problem: string;
}

/** What is wrong with a variable: where its value is kept, or what the schema says of it. */
function problemOf(name: string, found: FoundValue, issue: string | undefined): Problem[] {
  switch (found.kind) {
    case 'problem':
      return [{ variable: found.variable, problem: found.problem }];
    case 'unset':
      return issue === undefined ? [] : [{ variable: name, problem: 'is required but not set' }];
    case 'value': {
      if (issue === undefined) return [];
      const problem = found.variable === name ? issue : `the content of the file ${issue}`;
      return [{ variable: found.variable, problem }];
    }
    default:
      return found satisfies never;
  }
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
  /** `true` or `false`, which is the default. */
  flag: () =>
    z
      .enum(['true', 'false'], { error: 'must be true or false' })
      .default('false')
      .transform((text) => text === 'true'),
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
