import { type CommandSpec, GLOBAL_OPTIONS, type OptionSpec } from './arguments.ts';

function optionLines(options: readonly OptionSpec[]): string[] {
  const names = options.map(
    (spec) => `--${spec.name}${spec.value === undefined ? '' : ` ${spec.value}`}`,
  );
  const width = Math.max(...names.map((name) => name.length));
  return options.map((spec, index) => `  ${(names[index] ?? '').padEnd(width)}  ${spec.text}`);
}

/** Help of the whole program. */
export function programHelp(commands: readonly CommandSpec[]): string {
  const names = commands.map((command) => `${command.name} ${command.positionals}`.trimEnd());
  const width = Math.max(...names.map((name) => name.length));
  return [
    'verimeter: which meters have drifted, how sure that is, and which to re-verify first',
    '',
    'Usage: verimeter COMMAND [ARGUMENTS] [OPTIONS]',
    '',
    'Commands:',
    ...commands.map(
      (command, index) => `  ${(names[index] ?? '').padEnd(width)}  ${command.summary}`,
    ),
    '',
    'Options of every command:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
    'With DATABASE_URL set, commands use that database; else they attach to the `up` that runs on the data directory,',
    'or start its embedded database for the command and stop it after.',
    'Exit status: 0 done, 1 failed, 2 wrong use. `verimeter COMMAND --help` tells more.',
    '',
  ].join('\n');
}

/** Help of one command. */
export function commandHelp(command: CommandSpec): string {
  return [
    `verimeter ${command.name}: ${command.summary}`,
    '',
    `Usage: verimeter ${command.name} ${command.positionals}`.trimEnd() +
      (command.options.length > 0 ? ' [OPTIONS]' : ''),
    ...(command.details ?? []).flatMap((paragraph) => ['', paragraph]),
    ...(command.options.length > 0 ? ['', 'Options:', ...optionLines(command.options)] : []),
    '',
    'Options of every command:',
    ...optionLines(GLOBAL_OPTIONS),
    '',
  ].join('\n');
}
