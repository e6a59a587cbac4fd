import { formatTimestamp } from '@verimeter/telemetry';
import { choice } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase } from '../database.ts';
import { checkLedger } from '../ledger-check.ts';
import { say, table, writeLine } from '../output.ts';

/** Checks that every reading is accounted for; exit 1 where it is not. */
export async function run(context: CommandContext): Promise<number> {
  choice(context.positionals[0], ['check'], 'ledger');
  const { totals, broken, rows, discrepancies } = await withDatabase(
    context.environment,
    'verimeter-ledger',
    (pool) => checkLedger(pool, context.tenant),
  );
  const ok = broken.length === 0 && discrepancies.length === 0;
  if (context.json) {
    await writeLine(
      JSON.stringify({
        ok,
        rows,
        totals,
        broken: broken.map(({ hourUs, ...row }) => ({ ...row, hour: formatTimestamp(hourUs) })),
        discrepancies,
      }),
    );
    return ok ? 0 : 1;
  }
  await writeLine(
    table([Object.keys(totals), Object.values(totals).map(String)], new Set([0, 1, 2, 3, 4, 5])),
  );
  for (const row of broken)
    say(
      `${row.device_id ?? row.topic ?? '-'} ${formatTimestamp(row.hourUs)} ${row.source}: received ${row.received}, accounted for ${row.accounted}`,
    );
  for (const text of discrepancies) say(text);
  say(
    ok
      ? `every reading is accounted for (${rows} rows of the ledger)`
      : 'the ledger does not balance',
  );
  return ok ? 0 : 1;
}
