import { CommandError, UsageError, choice, wholeNumber } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase, withStore } from '../database.ts';
import { checkLedger } from '../ledger/check-ledger.ts';
import { ledgerJson, ledgerText } from '../ledger/ledger-report.ts';
import { parsePeriod } from '../ledger/receive-period.ts';
import { say, writeLine } from '../output.ts';
import { createProgress } from '../progress.ts';

const DEFAULT_GAPS = 100;
const MAX_GAPS = 1_000_000;
/** A statement counts millions of readings, and the operator who started it can end it. */
const STATEMENT_TIMEOUT_MS = 24 * 3600_000;
/** Below this nobody has wondered how long it takes. */
const LONG_MS = 2000;

function gapLimit(context: CommandContext): number | undefined {
  const limit = context.option('limit');
  if (context.flag('gaps'))
    return limit === undefined ? DEFAULT_GAPS : wholeNumber(limit, 'limit', 1, MAX_GAPS);
  if (limit !== undefined) throw new UsageError('--limit is for --gaps');
  return undefined;
}

/** Checks that every reading is accounted for; exit 1 where one is not. */
export async function run(context: CommandContext): Promise<number> {
  choice(context.positionals[0], ['check'], 'ledger');
  const surplus = context.positionals[1];
  if (surplus !== undefined) throw new UsageError(`ledger check: ${surplus} is too much`);
  const { period, notes } = parsePeriod(context.option('from'), context.option('to'));
  const limit = gapLimit(context);
  for (const note of notes) say(note);
  const { tenant } = context;
  const progress = createProgress('ledger check');
  const begin = performance.now();
  const result = await withDatabase(
    context.environment,
    'verimeter-ledger',
    (pool) =>
      withStore(pool, context.environment, (store) =>
        checkLedger(pool, {
          store,
          tenant,
          period,
          gapLimit: limit,
          onProgress: (done, total, text) => {
            // A log has no use for the line that it has begun.
            if (done > 0 || process.stderr.isTTY) progress.update(done, total, text);
          },
        }),
      ),
    STATEMENT_TIMEOUT_MS,
  );
  if (result.kind === 'unknown_tenant') throw new CommandError(`there is no tenant ${tenant}`);
  const elapsedMs = performance.now() - begin;
  if (process.stderr.isTTY || elapsedMs > LONG_MS)
    progress.finish(`done in ${(elapsedMs / 1000).toFixed(1)} s`);
  await writeLine(context.json ? ledgerJson(result, period) : ledgerText(result, tenant, period));
  return result.violationCount === 0 ? 0 : 1;
}
