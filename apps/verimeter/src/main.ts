import { isIdentifier } from '@verimeter/telemetry';
import { ConfigurationError } from '@verimeter/service-runtime';
import { readEnvironment } from './config.ts';
import {
  CommandError,
  type ParsedArguments,
  UsageError,
  checkOptions,
  hint,
  parseArguments,
} from './lib/arguments.ts';
import { COMMANDS } from './lib/commands.ts';
import { commandHelp, programHelp } from './lib/help.ts';
import { say, write } from './lib/output.ts';

const specs = COMMANDS.map((command) => command.spec);

async function run(parsed: ParsedArguments): Promise<number> {
  const [name, ...positionals] = parsed.positionals;
  if (name === undefined || name === 'help') {
    if (name === undefined && !parsed.switches.has('help')) {
      process.stderr.write(programHelp(specs));
      return 2;
    }
    const spec = specs.find((candidate) => candidate.name === positionals[0]);
    await write(spec === undefined ? programHelp(specs) : commandHelp(spec));
    return 0;
  }
  const command = COMMANDS.find((candidate) => candidate.spec.name === name);
  if (command === undefined)
    throw new UsageError(
      `unknown command ${name}${hint(
        name,
        specs.map((spec) => spec.name),
      )}`,
    );
  if (parsed.switches.has('help')) {
    await write(commandHelp(command.spec));
    return 0;
  }
  checkOptions(parsed, command.spec);
  const written = command.spec.positionals;
  const expected = written === '' ? 0 : Math.max(2, written.split(' ').length);
  const surplus = positionals[expected];
  if (surplus !== undefined) throw new UsageError(`${name}: ${surplus} is too much`);
  const tenant = parsed.values.get('tenant') ?? 'demo';
  if (!isIdentifier(tenant))
    throw new UsageError('--tenant must be 1 to 128 of A-Z a-z 0-9 . _ : @ -');
  return command.run({
    positionals,
    option: (option) => parsed.values.get(option),
    flag: (option) => parsed.switches.has(option),
    tenant,
    json: parsed.switches.has('json'),
    environment: readEnvironment(parsed.values.get('data-dir')),
  });
}

/** Exit status of an error, told on stderr: expected ones in a sentence, others with their stack. */
function report(error: unknown): number {
  if (error instanceof UsageError) {
    say(`verimeter: ${error.message}\nverimeter --help shows the commands`);
    return 2;
  }
  if (error instanceof CommandError || error instanceof ConfigurationError) {
    say(`verimeter: ${error.message}`);
    return 1;
  }
  say(`verimeter: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  if (error instanceof Error && error.cause instanceof Error) say(`cause: ${error.cause.message}`);
  return 1;
}

// A reader that has seen enough (`| head`) closes the pipe: that ends the command, it is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

try {
  process.exitCode = await run(parseArguments(process.argv.slice(2), specs));
} catch (error) {
  process.exitCode = report(error);
}
