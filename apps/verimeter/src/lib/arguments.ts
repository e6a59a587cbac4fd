import { parseArgs } from 'node:util';

/** Wrong use of the command line: exit 2. */
export class UsageError extends Error {
  readonly code = 'usage';
}

/** An expected failure whose message says it all: exit 1 without a stack trace. */
export class CommandError extends Error {
  readonly code = 'command_failed';
}

export interface OptionSpec {
  readonly name: string;
  /** Placeholder of the value in the help; undefined: a switch. */
  readonly value?: string;
  readonly text: string;
}

export interface CommandSpec {
  readonly name: string;
  /** What follows the name, as shown in the help: `devices|groups FILE`. */
  readonly positionals: string;
  readonly summary: string;
  /** Paragraphs below the usage line in `verimeter COMMAND --help`. */
  readonly details?: readonly string[];
  readonly options: readonly OptionSpec[];
}

export interface ParsedArguments {
  /** The command and what follows it, without options. */
  readonly positionals: readonly string[];
  readonly values: ReadonlyMap<string, string>;
  readonly switches: ReadonlySet<string>;
}

export const GLOBAL_OPTIONS: readonly OptionSpec[] = [
  {
    name: 'data-dir',
    value: 'DIR',
    text: 'where the embedded database lives (VERIMETER_DATA_DIR; default ./.verimeter)',
  },
  { name: 'tenant', value: 'T', text: 'whose data (default demo)' },
  { name: 'json', text: 'results as JSON on stdout' },
  { name: 'help', text: 'this text' },
];

/** Splits arguments by the options of all commands; which of them fit the command is checked with `checkOptions`. */
export function parseArguments(
  args: readonly string[],
  commands: readonly CommandSpec[],
): ParsedArguments {
  const known = new Map<string, OptionSpec>();
  for (const spec of [...GLOBAL_OPTIONS, ...commands.flatMap((command) => command.options)])
    known.set(spec.name, spec);
  const { tokens } = parseArgs({
    args: [...args],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      [...known.values()].map((spec) => [
        spec.name,
        {
          type: spec.value === undefined ? 'boolean' : 'string',
          ...(spec.name === 'help' ? { short: 'h' } : {}),
        } as const,
      ]),
    ),
  });
  const positionals: string[] = [];
  const values = new Map<string, string>();
  const switches = new Set<string>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = known.get(token.name);
    if (spec === undefined)
      throw new UsageError(
        `unknown option ${token.rawName}${hint(token.name, [...known.keys()], '--')}`,
      );
    if (spec.value === undefined) {
      if (token.value !== undefined) throw new UsageError(`${token.rawName} takes no value`);
      switches.add(spec.name);
      continue;
    }
    if (token.value === undefined || (!token.inlineValue && token.value.startsWith('--')))
      throw new UsageError(`${token.rawName} needs a value: ${token.rawName} ${spec.value}`);
    if (values.has(spec.name)) throw new UsageError(`${token.rawName} is given twice`);
    values.set(spec.name, token.value);
  }
  return { positionals, values, switches };
}

/** @throws UsageError where an option is given that belongs to another command. */
export function checkOptions(parsed: ParsedArguments, command: CommandSpec): void {
  const allowed = [...GLOBAL_OPTIONS, ...command.options].map((spec) => spec.name);
  for (const name of [...parsed.values.keys(), ...parsed.switches])
    if (!allowed.includes(name))
      throw new UsageError(`${command.name} has no option --${name}${hint(name, allowed, '--')}`);
}

function editDistance(left: string, right: string): number {
  let previous = Array.from({ length: right.length + 1 }, (_, index) => index);
  for (let row = 1; row <= left.length; row += 1) {
    const current = [row];
    for (let column = 1; column <= right.length; column += 1)
      current.push(
        Math.min(
          (previous[column] ?? 0) + 1,
          (current[column - 1] ?? 0) + 1,
          (previous[column - 1] ?? 0) + (left[row - 1] === right[column - 1] ? 0 : 1),
        ),
      );
    previous = current;
  }
  return previous[right.length] ?? 0;
}

/** `; did you mean …?` where one of the names is close to what was written, else nothing. */
export function hint(written: string, names: readonly string[], prefix = ''): string {
  let best: string | undefined;
  let bestDistance = Math.max(2, Math.floor(written.length / 3)) + 1;
  for (const name of names) {
    const distance = editDistance(written, name);
    if (
      distance < bestDistance ||
      (best === undefined && name.startsWith(written) && written !== '')
    )
      [best, bestDistance] = [name, distance];
  }
  return best === undefined ? '' : `; did you mean ${prefix}${best}?`;
}

/** One of a closed list. */
export function choice<T extends string>(
  written: string | undefined,
  choices: readonly T[],
  what: string,
): T {
  const found = choices.find((name) => name === written);
  if (found !== undefined) return found;
  if (written === undefined)
    throw new UsageError(`${what} is missing: one of ${choices.join(', ')}`);
  throw new UsageError(
    `${what} must be one of ${choices.join(', ')}, not ${written}${hint(written, choices)}`,
  );
}

/** A whole number within bounds. */
export function wholeNumber(
  written: string,
  option: string,
  minimum: number,
  maximum: number,
): number {
  const value = /^\d+$/.test(written) ? Number(written) : NaN;
  if (!(value >= minimum && value <= maximum))
    throw new UsageError(
      `--${option} must be a whole number from ${minimum} to ${maximum}, not ${written}`,
    );
  return value;
}
