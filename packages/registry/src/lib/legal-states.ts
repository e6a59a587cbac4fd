import {
  type CycleRule,
  type LegalFacts,
  type LegalStanding,
  addDays,
  legalStanding,
} from '@verimeter/metrology';
import { readLegalFacts } from './legal-facts.ts';
import { readCycleRules } from './legal-rules.ts';
import { type Pool, type Queryable, withTransaction } from './pools.ts';

/** Devices per statement. */
const PAGE = 5000;
/** Mark of all devices of a tenant. */
const ALL = '*';

/** What the devices of a tenant are held against. */
export interface LegalFrame {
  readonly rules: readonly CycleRule[];
  /** The day it is where the tenant is. */
  readonly today: string;
}

/** The day it is where the tenant is, `YYYY-MM-DD`. */
export async function readToday(client: Queryable, tenant: string): Promise<string> {
  const { rows } = await client.query<{ today: string }>(
    `SELECT (now() AT TIME ZONE coalesce((SELECT zone FROM tenants WHERE tenant = $1), 'UTC'))::date AS today`,
    [tenant],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('the database does not say which day it is');
  return row.today;
}

export async function readLegalFrame(client: Queryable, tenant: string): Promise<LegalFrame> {
  return { rules: await readCycleRules(client, tenant), today: await readToday(client, tenant) };
}

/** The next day on which a device may stand otherwise though nothing is written: a date of the register comes, or a rule does or goes. */
function recheckOn(
  facts: LegalFacts,
  { rules, today }: LegalFrame,
  standing: LegalStanding,
): string | undefined {
  const days = [
    facts.verifiedOn,
    ...facts.verifications.map(({ verifiedOn }) => verifiedOn),
    ...(facts.events ?? []).map(({ on }) => on),
  ].filter((day) => day !== undefined);
  // Without a day of verification the rules of today are looked at.
  const boundaries =
    standing.verifiedOn === undefined && standing.state !== 'dated'
      ? rules.flatMap(({ from, to }) => [from, to === undefined ? undefined : addDays(to, 1)])
      : [];
  let next: string | undefined;
  for (const day of [...days, ...boundaries])
    if (day !== undefined && day > today && (next === undefined || day < next)) next = day;
  return next;
}

interface StateRecord {
  readonly device_id: string;
  readonly kind: string;
  readonly state: string;
  readonly verified_on: string | null;
  readonly due_on: string | null;
  readonly due_precision: string | null;
  readonly due_earliest: string | null;
  readonly due_latest: string | null;
  readonly provisional_due_on: string | null;
  readonly provisional_latest_on: string | null;
  readonly since: string | null;
  readonly reasons: readonly string[];
  readonly rules: readonly string[];
  readonly recheck_on: string | null;
}

function toRecord(deviceId: string, facts: LegalFacts, frame: LegalFrame): StateRecord {
  const standing = legalStanding(facts, frame.today, frame.rules);
  return {
    device_id: deviceId,
    kind: facts.kind,
    state: standing.state,
    verified_on: standing.verifiedOn ?? null,
    due_on: standing.dueOn ?? null,
    due_precision: standing.precision ?? null,
    due_earliest: standing.dueEarliest ?? null,
    due_latest: standing.dueLatest ?? null,
    provisional_due_on: standing.provisionalDueOn ?? null,
    provisional_latest_on: standing.provisionalLatestOn ?? null,
    since: standing.since ?? null,
    reasons: standing.reasons,
    rules: standing.rules.map(({ id }) => id),
    recheck_on: recheckOn(facts, frame, standing) ?? null,
  };
}

const VALUES = `kind, state, verified_on, due_on, due_precision, due_earliest, due_latest, provisional_due_on, provisional_latest_on, since, reasons,
  rules, recheck_on`;
const valuesOf = (alias: string): string => VALUES.replaceAll(/\w+/g, (name) => `${alias}.${name}`);

const UPSERT = `
  INSERT INTO legal_states AS s (tenant, device_id, ${VALUES})
  SELECT $1, device_id, ${VALUES}
    FROM jsonb_to_recordset($2::jsonb) AS r (
      device_id text, kind text, state text, verified_on date, due_on date, due_precision text, due_earliest date, due_latest date,
      provisional_due_on date, provisional_latest_on date, since date, reasons text[], rules text[], recheck_on date)
   ORDER BY device_id
  ON CONFLICT (tenant, device_id) DO UPDATE SET (${VALUES}, updated_at) = ROW (${valuesOf('excluded')}, now())
   WHERE (${valuesOf('s')}) IS DISTINCT FROM (${valuesOf('excluded')})`;

/** Takes the marks of the devices, so that whoever writes one of them waits, and finds them gone. */
const LOCK = `
  INSERT INTO legal_state_marks (tenant, device_id) SELECT $1, id FROM unnest($2::text[]) AS id ORDER BY id COLLATE "C"
  ON CONFLICT (tenant, device_id) DO UPDATE SET device_id = excluded.device_id`;
const UNLOCK = 'DELETE FROM legal_state_marks WHERE tenant = $1 AND device_id = ANY ($2)';

/**
 * Works out how some devices stand, from all that is committed or written in this transaction. To be called in the transaction
 * that wrote what it depends on.
 */
export async function refreshLegalStates(
  client: Queryable,
  tenant: string,
  deviceIds: readonly string[],
  frame?: LegalFrame,
): Promise<void> {
  if (deviceIds.length === 0) return;
  const held = frame ?? (await readLegalFrame(client, tenant));
  for (let from = 0; from < deviceIds.length; from += PAGE) {
    const ids = deviceIds.slice(from, from + PAGE);
    // oxlint-disable-next-line no-await-in-loop -- one connection
    await client.query(LOCK, [tenant, ids]);
    // oxlint-disable-next-line no-await-in-loop
    const facts = await readLegalFacts(client, tenant, ids);
    const records = [...facts].map(([id, of]) => toRecord(id, of, held));
    // oxlint-disable-next-line no-await-in-loop
    await client.query(UPSERT, [tenant, JSON.stringify(records)]);
    // oxlint-disable-next-line no-await-in-loop
    await client.query(UNLOCK, [tenant, ids]);
  }
}

/** Ids of marked devices, at most so many; whether the whole tenant is. */
async function readMarks(
  client: Queryable,
  tenant: string,
  most: number,
): Promise<{ readonly ids: readonly string[]; readonly all: boolean }> {
  const { rows } = await client.query<{ device_id: string }>(
    'SELECT device_id FROM legal_state_marks WHERE tenant = $1 ORDER BY device_id LIMIT $2',
    [tenant, most + 1],
  );
  const ids = rows.map((row) => row.device_id);
  return { ids: ids.filter((id) => id !== ALL).slice(0, most), all: ids.includes(ALL) };
}

/** Works out what is marked, in this transaction: of a whole tenant only where it has at most so many devices. */
export async function refreshMarked(
  client: Queryable,
  tenant: string,
  most: number,
): Promise<void> {
  const { ids, all } = await readMarks(client, tenant, most);
  if (!all) return refreshLegalStates(client, tenant, ids);
  const devices = await client.query<{ device_id: string }>(
    'SELECT device_id FROM devices WHERE tenant = $1 ORDER BY device_id LIMIT $2',
    [tenant, most + 1],
  );
  if (devices.rows.length > most) return undefined;
  await client.query(UNLOCK, [tenant, [ALL]]);
  return refreshLegalStates(
    client,
    tenant,
    devices.rows.map((row) => row.device_id),
  );
}

/** Devices whose standing is still to be worked out; of a whole tenant all of them. */
export async function countPending(client: Queryable, tenant: string): Promise<number> {
  const { rows } = await client.query<{ pending: number }>(
    `SELECT CASE WHEN EXISTS (SELECT FROM legal_state_marks WHERE tenant = $1 AND device_id = '${ALL}')
                 THEN (SELECT count(*) FROM devices WHERE tenant = $1)
                 ELSE (SELECT count(*) FROM legal_state_marks WHERE tenant = $1) END AS pending`,
    [tenant],
  );
  return rows[0]?.pending ?? 0;
}

export async function tenantsWithLegalMarks(client: Queryable): Promise<string[]> {
  const { rows } = await client.query<{ tenant: string }>(
    'SELECT t.tenant FROM tenants t WHERE EXISTS (SELECT FROM legal_state_marks m WHERE m.tenant = t.tenant) ORDER BY 1',
  );
  return rows.map((row) => row.tenant);
}

/** Marks the devices that may stand otherwise since the day began, for want of nothing else. */
export async function markRecheckedToday(client: Queryable): Promise<void> {
  await client.query(
    `INSERT INTO legal_state_marks (tenant, device_id)
     SELECT s.tenant, s.device_id FROM legal_states s JOIN tenants t USING (tenant)
      WHERE s.recheck_on <= (now() AT TIME ZONE t.zone)::date
      ORDER BY 1, 2 ON CONFLICT DO NOTHING`,
  );
}

/** Every device of a tenant, page by page. */
async function sweepAll(pool: Pool, tenant: string, signal?: AbortSignal): Promise<number> {
  let done = 0;
  let after = '';
  for (;;) {
    if (signal?.aborted === true) return done;
    const from = after;
    // oxlint-disable-next-line no-await-in-loop -- one page after the other
    const ids = await withTransaction(pool, async (client) => {
      const page = await client.query<{ device_id: string }>(
        'SELECT device_id FROM devices WHERE tenant = $1 AND device_id > $2 ORDER BY device_id LIMIT $3',
        [tenant, from, PAGE],
      );
      const found = page.rows.map((row) => row.device_id);
      await refreshLegalStates(client, tenant, found);
      return found;
    });
    const last = ids.at(-1);
    if (last === undefined) return done;
    done += ids.length;
    after = last;
  }
}

async function sweepMarked(pool: Pool, tenant: string): Promise<number> {
  return withTransaction(pool, async (client) => {
    const { ids } = await readMarks(client, tenant, PAGE);
    await refreshLegalStates(client, tenant, ids);
    return ids.length;
  });
}

/**
 * Works out all of a tenant that is marked, page by page, each in a transaction of its own. A writer that comes in between works
 * its devices out itself. Returns how many devices.
 */
export async function sweepLegalStates(
  pool: Pool,
  tenant: string,
  signal?: AbortSignal,
): Promise<number> {
  const mark = await pool.query<{ seen: string }>(
    'SELECT marked_at::text AS seen FROM legal_state_marks WHERE tenant = $1 AND device_id = $2',
    [tenant, ALL],
  );
  let done = 0;
  const [all] = mark.rows;
  if (all !== undefined) {
    done += await sweepAll(pool, tenant, signal);
    if (signal?.aborted === true) return done;
    // Rules that were changed meanwhile have left another mark, which stays for the next time.
    await pool.query(
      'DELETE FROM legal_state_marks WHERE tenant = $1 AND device_id = $2 AND marked_at = $3::timestamptz',
      [tenant, ALL, all.seen],
    );
  }
  for (;;) {
    if (signal?.aborted === true) return done;
    // oxlint-disable-next-line no-await-in-loop
    const taken = await sweepMarked(pool, tenant);
    if (taken === 0) return done;
    done += taken;
  }
}
