import type { DeviceLegalState } from '@verimeter/api-schema';
import { endsBy, legalStanding, statusOn } from '@verimeter/metrology';
import {
  type LegalStateRow,
  type PoolClient,
  readLegalFacts,
  readLegalFrame,
} from '@verimeter/registry';
import { eventNameOf, formatTimestamp } from '@verimeter/telemetry';

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

/** How a device stands today, with the rules used; undefined: the tenant has no such device. */
export async function readDeviceLegalState(
  client: PoolClient,
  tenant: string,
  id: string,
): Promise<DeviceLegalState | undefined> {
  const { rows } = await client.query<Pick<LegalStateRow, 'kind' | 'serial' | 'address'>>(
    'SELECT kind, serial, address FROM devices WHERE device_id = $1',
    [id],
  );
  const [device] = rows;
  const facts = (await readLegalFacts(client, tenant, [id])).get(id);
  if (device === undefined || facts === undefined) return undefined;
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
}
