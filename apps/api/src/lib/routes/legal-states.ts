import { type LegalStatus, eventNameOf, formatTimestamp } from '@verimeter/telemetry';
import { DUE_SOON_DAYS, addDays, endsBy, legalStanding } from '@verimeter/metrology';
import {
  type PoolClient,
  countPending,
  readLegalFacts,
  readLegalFrame,
  readToday,
  refreshMarked,
} from '@verimeter/registry';
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { ApiContext } from '../context.ts';
import { LEGAL_STATE_COLUMNS, type LegalStateRow, toLegalState } from '../legal-items.ts';
import { mountTenantOperation } from '../mount-operation.ts';
import { pageOf } from '../paging.ts';
import { notFound } from '../problem-error.ts';

/** So many standings that somebody left to be worked out are worked out by a reader. */
const BY_A_READER = 2000;
const MONTHS = 24;

/** The status on a day $1, and the first day that is not `due_soon` any more, $2: as `statusOn` of the package metrology. */
const STATUS = `
  CASE WHEN s.state <> 'dated' THEN s.state
       WHEN s.due_latest < $1 THEN 'expired'
       WHEN s.due_earliest >= $1 AND s.due_latest < $2 THEN 'due_soon'
       WHEN s.due_earliest >= $2 THEN 'valid'
       ELSE 'unknown' END`;
const SELECTED = `
  ($3::text[] IS NULL OR d.kind = ANY ($3))
  AND ($4::text IS NULL OR EXISTS (
        SELECT FROM members m WHERE m.tenant = s.tenant AND m.device_id = s.device_id AND m.group_id = $4
                                AND m.valid_from <= now() AND now() < m.valid_to))`;

/** Devices without any day come last, by id: behind the last day there is. */
const NO_DAY = 'infinity';
const afterState = z.tuple([z.string(), z.string()]);

async function frameOf(client: PoolClient, tenant: string) {
  await refreshMarked(client, tenant, BY_A_READER);
  const today = await readToday(client, tenant);
  return { today, later: addDays(today, DUE_SOON_DAYS + 1) };
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
    const { today, later } = await frameOf(client, tenant);
    const day = query.provisional === 'false' ? 's.due_earliest' : 's.earliest_on';
    const { rows } = await client.query<LegalStateRow & { earliest_on: string | null }>(
      `SELECT ${LEGAL_STATE_COLUMNS}, s.earliest_on
         FROM legal_states s JOIN devices d USING (tenant, device_id)
        WHERE ${SELECTED}
          AND ($5::text[] IS NULL OR ${STATUS} = ANY ($5))
          AND ($6::date IS NULL OR ${day} >= $6) AND ($7::date IS NULL OR ${day} < $7)
          AND ($8::date IS NULL OR (coalesce(s.earliest_on, '${NO_DAY}'), s.device_id) > ($8, $9))
        ORDER BY coalesce(s.earliest_on, '${NO_DAY}'), s.device_id LIMIT $10`,
      [
        today,
        later,
        query.kind ?? null,
        query.group ?? null,
        query.status ?? null,
        query.due_from ?? null,
        query.due_before ?? null,
        page.after?.[0] ?? null,
        page.after?.[1] ?? null,
        page.limit + 1,
      ],
    );
    return page.of(
      rows,
      (row) => toLegalState(row, today),
      (row) => [row.earliest_on ?? NO_DAY, row.device_id],
    );
  });

  mountTenantOperation(app, context, 'getLegalSummary', async (client, { principal, query }) => {
    const { tenant } = principal;
    const { today, later } = await frameOf(client, tenant);
    const { rows } = await client.query<{
      status: LegalStatus;
      month: string | null;
      provisional: boolean;
      overdue: boolean;
      devices: number;
    }>(
      `SELECT ${STATUS} AS status, to_char(s.earliest_on, 'YYYY-MM') AS month, s.due_earliest IS NULL AS provisional,
              coalesce(s.due_earliest < $1, false) AS overdue, count(*) AS devices
         FROM legal_states s${
           query.kind === undefined ? '' : ' JOIN devices d USING (tenant, device_id)'
         }
        WHERE ${query.kind === undefined ? SELECTED.replace('d.kind', "''") : SELECTED}
        GROUP BY 1, 2, 3, 4`,
      [today, later, query.kind ?? null, query.group ?? null],
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
    const row = {
      device_id: id,
      ...device,
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
    };
    return {
      ...toLegalState(row, today),
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
