import { choice, UsageError } from '../arguments.ts';
import { benchAnalytics } from '../bench/bench-analytics.ts';
import { benchValidation } from '../bench/bench-validation.ts';
import { benchFleet } from '../bench/fleet/bench-fleet.ts';
import { benchIngest } from '../bench/ingest/bench-ingest.ts';
import { benchStore } from '../bench/store/bench-store.ts';
import type { CommandContext } from '../command.ts';

/** Measures this machine with made data. */
export async function run(context: CommandContext): Promise<number> {
  const [what, surplus] = context.positionals;
  const measured = choice(
    what,
    ['analytics', 'fleet', 'ingest', 'store', 'validation'],
    'what to measure',
  );
  if (surplus !== undefined) throw new UsageError(`bench: ${surplus} is too much`);
  switch (measured) {
    case 'fleet':
      return benchFleet(context);
    case 'ingest':
      return benchIngest(context);
    case 'store':
      return benchStore(context);
    case 'validation':
      return benchValidation(context);
    case 'analytics':
    default:
      return benchAnalytics(context);
  }
}
