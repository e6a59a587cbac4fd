import { choice, UsageError } from '../arguments.ts';
import { benchAnalytics } from '../bench/bench-analytics.ts';
import type { CommandContext } from '../command.ts';

/** Measures this machine with made data in a throw-away store. */
export async function run(context: CommandContext): Promise<number> {
  const [what, surplus] = context.positionals;
  choice(what, ['analytics'], 'what to measure');
  if (surplus !== undefined) throw new UsageError(`bench: ${surplus} is too much`);
  return benchAnalytics(context);
}
