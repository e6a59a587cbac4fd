import {
  type Pool,
  readToday,
  settleVerifications,
  sweepLegalStates,
  withTransaction,
} from '@verimeter/registry';
import { addDays } from '@verimeter/metrology';
import type { PoolClient } from '@verimeter/registry';
import { parseTimestamp } from '@verimeter/telemetry';
import type { CsvRow } from '../csv/record-splitter.ts';
import { type Column, FILE_COLUMNS } from './files.ts';
import { findOverlaps } from './member-overlaps.ts';
import { type RegistryRow, readRegistryRow, rowProblem } from './registry-rows.ts';
import {
  type Cells,
  type RegistryFileKind,
  type StoredMember,
  existingIds,
  groupKinds,
  lockMembers,
  upsertRows,
  withdrawnKey,
  withdrawnKeys,
  verificationIds,
  verificationKey,
} from './registry-statements.ts';
import type { RejectFile, RejectedRow } from './rejects.ts';

/** Rows per statement. */
const BATCH_ROWS = 2000;

export interface RegistryCounts {
  readonly rows: number;
  readonly stored: number;
  readonly duplicate: number;
}

interface Sink {
  readonly client: PoolClient;
  readonly tenant: string;
  readonly columns: readonly Column[];
  readonly rejects: RejectFile;
}

const keyOf = (columns: readonly Column[], cells: Cells): string =>
  columns
    .filter((column) => column.isKey)
    .map((column) => String(cells[column.target]))
    .join('\n');

const isRejected = (row: RegistryRow | RejectedRow): row is RejectedRow => 'reason' in row;

const textOf = (cells: Cells, name: string): string => {
  const value = cells[name];
  return typeof value === 'string' ? value : '';
};

/**
 * Days farther ahead than these are slips of the pen. Nearer ones are kept: the clock of this machine may be wrong, and an answer as of a
 * day uses nothing later.
 */
const DAYS_AHEAD = 366;

/** What no single column can tell. */
function contradiction(
  kind: RegistryFileKind,
  { row, cells }: RegistryRow,
  today: string,
): RejectedRow | undefined {
  const [field, day] =
    kind === 'legal-events'
      ? ['on', textOf(cells, 'happened_on')]
      : ['verified_on', kind === 'verifications' ? textOf(cells, 'verified_on') : ''];
  if (day > addDays(today, DAYS_AHEAD))
    return {
      row,
      reason: 'invalid_value',
      field,
      message: `is more than a year in the future (it is ${today} where the tenant is)`,
    };
  const verifiedOn = textOf(cells, 'verified_on');
  const validUntil = textOf(cells, 'valid_until');
  if (validUntil !== '' && validUntil < verifiedOn)
    return {
      row,
      reason: 'invalid_value',
      field: 'valid_until',
      message: `is before verified_on ${verifiedOn}`,
    };
  if (kind === 'members' && cells['valid_to'] !== undefined) {
    const member = toMember(cells, '');
    if (member.fromUs >= member.toUs)
      return { row, reason: 'invalid_value', field: 'to', message: 'must be after from' };
  }
  return undefined;
}

function instantUs(value: unknown): number {
  if (value === '-infinity') return -Infinity;
  if (typeof value !== 'string' || value === 'infinity') return Infinity;
  const parsed = parseTimestamp(value);
  if (!parsed.ok) throw new RangeError(`not an instant: ${value}`);
  return parsed.tsUs;
}

function toMember(cells: Cells, groupKind: string): StoredMember {
  return {
    groupId: textOf(cells, 'group_id'),
    groupKind,
    deviceId: textOf(cells, 'device_id'),
    role: textOf(cells, 'role'),
    fromUs: instantUs(cells['valid_from']),
    toUs: instantUs(cells['valid_to']),
  };
}

/** Rejects rows that name a device or group that is not registered. */
async function knownOnly(
  sink: Sink,
  rows: readonly RegistryRow[],
  kind: 'devices' | 'groups',
): Promise<RegistryRow[]> {
  const field = kind === 'devices' ? 'device_id' : 'group_id';
  const ids = [...new Set(rows.map(({ cells }) => textOf(cells, field)))];
  const existing = await existingIds(sink.client, kind, sink.tenant, ids);
  return rows.filter(({ row, cells }) => {
    if (existing.has(textOf(cells, field))) return true;
    const what = kind === 'devices' ? 'device' : 'group';
    sink.rejects.add({
      row,
      reason: `unknown_${what}`,
      field,
      message: `no ${what} of this name is registered; import ${kind} first`,
    });
    return false;
  });
}

/** What a person withdrew is not brought back by a file. */
async function notWithdrawn(
  sink: Sink,
  rows: readonly RegistryRow[],
  kind: 'verifications' | 'legal-events',
): Promise<RegistryRow[]> {
  const ids = [...new Set(rows.map(({ cells }) => textOf(cells, 'device_id')))];
  const withdrawn = await withdrawnKeys(sink.client, kind, sink.tenant, ids);
  if (withdrawn.size === 0) return [...rows];
  const [day, second] =
    kind === 'verifications' ? ['verified_on', 'certificate_no'] : ['happened_on', 'kind'];
  return rows.filter(({ row, cells }) => {
    const key = withdrawnKey(
      textOf(cells, 'device_id'),
      textOf(cells, day ?? ''),
      textOf(cells, second ?? ''),
    );
    if (!withdrawn.has(key)) return true;
    sink.rejects.add({
      row,
      reason: 'withdrawn',
      field: 'device_id',
      message: 'somebody withdrew this; enter it again by hand, in the dashboard or the API',
    });
    return false;
  });
}

/** Members are decided on together: whether two overlap must not depend on their order in the file. */
async function holdingMembers(sink: Sink, rows: readonly RegistryRow[]): Promise<RegistryRow[]> {
  const known = await knownOnly(sink, await knownOnly(sink, rows, 'groups'), 'devices');
  const kinds = await groupKinds(sink.client, sink.tenant);
  const wanted = known.map((row) => ({
    row,
    member: toMember(row.cells, kinds.get(textOf(row.cells, 'group_id')) ?? ''),
  }));
  const stored = await lockMembers(sink.client, sink.tenant, [
    ...new Set(wanted.map(({ member }) => member.deviceId)),
  ]);
  const overlaps = findOverlaps(
    stored,
    wanted.map(({ member }) => member),
  );
  return wanted.flatMap(({ row, member }) => {
    const other = overlaps.get(member);
    if (other === undefined) return [row];
    sink.rejects.add({
      row: row.row,
      reason: 'overlapping_membership',
      field: 'from',
      message: `the device is at that time already ${other.role} of group ${other.groupId}; end that membership first`,
    });
    return [];
  });
}

/**
 * Imports a file of devices, groups, members, verifications or legal events in one transaction: rows that can be read are upserted
 * by their key, the others go to `rejects`. Of rows with the same key the last one counts.
 */
export async function importRegistry(
  kind: RegistryFileKind,
  header: readonly string[],
  positions: ReadonlyMap<string, number>,
  batches: AsyncIterable<readonly CsvRow[]>,
  options: { readonly pool: Pool; readonly tenant: string; readonly rejects: RejectFile },
): Promise<RegistryCounts> {
  const columns = FILE_COLUMNS[kind].filter((column) => positions.has(column.name) || column.isKey);
  const { rejects, tenant } = options;
  const counts = await withTransaction(options.pool, async (client) => {
    const today = await readToday(client, tenant);
    const sink: Sink = { client, tenant, columns, rejects };
    let rows = 0;
    let stored = 0;
    let accepted = 0;
    let pending = new Map<string, RegistryRow>();
    const verified = new Set<string>();

    async function flush(): Promise<void> {
      let batch = [...pending.values()];
      pending = new Map();
      if (kind === 'verifications' || kind === 'legal-events') {
        batch = await knownOnly(sink, batch, 'devices');
        batch = await notWithdrawn(sink, batch, kind);
      }
      if (kind === 'members') batch = await holdingMembers(sink, batch);
      accepted += batch.length;
      for (let from = 0; from < batch.length; from += BATCH_ROWS) {
        const part = batch.slice(from, from + BATCH_ROWS).map(({ cells }) => cells);
        if (kind === 'verifications')
          for (const cells of part) verified.add(verificationKey(cells));
        // oxlint-disable-next-line no-await-in-loop -- one connection, one transaction
        stored += await upsertRows(client, kind, tenant, columns, part);
      }
      await rejects.drained();
    }

    for await (const batch of batches)
      for (const csvRow of batch) {
        rows += 1;
        const problem = rowProblem(csvRow, header.length);
        const row = problem ?? readRegistryRow(csvRow, columns, positions);
        const rejected = isRejected(row) ? row : contradiction(kind, row, today);
        if (rejected !== undefined || isRejected(row)) {
          if (rejected !== undefined) rejects.add(rejected);
          continue;
        }
        const key = keyOf(columns, row.cells);
        const earlier = pending.get(key);
        if (earlier !== undefined) {
          // Members wait for the whole file; elsewhere the earlier row is written first, so that it is counted.
          if (kind === 'members') accepted += 1;
          else await flush();
        }
        pending.set(key, row);
        if (kind !== 'members' && pending.size >= BATCH_ROWS) await flush();
      }
    await flush();
    // Test points of one verification may lie far apart in a file, so conclusions are drawn at its end.
    const records = await verificationIds(client, tenant, [...verified]);
    await settleVerifications(client, tenant, records, { id: 'import', name: null });
    return { rows, stored, duplicate: accepted - stored };
  });
  // In transactions of its own: should it be cut off, the marks stay, and the analytics service goes on.
  await sweepLegalStates(options.pool, tenant);
  return counts;
}
