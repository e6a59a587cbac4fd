import { readFileSync } from 'node:fs';

/** Where the value of a variable was found. */
export type FoundValue =
  | { readonly kind: 'unset' }
  /** `variable` is the one that was set: the name itself, or that with `_FILE`. */
  | { readonly kind: 'value'; readonly variable: string; readonly value: string }
  | { readonly kind: 'problem'; readonly variable: string; readonly problem: string };

/**
 * The variable that names a file with the value instead, where there is one. URLs may hold a password, and what is in a
 * process's environment is handed on to its children and shown by `docker inspect` and `systemctl show`.
 */
export const fileVariable = (name: string): string | undefined =>
  name.endsWith('_URL') ? `${name}_FILE` : undefined;

/** The value of a variable, from itself or from its file. An empty variable counts as not set. */
export function findValue(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): FoundValue {
  const value = env[name] ?? '';
  const variable = fileVariable(name);
  const file = variable === undefined ? '' : (env[variable] ?? '');
  if (variable === undefined || file === '')
    return value === '' ? { kind: 'unset' } : { kind: 'value', variable: name, value };
  if (value !== '')
    return { kind: 'problem', variable, problem: `is set as well as ${name}: keep one of the two` };
  const content = readTrimmed(file);
  if (content.kind === 'unreadable')
    return { kind: 'problem', variable, problem: `the file cannot be read (${content.code})` };
  if (content.text === '') return { kind: 'problem', variable, problem: 'the file is empty' };
  return { kind: 'value', variable, value: content.text };
}

type FileContent =
  | { readonly kind: 'read'; readonly text: string }
  | { readonly kind: 'unreadable'; readonly code: string };

/** Without the line end that editors and `echo` leave. */
function readTrimmed(file: string): FileContent {
  try {
    return { kind: 'read', text: readFileSync(file, 'utf8').trim() };
  } catch (error) {
    // The path is not repeated: it may be a URL that was put into the wrong variable.
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
    return { kind: 'unreadable', code };
  }
}
