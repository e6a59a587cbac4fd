import {
  VIETNAMESE_HOLIDAYS,
  dueOn,
  requestClock,
  type RequestUtility,
} from '@verimeter/metrology';
import {
  CUSTOMER_REQUEST_COLUMNS,
  type CustomerRequestRow,
  type HolidayRow,
  type PoolClient,
  enterCustomerRequest,
  noteOnRequest,
  readCustomerRequest,
  readHolidays,
  readRequestEvents,
  readToday,
  removeHoliday,
  setRequestStatus,
  writeHoliday,
} from '@verimeter/registry';
import type { Holiday } from '@verimeter/api-schema';
import { type DeviceKind, formatTimestamp } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { TIMING, toCustomerRequest, toRequestDetail } from '../customer-request-item.ts';
import { languageOf } from '../evidence.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { personOf } from '../person.ts';
import { ProblemError, notFound } from '../problem-error.ts';

/** Open ones first, then by the last day; those without one after them, by id. */
const RANK = `CASE status WHEN 'open' THEN 0 WHEN 'answered' THEN 1 ELSE 2 END`;
const DAY = `coalesce(due_on, 'infinity')`;
const NO_DAY = 'infinity';
const afterRequest = z.tuple([
  z.int(),
  z.union([z.iso.date(), z.literal(NO_DAY)]),
  z.int().min(0).max(Number.MAX_SAFE_INTEGER),
]);

/** @throws {ProblemError} `not_found` */
async function requireRequest(client: PoolClient, tenant: string, id: number, lock = false) {
  const row = await readCustomerRequest(client, tenant, id, lock);
  if (row === undefined) throw notFound('request', id);
  return row;
}

async function detailOf(client: PoolClient, tenant: string, id: number) {
  const row = await requireRequest(client, tenant, id);
  const events = await readRequestEvents(client, tenant, id);
  return toRequestDetail(row, events, await readToday(client, tenant));
}

const utilityOf = (kind: DeviceKind): RequestUtility | undefined =>
  kind === 'electricity_meter' ? 'electricity' : kind === 'water_meter' ? 'water' : undefined;

function refuse(field: string, message: string): ProblemError {
  return new ProblemError('invalid_request', 'The request cannot be kept as it is.', {
    errors: [{ field, message }],
  });
}

const toHoliday = (row: HolidayRow): Holiday => ({
  day: row.day,
  is_working: row.isWorking,
  name: row.name,
  source: null,
  entered_by: { id: row.enteredBy, name: row.enteredByName },
  entered_at: formatTimestamp(row.enteredUs),
});

export function registerCustomerRequestRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listCustomerRequests', async (client, call) => {
    const { principal, query } = call;
    const { tenant } = principal;
    const page = pageOf({ list: 'customer-requests', tenant }, query, afterRequest);
    const today = await readToday(client, tenant);
    const { rows } = await client.query<CustomerRequestRow & { rank: number }>(
      `SELECT ${CUSTOMER_REQUEST_COLUMNS}, ${RANK} AS rank FROM customer_requests
        WHERE ($2::text[] IS NULL OR status = ANY ($2)) AND ($3::text[] IS NULL OR utility = ANY ($3))
          AND ($4::text[] IS NULL OR ${TIMING.replaceAll('$1', '$1::date')} = ANY ($4)) AND ($5::text IS NULL OR device_id = $5)
          AND ($6::integer IS NULL OR (${RANK}, ${DAY}, id) > ($6, $7::date, $8::bigint))
        ORDER BY ${RANK}, ${DAY}, id LIMIT $9`,
      [
        today,
        query.status ?? null,
        query.utility ?? null,
        query.timing ?? null,
        query.device_id ?? null,
        page.after?.[0] ?? null,
        page.after?.[1] ?? null,
        page.after?.[2] ?? null,
        page.limit + 1,
      ],
    );
    return page.of(
      rows,
      (row) => toCustomerRequest(row, today),
      (row) => [row.rank, row.due_on ?? NO_DAY, row.id],
    );
  });

  mountTenantOperation(app, context, 'enterCustomerRequest', async (client, call) => {
    const { principal, body } = call;
    const { tenant } = principal;
    const { rows } = await client.query<{ kind: DeviceKind }>(
      'SELECT kind FROM devices WHERE device_id = $1',
      [body.device_id],
    );
    const [device] = rows;
    if (device === undefined) throw notFound('device', body.device_id);
    const today = await readToday(client, tenant);
    if (body.received_on > today)
      throw refuse('received_on', `is in the future (it is ${today} where the tenant is)`);
    const utility = body.utility ?? utilityOf(device.kind);
    if (utility === undefined)
      throw refuse('utility', 'cannot be told from the kind of the device: give it');
    const clock = requestClock(utility, body.kind) ?? null;
    const legalDue =
      clock === null ? null : dueOn(clock, body.received_on, await readHolidays(client, tenant));
    const id = await enterCustomerRequest(
      client,
      tenant,
      {
        deviceId: body.device_id,
        kind: body.kind,
        utility,
        receivedOn: body.received_on,
        reference: body.reference,
        note: body.note,
        clock,
        dueOn: body.due_on ?? legalDue,
        isDueAgreed: body.due_on !== undefined,
      },
      personOf(principal),
    );
    return detailOf(client, tenant, id);
  });

  mountTenantOperation(app, context, 'getCustomerRequest', (client, { principal, params }) =>
    detailOf(client, principal.tenant, params.id),
  );

  mountTenantOperation(app, context, 'changeCustomerRequest', async (client, call) => {
    const { principal, params, body } = call;
    const { tenant } = principal;
    const row = await requireRequest(client, tenant, params.id, true);
    if (body.status !== undefined) {
      const today = await readToday(client, tenant);
      const answeredOn =
        body.status === 'open' ? null : (body.answered_on ?? row.answered_on ?? today);
      if (answeredOn !== null && (answeredOn > today || answeredOn < row.received_on))
        throw refuse(
          'answered_on',
          `must be from ${row.received_on}, when it came, to today, ${today}`,
        );
      await setRequestStatus(client, tenant, row.id, body.status, answeredOn);
    }
    await noteOnRequest(client, tenant, row.id, body, personOf(principal));
    return detailOf(client, tenant, row.id);
  });

  mountTenantOperation(app, context, 'listHolidays', async (client, call) => {
    const { principal, request, reply } = call;
    const language = languageOf(request, reply);
    const own = await readHolidays(client, principal.tenant);
    return {
      items: [
        ...VIETNAMESE_HOLIDAYS.map(({ day, name, source }) => ({
          day,
          is_working: false,
          name: name[language],
          source,
          entered_by: null,
          entered_at: null,
        })),
        ...own.map(toHoliday),
      ],
      next_cursor: null,
    };
  });

  mountTenantOperation(app, context, 'putHoliday', async (client, call) => {
    const { principal, params, body } = call;
    const day = { day: params.day, isWorking: body.is_working, name: body.name };
    return toHoliday(await writeHoliday(client, principal.tenant, day, personOf(principal)));
  });

  mountTenantOperation(app, context, 'deleteHoliday', async (client, { principal, params }) => {
    if (!(await removeHoliday(client, principal.tenant, params.day)))
      throw notFound('holiday', params.day);
    return undefined;
  });
}
