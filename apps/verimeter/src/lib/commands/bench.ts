import { choice, UsageError } from '../arguments.ts';
import { benchAnalytics } from '../bench/bench-analytics.ts';
import { benchIngest } from '../bench/ingest/bench-ingest.ts';
import type { CommandContext } from '../command.ts';

/** Measures this machine with made data in a throw-away store. */
export async function run(context: CommandContext): Promise<number> {
  const [what, surplus] = context.positionals;
  const measured = choice(what, ['analytics', 'ingest'], 'what to measure');
  if (surplus !== undefined) throw new UsageError(`bench: ${surplus} is too much`);
  return measured === 'ingest' ? benchIngest(context) : benchAnalytics(context);
}
