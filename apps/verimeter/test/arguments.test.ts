import { expect, test } from 'vitest';
import {
  type CommandSpec,
  UsageError,
  checkOptions,
  choice,
  hint,
  parseArguments,
} from '../src/lib/arguments.ts';
import { COMMANDS } from '../src/lib/commands.ts';
import { commandHelp, programHelp } from '../src/lib/help.ts';

const specs = COMMANDS.map((command) => command.spec);

function specOf(name: string): CommandSpec {
  const spec = specs.find((candidate) => candidate.name === name);
  if (spec === undefined) throw new Error(`no command ${name}`);
  return spec;
}

test('options may stand before and after the command, with a space or an equals sign', () => {
  const parsed = parseArguments(
    ['--data-dir', 'D', 'import', 'readings', '--json', 'r.csv', '--tenant=acme', '--strict'],
    specs,
  );
  expect(parsed.positionals).toEqual(['import', 'readings', 'r.csv']);
  expect(Object.fromEntries(parsed.values)).toEqual({ 'data-dir': 'D', tenant: 'acme' });
  expect([...parsed.switches]).toEqual(['json', 'strict']);
});

test('a dash alone is a value: stdout or stdin', () => {
  const parsed = parseArguments(['export', 'health', '--out', '-'], specs);
  expect(parsed.values.get('out')).toBe('-');
  expect(parseArguments(['import', 'readings', '-'], specs).positionals).toContain('-');
});

test.each([
  [['up', '--prot', '80'], 'unknown option --prot; did you mean --port?'],
  [['up', '--port'], '--port needs a value: --port P'],
  [['up', '--port', '--json'], '--port needs a value: --port P'],
  [['up', '--json=yes'], '--json takes no value'],
  [['up', '--seed', '1', '--seed', '2'], '--seed is given twice'],
])('%j is wrong use', (args, message) => {
  expect(() => parseArguments(args, specs)).toThrow(new UsageError(message));
});

test('an option of another command is refused', () => {
  const parsed = parseArguments(['migrate', '--strict'], specs);
  expect(() => checkOptions(parsed, specOf('migrate'))).toThrow('migrate has no option --strict');
});

test('a hint is given only for what is close', () => {
  expect(hint('exprot', ['export', 'import'])).toBe('; did you mean export?');
  expect(hint('xyzzy', ['export', 'import'])).toBe('');
});

test('a choice names its alternatives', () => {
  expect(choice('ndjson', ['csv', 'ndjson'], '--format')).toBe('ndjson');
  expect(() => choice('xml', ['csv', 'ndjson'], '--format')).toThrow(
    '--format must be one of csv, ndjson, not xml',
  );
  expect(() => choice(undefined, ['check'], 'ledger')).toThrow('ledger is missing: one of check');
});

test('the help has every command, and the help of a command every option of it', () => {
  const help = programHelp(specs);
  for (const spec of specs) {
    expect(help).toContain(`  ${spec.name}`);
    for (const option of spec.options) expect(commandHelp(spec)).toContain(`--${option.name}`);
  }
});
