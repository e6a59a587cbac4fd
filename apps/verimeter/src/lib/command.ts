import type { Environment } from '../config.ts';
import type { CommandSpec } from './arguments.ts';

/** What a command is given. */
export interface CommandContext {
  /** Positionals after the command's name. */
  readonly positionals: readonly string[];
  option(name: string): string | undefined;
  flag(name: string): boolean;
  readonly tenant: string;
  readonly json: boolean;
  readonly environment: Environment;
}

export interface Command {
  readonly spec: CommandSpec;
  /** Loads the implementation (each brings only what it needs) and runs it; resolves with the exit status. */
  readonly run: (context: CommandContext) => Promise<number>;
}
