import { type LegalStatus, eventNameOf, formatTimestamp } from '@verimeter/telemetry';
import { endsBy, isCalendarDate, legalStanding, statusOn } from '@verimeter/metrology';
import {
  type LegalStateRow,
  type PoolClient,
  countLegalStates,
  countPending,
  legalStatePosition,
  readLegalFacts,
  readLegalFrame,
  readLegalStates,
  readToday,
  refreshMarked,
} from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
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

/** Flags of a device that are a reason to look at its seal. */
const SEAL_CONDITIONS = ['cover_open', 'magnetic_field', 'tamper'] as const;
const SEAL_EVENTS_SHOWN = 100;

async function sealChecks(client: PoolClient, deviceId: string, since: string | undefined) {
  const { rows } = await client.query<{
    ts: number;
    event: string;
    state: 'active' | 'past' | 'cleared';
  }>(
    `SELECT ts, event, state FROM device_events WHERE device_id = $1 AND ($2::date IS NULL OR ts >= $2::date) AND state <> 'cleared'
      ORDER BY ts DESC, id DESC LIMIT 1000`,
    [deviceId, since ?? null],
  );
  return rows
    .flatMap(({ ts, event, state }) => {
      const { condition } = eventNameOf(event, state);
      const known = SEAL_CONDITIONS.find((one) => one === condition);
      return known === undefined
        ? []
        : [{ ts: formatTimestamp(ts), event, condition: known, state }];
    })
    .slice(0, SEAL_EVENTS_SHOWN);
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
    const { tenant } = principal;
    const id = params.device_id;
    const { rows } = await client.query<Pick<LegalStateRow, 'kind' | 'serial' | 'address'>>(
      'SELECT kind, serial, address FROM devices WHERE device_id = $1',
      [id],
    );
    const [device] = rows;
    const facts = (await readLegalFacts(client, tenant, [id])).get(id);
    if (device === undefined || facts === undefined) throw notFound('device', id);
    const { rules, today } = await readLegalFrame(client, tenant);
    const standing = legalStanding(facts, today, rules);
    const { verifiedOn } = standing;
    return {
      device_id: id,
      ...device,
      status: statusOn(standing, today),
      state: standing.state,
      verified_on: verifiedOn ?? null,
      due_on: standing.dueOn ?? null,
      due_precision: standing.precision ?? null,
      due_earliest: standing.dueEarliest ?? null,
      due_latest: standing.dueLatest ?? null,
      provisional_due_on: standing.provisionalDueOn ?? null,
      provisional_latest_on: standing.provisionalLatestOn ?? null,
      since: standing.since ?? null,
      reasons: [...standing.reasons],
      rules: standing.rules.map((rule) => rule.id),
      rules_used: standing.rules.map((rule) => ({
        id: rule.id,
        status: rule.status,
        basis: rule.basis,
        months: rule.months ?? null,
        source: rule.source,
        note: rule.note ?? null,
        ends: verifiedOn === undefined ? [] : [...endsBy(rule, verifiedOn)],
      })),
      seal_checks: await sealChecks(client, id, verifiedOn),
    };
  });
}

/** `YYYY-MM` of the day and of the months after it. */
function monthsFrom(today: string): string[] {
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, index) =>
    new Date(Date.UTC(year, month - 1 + index, 1)).toISOString().slice(0, 7),
  );
}
