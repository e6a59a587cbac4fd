import { refreshMarked } from './legal-states.ts';
import type { Queryable } from './pools.ts';

/** Rows of one statement: their text is handed on as it is, to whoever reads it. */
const CHUNK = 20_000;
/** Devices whose legal state is worked out first, where it waits to be; more than that is the work of the analysis. */
const WORKED_OUT_AT_ONCE = 5000;

/** What a plan must know of a device; numbers, dates `YYYY-MM-DD` and names as the database has them. */
export interface PlanCandidateRow {
  readonly device_id: string;
  readonly kind: string;
  readonly serial: string | null;
  readonly manufacturer: string | null;
  readonly model: string | null;
  readonly accuracy_class: string | null;
  readonly nominal: string | null;
  readonly built_year: number | null;
  readonly verified_on: string | null;
  readonly address: string | null;
  readonly lat: number | null;
  readonly lon: number | null;
  readonly group_id: string | null;
  readonly indication: string | null;
  readonly recommendation: string | null;
  readonly error_estimate: number | null;
  readonly standard_error: number | null;
  readonly limit: number | null;
  readonly probability_over_limit: number | null;
  readonly probability_drifted: number | null;
  readonly offset_unit: string | null;
  readonly mean_load: number | null;
  readonly legal_state: string;
  readonly due_on: string | null;
}

/** Where nothing was worked out of a device yet: the last day of validity that is published or registered. */
const LEGAL = `CASE WHEN s.device_id IS NULL AND h.legal_status IN ('void', 'not_regulated') THEN h.legal_status
            WHEN s.device_id IS NULL THEN CASE WHEN coalesce(h.valid_until, d.valid_until) IS NULL THEN 'unknown' ELSE 'dated' END
            WHEN s.state = 'dated' AND s.due_on IS NULL THEN 'unknown'
            ELSE s.state END AS legal_state,
       CASE WHEN s.device_id IS NULL THEN coalesce(h.valid_until, d.valid_until)
            WHEN s.state = 'dated' THEN s.due_on END AS due_on`;
const STANDING = 'LEFT JOIN legal_states s ON s.tenant = d.tenant AND s.device_id = d.device_id';

// Of sensors with several quantities the one that needs attention most.
const HEALTH = `LEFT JOIN LATERAL (
      SELECT h.* FROM health h WHERE h.tenant = d.tenant AND h.device_id = d.device_id
       ORDER BY CASE h.recommendation WHEN 'reverify' THEN 0 WHEN 'inspect' THEN 1 WHEN 'watch' THEN 2 ELSE 3 END,
                h.probability_drifted DESC NULLS LAST, h.quantity LIMIT 1) h ON true`;

const GROUP = `coalesce((SELECT m.group_id FROM members m
                  WHERE m.tenant = d.tenant AND m.device_id = d.device_id AND m.valid_from <= now() AND m.valid_to > now()
                  ORDER BY m.group_id LIMIT 1), h.group_id)`;

/**
 * All devices that can be verified and are not ordered already, as JSON texts of arrays of `PlanCandidateRow`, by device id: a fleet is
 * large, and it is another thread that reads it.
 */
export async function readPlanCandidates(db: Queryable, tenant: string): Promise<string[]> {
  await refreshMarked(db, tenant, WORKED_OUT_AT_ONCE);
  const chunks: string[] = [];
  let after = '';
  for (;;) {
    // oxlint-disable-next-line no-await-in-loop -- each page begins where the last one ended
    const { rows } = await db.query<{ chunk: string | null; last: string | null; count: number }>(
      `SELECT json_agg(c ORDER BY c.device_id)::text AS chunk, max(c.device_id) AS last, count(*)::integer AS count
         FROM (SELECT d.device_id, d.kind, d.serial, d.manufacturer, d.model, d.accuracy_class, d.nominal, d.built_year, d.verified_on,
                      d.address, d.lat, d.lon, ${GROUP} AS group_id,
                      h.indication, h.recommendation, h.error_estimate, h.standard_error, h."limit", h.probability_over_limit,
                      h.probability_drifted, h.offset_unit, h.mean_load, ${LEGAL}
                 FROM devices d ${HEALTH} ${STANDING}
                WHERE d.tenant = $1 AND d.device_id > $2 AND d.kind <> 'gateway'
                      AND NOT EXISTS (SELECT FROM plan_items i
                                       WHERE i.tenant = d.tenant AND i.device_id = d.device_id AND i.state = 'ordered')
                ORDER BY d.device_id LIMIT $3) c`,
      [tenant, after, CHUNK],
    );
    const [row] = rows;
    if (row?.chunk == null || row.last === null) return chunks;
    chunks.push(row.chunk);
    if (row.count < CHUNK) return chunks;
    after = row.last;
  }
}

/** Results there are of each lot. */
export async function readLotResults(
  db: Queryable,
  tenant: string,
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await db.query<{ lot: string; verified: number }>(
    'SELECT lot, max(verified) AS verified FROM lot_health WHERE tenant = $1 AND verified > 0 GROUP BY lot',
    [tenant],
  );
  return new Map(rows.map(({ lot, verified }) => [lot, verified]));
}

export interface DueFilter {
  readonly kinds?: readonly string[] | undefined;
  readonly areas?: readonly string[] | undefined;
}

export interface DueDates {
  /** Last days of validity, and how many devices have each. */
  readonly dated: ReadonlyMap<string, number>;
  readonly void: number;
  readonly notRegulated: number;
  readonly unknown: number;
}

/** How many devices are due when. */
export async function readDueDates(
  db: Queryable,
  tenant: string,
  { kinds, areas }: DueFilter,
): Promise<DueDates> {
  await refreshMarked(db, tenant, WORKED_OUT_AT_ONCE);
  const { rows } = await db.query<{ legal_state: string; due_on: string | null; devices: number }>(
    `SELECT legal_state, CASE WHEN legal_state = 'dated' THEN due_on END AS due_on, count(*)::integer AS devices
       FROM (SELECT ${GROUP} AS group_id, ${LEGAL}
               FROM devices d ${HEALTH} ${STANDING}
              WHERE d.tenant = $1 AND CASE WHEN $2::text[] IS NULL THEN d.kind IN ('electricity_meter', 'water_meter', 'heat_meter')
                                           ELSE d.kind = ANY ($2) END) c
      WHERE $3::text[] IS NULL OR group_id = ANY ($3)
      GROUP BY 1, 2`,
    [tenant, kinds ?? null, areas ?? null],
  );
  const count = (state: string): number =>
    rows.reduce((sum, row) => (row.legal_state === state ? sum + row.devices : sum), 0);
  return {
    dated: new Map(
      rows.flatMap(({ due_on: dueOn, devices }) => (dueOn === null ? [] : [[dueOn, devices]])),
    ),
    void: count('void'),
    notRegulated: count('not_regulated'),
    unknown: count('unknown'),
  };
}
