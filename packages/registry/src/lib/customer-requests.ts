import {
  type CalendarDay,
  type RequestClock,
  type RequestKind,
  type RequestUtility,
  dueOn,
} from '@verimeter/metrology';
import type { Person } from './legal-rules.ts';
import type { Queryable } from './pools.ts';

type Status = 'open' | 'answered' | 'closed';

/** As somebody enters it. */
export interface RequestInput {
  readonly deviceId: string;
  readonly kind: RequestKind;
  readonly utility: RequestUtility;
  /** A day of the tenant. */
  readonly receivedOn: string;
  readonly reference: string | null;
  readonly note: string | null;
  readonly clock: RequestClock | null;
  readonly dueOn: string | null;
  readonly isDueAgreed: boolean;
}

/** As it is kept. */
export interface CustomerRequestRow {
  readonly id: number;
  readonly device_id: string;
  readonly kind: RequestKind;
  readonly utility: RequestUtility;
  readonly received_on: string;
  readonly reference: string | null;
  readonly note: string | null;
  readonly clock: RequestClock | null;
  readonly due_on: string | null;
  readonly is_due_agreed: boolean;
  readonly status: Status;
  readonly answered_on: string | null;
  readonly entered_by: string;
  readonly entered_by_name: string | null;
  readonly entered_at: number;
}

export const CUSTOMER_REQUEST_COLUMNS = `id, device_id, kind, utility, received_on, reference, note, clock, due_on, is_due_agreed, status,
  answered_on, entered_by, entered_by_name, entered_at`;

export interface CustomerRequestEventRow {
  readonly status: Status | null;
  readonly comment: string | null;
  readonly document_id: string | null;
  readonly by_id: string;
  readonly by_name: string | null;
  readonly at: number;
}

export async function enterCustomerRequest(
  client: Queryable,
  tenant: string,
  input: RequestInput,
  by: Person,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO customer_requests (tenant, device_id, kind, utility, received_on, reference, note, clock, due_on, is_due_agreed,
                                    entered_by, entered_by_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id`,
    [
      tenant,
      input.deviceId,
      input.kind,
      input.utility,
      input.receivedOn,
      input.reference,
      input.note,
      input.clock === null ? null : JSON.stringify(input.clock),
      input.dueOn,
      input.isDueAgreed,
      by.id,
      by.name,
    ],
  );
  const id = rows[0]?.id;
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row');
  await noteOnRequest(client, tenant, id, { status: 'open' }, by);
  return id;
}

/** Undefined: the tenant has no such request. With `lock` nobody else changes it until the transaction ends. */
export async function readCustomerRequest(
  client: Queryable,
  tenant: string,
  id: number,
  lock = false,
): Promise<CustomerRequestRow | undefined> {
  const { rows } = await client.query<CustomerRequestRow>(
    `SELECT ${CUSTOMER_REQUEST_COLUMNS} FROM customer_requests WHERE tenant = $1 AND id = $2${lock ? ' FOR UPDATE' : ''}`,
    [tenant, id],
  );
  return rows[0];
}

/** Oldest first. */
export async function readRequestEvents(
  client: Queryable,
  tenant: string,
  id: number,
): Promise<CustomerRequestEventRow[]> {
  const { rows } = await client.query<CustomerRequestEventRow>(
    `SELECT status, comment, document_id, by_id, by_name, at FROM customer_request_events
      WHERE tenant = $1 AND request_id = $2 ORDER BY id`,
    [tenant, id],
  );
  return rows;
}

/** What was done with a request, into its history. */
export async function noteOnRequest(
  client: Queryable,
  tenant: string,
  id: number,
  note: {
    readonly status?: Status | undefined;
    readonly comment?: string | undefined;
    readonly documentId?: string | undefined;
  },
  by: Person,
): Promise<void> {
  await client.query(
    `INSERT INTO customer_request_events (tenant, request_id, status, comment, document_id, by_id, by_name)
     VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      tenant,
      id,
      note.status ?? null,
      note.comment ?? null,
      note.documentId ?? null,
      by.id,
      by.name,
    ],
  );
}

export async function setRequestStatus(
  client: Queryable,
  tenant: string,
  id: number,
  status: Status,
  answeredOn: string | null,
): Promise<void> {
  await client.query(
    'UPDATE customer_requests SET status = $3, answered_on = $4 WHERE tenant = $1 AND id = $2',
    [tenant, id, status, answeredOn],
  );
}

// --- holidays --------------------------------------------------------------------------------------------------

export interface HolidayRow extends CalendarDay {
  readonly name: string;
  readonly enteredBy: string;
  readonly enteredByName: string | null;
  readonly enteredUs: number;
}

const HOLIDAY_COLUMNS = `day, is_working AS "isWorking", name, entered_by AS "enteredBy", entered_by_name AS "enteredByName",
  entered_at AS "enteredUs"`;

/** The tenant's own days, by day. */
export async function readHolidays(client: Queryable, tenant: string): Promise<HolidayRow[]> {
  const { rows } = await client.query<HolidayRow>(
    `SELECT ${HOLIDAY_COLUMNS} FROM holidays WHERE tenant = $1 ORDER BY day`,
    [tenant],
  );
  return rows;
}

export async function writeHoliday(
  client: Queryable,
  tenant: string,
  holiday: CalendarDay & { readonly name: string },
  by: Person,
): Promise<HolidayRow> {
  const { rows } = await client.query<HolidayRow>(
    `INSERT INTO holidays (tenant, day, is_working, name, entered_by, entered_by_name) VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (tenant, day) DO UPDATE
       SET is_working = excluded.is_working, name = excluded.name, entered_by = excluded.entered_by,
           entered_by_name = excluded.entered_by_name, entered_at = now()
     RETURNING ${HOLIDAY_COLUMNS}`,
    [tenant, holiday.day, holiday.isWorking, holiday.name, by.id, by.name],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('INSERT … RETURNING gave no row');
  await reckonAnew(client, tenant);
  return row;
}

/** False: there was none. */
export async function removeHoliday(
  client: Queryable,
  tenant: string,
  day: string,
): Promise<boolean> {
  const { rowCount } = await client.query('DELETE FROM holidays WHERE tenant = $1 AND day = $2', [
    tenant,
    day,
  ]);
  await reckonAnew(client, tenant);
  return (rowCount ?? 0) > 0;
}

/** The last days of open requests whose clock counts working days. */
async function reckonAnew(client: Queryable, tenant: string): Promise<void> {
  const days = await readHolidays(client, tenant);
  const { rows } = await client.query<CustomerRequestRow>(
    `SELECT ${CUSTOMER_REQUEST_COLUMNS} FROM customer_requests
      WHERE tenant = $1 AND status = 'open' AND NOT is_due_agreed AND clock ->> 'unit' = 'working_day' ORDER BY id FOR UPDATE`,
    [tenant],
  );
  const changed = rows.flatMap(({ id, clock, received_on: from, due_on: before }) => {
    if (clock === null) return [];
    const due = dueOn(clock, from, days);
    return due === before ? [] : [{ id, due_on: due }];
  });
  await client.query(
    `UPDATE customer_requests r SET due_on = c.due_on
       FROM jsonb_to_recordset($2::jsonb) AS c (id bigint, due_on date) WHERE r.tenant = $1 AND r.id = c.id`,
    [tenant, JSON.stringify(changed)],
  );
}
