import { fulfilReplays } from '@verimeter/ingest';
import { type Pool, findReplay, readQuarantineGroups, wishReplay } from '@verimeter/registry';
import { createLogger } from '@verimeter/service-runtime';
import { QUARANTINE_REASONS, type QuarantineReason, formatTimestamp } from '@verimeter/telemetry';
import { choice, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { withDatabase, withStore } from '../database.ts';
import { say, table, writeLine } from '../output.ts';
import { createProgress, grouped } from '../progress.ts';

interface Filter {
  readonly reason: QuarantineReason | undefined;
  readonly field: string | undefined;
  /** null: entries whose topic names none. */
  readonly deviceId: string | null | undefined;
}

/** `groups`: what lies in quarantine and why. `replay`: stores what can be stored by now. */
export async function run(context: CommandContext): Promise<number> {
  const what = choice(context.positionals[0] ?? 'groups', ['groups', 'replay'], 'quarantine');
  const reason = context.option('reason');
  const device = context.option('device');
  if (device !== undefined && context.flag('no-device'))
    throw new UsageError('--device and --no-device exclude each other: give one of them');
  const filter: Filter = {
    reason: reason === undefined ? undefined : choice(reason, QUARANTINE_REASONS, '--reason'),
    field: context.option('field'),
    deviceId: context.flag('no-device') ? null : device,
  };
  return withDatabase(context.environment, 'verimeter-quarantine', (pool) =>
    what === 'groups' ? showGroups(pool, context, filter) : replay(pool, context, filter),
  );
}

const SHOWN = 50;

async function showGroups(pool: Pool, context: CommandContext, filter: Filter): Promise<number> {
  const rows = await readQuarantineGroups(pool, context.tenant, {
    reasons: filter.reason === undefined ? undefined : [filter.reason],
    statuses: ['open'],
    field: filter.field,
    deviceId: filter.deviceId,
  });
  if (context.json) {
    await writeLine(
      JSON.stringify(
        rows.map(({ first: _first, last, groups: _groups, ...row }) => ({
          ...row,
          last_received_at: formatTimestamp(last),
        })),
      ),
    );
    return 0;
  }
  if (rows.length === 0) {
    say('nothing is in quarantine');
    return 0;
  }
  const head = ['readings', 'entries', 'reason', 'device', 'field', 'last', 'message'];
  const lines = rows
    .slice(0, SHOWN)
    .map((row) => [
      grouped(row.rejected),
      grouped(row.entries),
      row.reason,
      row.device_id ?? '-',
      row.field === '' ? '-' : row.field,
      formatTimestamp(row.last),
      row.message,
    ]);
  await writeLine(table([head, ...lines], new Set([0, 1])));
  if (rows.length > SHOWN) say(`${rows.length - SHOWN} more groups: --json has all of them`);
  say(
    'once the cause is mended: verimeter quarantine replay [--reason R] [--field F] [--device D|--no-device]',
  );
  return 0;
}

async function replay(pool: Pool, context: CommandContext, filter: Filter): Promise<number> {
  const { reason, field, deviceId } = filter;
  const { rows } = await pool.query<{ total: number }>(
    `SELECT count(*) AS total FROM quarantine
      WHERE tenant = $1 AND status = 'open' AND ($2::text IS NULL OR reason = $2) AND ($3::text IS NULL OR field = $3)
        AND ($4::text IS NULL OR device_id = $4) AND (NOT $5 OR device_id IS NULL)`,
    [context.tenant, reason, field, deviceId, deviceId === null],
  );
  const total = rows[0]?.total ?? 0;
  const id = await wishReplay(pool, context.tenant, filter);
  const progress = createProgress('replay');
  const done = await withStore(pool, context.environment, (store) =>
    fulfilReplays({
      pool,
      store,
      log: createLogger('verimeter-quarantine', 'warn'),
      until: async () => {
        const found = await findReplay(pool, id);
        if (found === undefined || found.finished) return found ?? 'gone';
        progress.update(found.entries, total, `${grouped(found.entries)} of ${grouped(total)}`);
        return undefined;
      },
    }),
  );
  if (done === 'gone') throw new Error('the replay was taken back');
  const { entries, replayed, received, stored, duplicate, conflicting, rejected } = done;
  const left = total - entries;
  progress.finish(`${grouped(replayed)} of ${grouped(entries)} messages have nothing missing now`);
  if (context.json)
    await writeLine(
      JSON.stringify({ entries, replayed, received, stored, duplicate, conflicting, rejected }),
    );
  else
    await writeLine(
      `${stored} readings stored, ${duplicate} were there, ${conflicting} differ from what is there, ${rejected} are still rejected`,
    );
  if (left > 0)
    say(
      `${grouped(left)} entries cannot be replayed: lines of imported files, and payloads beyond 64 KiB`,
    );
  return 0;
}
