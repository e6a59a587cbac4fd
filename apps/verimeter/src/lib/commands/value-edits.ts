import { userInfo } from 'node:os';
import { readingAt, versionsAt } from '@verimeter/api';
import { valueEdit, type ValueVersionItem, versionItem } from '@verimeter/api-schema';
import type { TenantReadings } from '@verimeter/reading-store';
import {
  createAppPool,
  editValue,
  type Pool,
  type PoolClient,
  readChannels,
  withTenant,
} from '@verimeter/registry';
import { EDIT_ACTIONS, editRefusalText } from '@verimeter/telemetry';
import { choice, CommandError, UsageError } from '../arguments.ts';
import type { CommandContext } from '../command.ts';
import { openEngine } from '../database.ts';
import { parseInstantOption } from '../instant-option.ts';
import { say, table, writeLine } from '../output.ts';

const MOST_VERSIONS = 1000;

interface Place {
  readonly tenant: string;
  readonly deviceId: string;
  readonly quantity: string;
  readonly tsUs: number;
}

interface Found {
  readonly client: PoolClient;
  readonly readings: TenantReadings<PoolClient>;
  readonly channelId: number;
}

/** `validation edit`: a person's word on a single value, as a version of it. */
export async function editOne(
  pool: Pool,
  url: string,
  context: CommandContext,
  written: string | undefined,
): Promise<number> {
  const action = choice(written, EDIT_ACTIONS, 'validation edit');
  const place = placeOf(context, 'edit');
  const edited = numberOption(context, 'version');
  if (action === 'undo' && edited === undefined)
    throw new UsageError(
      '--version is required: name the edit to undo; verimeter validation history lists them',
    );
  const checked = valueEdit.safeParse({
    device_id: place.deviceId,
    quantity: place.quantity,
    ts: context.option('at'),
    action,
    value: numberOption(context, 'value'),
    version: edited,
    reason: context.option('reason'),
  });
  if (!checked.success)
    throw new UsageError(
      checked.error.issues
        .map(({ path, message }) => `--${String(path[0] ?? 'value')} ${message}`)
        .join('; '),
    );
  const { value, version, reason } = checked.data;
  const made = await at(pool, url, context, place, async (found) => {
    const reading = await readingAt(found, place);
    const outcome = await editValue(
      found.client,
      {
        tenant: place.tenant,
        channelId: found.channelId,
        tsUs: place.tsUs,
        reading: reading?.value,
        nowUs: Date.now() * 1000,
      },
      { action, value, version, reason, editedBy: `${userInfo().username} (command line)` },
    );
    if (outcome.state !== 'refused')
      return { ...versionItem(place, outcome.item), hasReading: reading !== undefined };
    const text = editRefusalText(outcome.why);
    if (outcome.why === 'in_future') throw new UsageError(`--at ${text}`);
    throw new CommandError(text);
  });
  const { hasReading, ...item } = made;
  if (context.json) await writeLine(JSON.stringify(item));
  else
    say(
      `version ${item.version} of ${item.device_id} ${item.quantity} at ${item.ts}: ${item.value} (${item.code ?? ''}); ${hasReading ? 'the reading stays' : 'there is no reading beside it'}`,
    );
  return 0;
}

/** `validation history`: all versions of a value, the reading first. */
export async function showHistory(
  pool: Pool,
  url: string,
  context: CommandContext,
): Promise<number> {
  const place = placeOf(context, 'history');
  const items = await at(pool, url, context, place, (found) =>
    versionsAt(found, { ...place, channelId: found.channelId }, { limit: MOST_VERSIONS }),
  );
  if (context.json) await writeLine(JSON.stringify(items));
  else if (items.length === 0) say('there is no reading, and nothing was estimated or edited');
  else await writeLine(table([HEAD, ...items.map(lineOf)], new Set([0, 1])));
  return 0;
}

const HEAD = ['version', 'value', 'code', 'in force', 'what', 'by', 'when', 'why'];
const lineOf = (item: ValueVersionItem): string[] => [
  String(item.version),
  String(item.value),
  item.code ?? '',
  item.in_force ? 'yes' : '',
  item.action ?? item.method ?? 'reading',
  item.edited_by ?? '',
  item.created_at,
  item.reason ?? '',
];

function placeOf(context: CommandContext, command: string): Place {
  const required = (name: string): string => {
    const written = context.option(name);
    if (written === undefined) throw new UsageError(`validation ${command} needs --${name}`);
    return written;
  };
  return {
    tenant: context.tenant,
    deviceId: required('device'),
    quantity: required('quantity'),
    tsUs: parseInstantOption('at', required('at')),
  };
}

function numberOption(context: CommandContext, name: string): number | undefined {
  const written = context.option(name);
  if (written === undefined) return undefined;
  const value = written.trim() === '' ? NaN : Number(written);
  if (!Number.isFinite(value)) throw new UsageError(`--${name} must be a number, not ${written}`);
  return value;
}

/** In a transaction of the tenant alone, as requests of the API are. */
async function at<T>(
  pool: Pool,
  url: string,
  { environment }: CommandContext,
  { tenant, deviceId, quantity }: Place,
  work: (found: Found) => Promise<T>,
): Promise<T> {
  const engine = await openEngine(pool, environment);
  const appPool = createAppPool(url, { applicationName: 'verimeter-value-edits', max: 1 });
  try {
    return await withTenant(appPool, tenant, async (client) => {
      const channels = await readChannels(client, tenant, [deviceId]);
      const channel = channels.find((one) => one.quantity === quantity);
      if (channel === undefined)
        throw new CommandError(`there is no ${quantity} of a device ${deviceId} in ${tenant}`);
      return work({ client, readings: engine.tenantReadings, channelId: channel.channelId });
    });
  } finally {
    await appPool.end();
    await engine.close();
  }
}
