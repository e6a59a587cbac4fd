import type { Queryable } from './pools.ts';

/** A rule set of a tenant. Never changed: another one is another version. */
export interface ValidationRuleSet {
  readonly version: number;
  /** Day (UTC) from whose readings on it holds, `YYYY-MM-DD`; null: since ever. */
  readonly effectiveFrom: string | null;
  /** As it was written: `validationRules` (api-schema) reads it. */
  readonly rules: unknown;
  readonly changedBy: string;
  /** Microseconds since 1970. */
  readonly changedUs: number;
  readonly reason: string;
}

interface RuleSetRow {
  version: number;
  effective_from: string;
  rules: unknown;
  changed_by: string;
  changed_at: number;
  reason: string;
}

const COLUMNS = 'version, effective_from, rules, changed_by, changed_at, reason';
const EVER = '-infinity';

const toRuleSet = (row: RuleSetRow): ValidationRuleSet => ({
  version: row.version,
  effectiveFrom: row.effective_from === EVER ? null : row.effective_from,
  rules: row.rules,
  changedBy: row.changed_by,
  changedUs: row.changed_at,
  reason: row.reason,
});

/** All rule sets of a tenant by version. Where there is none yet, `defaults` become the first one. */
export async function readRuleSets(
  client: Queryable,
  tenant: string,
  defaults: object,
): Promise<ValidationRuleSet[]> {
  const read = () =>
    client.query<RuleSetRow>(
      `SELECT ${COLUMNS} FROM validation_rule_sets WHERE tenant = $1 ORDER BY version`,
      [tenant],
    );
  const first = await read();
  if (first.rows.length > 0) return first.rows.map(toRuleSet);
  await client.query(
    `INSERT INTO validation_rule_sets (tenant, version, effective_from, rules, changed_by, reason)
     VALUES ($1, 1, '-infinity', $2, 'verimeter', 'what a tenant starts with') ON CONFLICT DO NOTHING`,
    [tenant, JSON.stringify(defaults)],
  );
  return (await read()).rows.map(toRuleSet);
}

/**
 * Adds a version: what `change` makes of the rules of the latest one. In a transaction: two that are added at once have two numbers, and
 * the later one is made of the earlier one.
 */
export async function addRuleSet(
  client: Queryable,
  tenant: string,
  defaults: object,
  set: Pick<ValidationRuleSet, 'effectiveFrom' | 'changedBy' | 'reason'> & {
    readonly change: (latest: unknown) => object;
  },
): Promise<ValidationRuleSet> {
  await client.query('SELECT pg_advisory_xact_lock(hashtext($1))', [`verimeter.rules.${tenant}`]);
  const latest = (await readRuleSets(client, tenant, defaults)).at(-1);
  const rules = set.change(latest?.rules);
  const { rows } = await client.query<RuleSetRow>(
    `INSERT INTO validation_rule_sets (tenant, version, effective_from, rules, changed_by, reason)
     SELECT $1, coalesce(max(version), 0) + 1, $2, $3, $4, $5 FROM validation_rule_sets WHERE tenant = $1
     RETURNING ${COLUMNS}`,
    [tenant, set.effectiveFrom ?? EVER, JSON.stringify(rules), set.changedBy, set.reason],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('a rule set was not written');
  return toRuleSet(row);
}

/** The rule set that a tenant's readings were held against last; undefined: they never were. */
export async function lastRulesVersion(
  client: Queryable,
  tenant: string,
): Promise<number | undefined> {
  const { rows } = await client.query<{ rules_version: number }>(
    'SELECT rules_version FROM validation_looks WHERE tenant = $1',
    [tenant],
  );
  return rows[0]?.rules_version;
}

/** Notes which rule set the first look at a tenant's readings held them against. */
export async function noteRulesVersion(
  client: Queryable,
  tenant: string,
  version: number,
): Promise<void> {
  await client.query(
    'UPDATE validation_looks SET rules_version = $2 WHERE tenant = $1 AND rules_version = 0',
    [tenant, version],
  );
}

/** Notes that readings from a day on (00:00 UTC; -Infinity: all) are to be held against another rule set. */
export async function takeRulesVersion(
  client: Queryable,
  tenant: string,
  version: number,
  fromUs: number,
): Promise<void> {
  const day = fromUs === -Infinity ? null : new Date(fromUs / 1000).toISOString().slice(0, 10);
  await client.query(
    `UPDATE validation_looks SET rules_version = $2,
            formed_until = CASE WHEN $3::date IS NULL THEN NULL ELSE least(formed_until, $3::date) END,
            forming_until = NULL, next_channel = NULL
      WHERE tenant = $1`,
    [tenant, version, day],
  );
}
