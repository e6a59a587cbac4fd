import { isCalendarDate } from '@verimeter/metrology';
import {
  type PoolClient,
  countLegalStates,
  countPending,
  legalStatePosition,
  readLegalStates,
  readToday,
  refreshMarked,
} from '@verimeter/registry';
import type { LegalStatus } from '@verimeter/telemetry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { readDeviceLegalState } from '../device-legal-state.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { notFound } from '../problem-error.ts';

/** So many standings that somebody left to be worked out are worked out by a reader. */
const BY_A_READER = 2000;
const MONTHS = 24;

const afterState = z.tuple([
  z.string().refine((day) => day === 'infinity' || isCalendarDate(day)),
  z.string(),
]);

async function todayOf(client: PoolClient, tenant: string): Promise<string> {
  await refreshMarked(client, tenant, BY_A_READER);
  return readToday(client, tenant);
}

export function registerLegalStateRoutes(app: FastifyInstance, context: ApiContext): void {
  mountTenantOperation(app, context, 'listLegalStates', async (client, { principal, query }) => {
    const { tenant } = principal;
    const page = pageOf({ list: 'legal-states', tenant }, query, afterState);
    const today = await todayOf(client, tenant);
    const rows = await readLegalStates(
      client,
      tenant,
      {
        statuses: query.status,
        kinds: query.kind,
        groupId: query.group,
        dueFrom: query.due_from,
        dueBefore: query.due_before,
        provisional: query.provisional !== 'false',
      },
      { today, limit: page.limit + 1, after: page.after },
    );
    return page.of(rows, (row) => ({ ...row }), legalStatePosition);
  });

  mountTenantOperation(app, context, 'getLegalSummary', async (client, { principal, query }) => {
    const { tenant } = principal;
    const today = await todayOf(client, tenant);
    const rows = await countLegalStates(
      client,
      tenant,
      { kinds: query.kind, groupId: query.group },
      today,
    );
    const statuses: Record<LegalStatus, number> = {
      valid: 0,
      due_soon: 0,
      expired: 0,
      void: 0,
      not_regulated: 0,
      unknown: 0,
    };
    const months = monthsFrom(today).map((month) => ({ month, due: 0, provisional: 0 }));
    const byMonth = new Map(months.map((entry) => [entry.month, entry]));
    let overdue = 0;
    let devices = 0;
    for (const row of rows) {
      statuses[row.status] += row.devices;
      devices += row.devices;
      if (row.overdue) overdue += row.devices;
      const entry = row.month === null ? undefined : byMonth.get(row.month);
      if (entry !== undefined) entry[row.provisional ? 'provisional' : 'due'] += row.devices;
    }
    const pending = await countPending(client, tenant);
    return { today, pending, devices, statuses, months, overdue };
  });

  mountTenantOperation(app, context, 'getDeviceLegalState', async (client, call) => {
    const { principal, params } = call;
    const state = await readDeviceLegalState(client, principal.tenant, params.device_id);
    if (state === undefined) throw notFound('device', params.device_id);
    return state;
  });
}

/** `YYYY-MM` of the day and of the months after it. */
function monthsFrom(today: string): string[] {
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, index) =>
    new Date(Date.UTC(year, month - 1 + index, 1)).toISOString().slice(0, 7),
  );
}
