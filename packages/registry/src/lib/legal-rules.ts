import {
  type CycleRule,
  DEFAULT_RULE_SET,
  type RuleSetName,
  isRuleSetName,
  rulesOfTenant,
} from '@verimeter/metrology';
import type { Queryable } from './pools.ts';

/** Who entered something: a key of the API, or whoever ran a command. */
export interface Person {
  readonly id: string;
  readonly name: string | null;
}

/** A row that a tenant entered, one version of it. */
export interface TenantRule {
  readonly rule: CycleRule;
  readonly version: number;
  readonly enteredBy: Person;
  readonly enteredUs: number;
  readonly withdrawnBy: Person | undefined;
  readonly withdrawnUs: number | undefined;
}

interface RuleRow {
  rule_id: string;
  version: number;
  category: CycleRule['category'];
  technology: CycleRule['technology'] | null;
  phases: 1 | 3 | null;
  connection: CycleRule['connection'] | null;
  accuracy_classes: string[] | null;
  nominals: string[] | null;
  basis: CycleRule['basis'];
  months: number | null;
  ends_with: 'day' | 'year';
  in_force_from: string | null;
  in_force_to: string | null;
  source: string;
  status: CycleRule['status'];
  note: string | null;
  replaces: string | null;
  entered_by: string;
  entered_by_name: string | null;
  entered_at: number;
  withdrawn_by: string | null;
  withdrawn_by_name: string | null;
  withdrawn_at: number | null;
}

/** Without the fields that are null: absent and null say the same here. */
function given<T extends object>(fields: T): { [K in keyof T]?: NonNullable<T[K]> } {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the entries that are left are those that are there
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== null)) as {
    [K in keyof T]?: NonNullable<T[K]>;
  };
}

const toTenantRule = (row: RuleRow): TenantRule => ({
  rule: {
    id: row.rule_id,
    category: row.category,
    basis: row.basis,
    source: row.source,
    status: row.status,
    ...(row.ends_with === 'year' ? { endsWith: 'year' } : {}),
    ...given({
      technology: row.technology ?? null,
      phases: row.phases,
      connection: row.connection ?? null,
      accuracyClasses: row.accuracy_classes,
      nominals: row.nominals,
      months: row.months,
      from: row.in_force_from,
      to: row.in_force_to,
      note: row.note,
      replaces: row.replaces,
    }),
  },
  version: row.version,
  enteredBy: { id: row.entered_by, name: row.entered_by_name },
  enteredUs: row.entered_at,
  withdrawnBy:
    row.withdrawn_by === null ? undefined : { id: row.withdrawn_by, name: row.withdrawn_by_name },
  withdrawnUs: row.withdrawn_at ?? undefined,
});

/** All versions of a tenant's own rows, by id, the latest first. */
export async function readTenantRules(client: Queryable, tenant: string): Promise<TenantRule[]> {
  const { rows } = await client.query<RuleRow>(
    'SELECT * FROM legal_rules WHERE tenant = $1 ORDER BY rule_id, version DESC',
    [tenant],
  );
  return rows.map(toTenantRule);
}

/** Of each row the version that counts; those that were withdrawn do not. */
export const rulesThatCount = (versions: readonly TenantRule[]): TenantRule[] => {
  const latest = new Map<string, TenantRule>();
  for (const version of versions)
    if (!latest.has(version.rule.id)) latest.set(version.rule.id, version);
  return [...latest.values()].filter(({ withdrawnUs }) => withdrawnUs === undefined);
};

export async function readRuleSetName(client: Queryable, tenant: string): Promise<RuleSetName> {
  const { rows } = await client.query<{ rule_set: string }>(
    'SELECT rule_set FROM tenants WHERE tenant = $1',
    [tenant],
  );
  const name = rows[0]?.rule_set ?? DEFAULT_RULE_SET;
  if (!isRuleSetName(name))
    throw new Error(`tenant ${tenant} has the rule set ${name}, which this version does not know`);
  return name;
}

/** What the devices of a tenant are judged by. */
export async function readCycleRules(
  client: Queryable,
  tenant: string,
): Promise<readonly CycleRule[]> {
  const name = await readRuleSetName(client, tenant);
  const own = await readTenantRules(client, tenant);
  return rulesOfTenant(
    name,
    rulesThatCount(own).map(({ rule }) => rule),
  );
}

export async function setRuleSet(
  client: Queryable,
  tenant: string,
  name: RuleSetName,
): Promise<void> {
  await client.query('UPDATE tenants SET rule_set = $2 WHERE tenant = $1', [tenant, name]);
}

/** Another version of a row, or its first one. */
export async function writeTenantRule(
  client: Queryable,
  tenant: string,
  rule: CycleRule,
  by: Person,
): Promise<TenantRule> {
  // Two that write versions of one row wait for each other.
  await client.query(
    `SELECT pg_advisory_xact_lock(hashtextextended('verimeter.legal_rules ' || $1, 0))`,
    [tenant],
  );
  const { rows } = await client.query<RuleRow>(
    `INSERT INTO legal_rules (tenant, rule_id, version, category, technology, phases, connection, accuracy_classes, nominals, basis, months,
                              ends_with, in_force_from, in_force_to, source, status, note, replaces, entered_by, entered_by_name)
     SELECT $1, $2, coalesce(max(version), 0) + 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19
       FROM legal_rules WHERE tenant = $1 AND rule_id = $2
     RETURNING *`,
    [
      tenant,
      rule.id,
      rule.category,
      rule.technology ?? null,
      rule.phases ?? null,
      rule.connection ?? null,
      rule.accuracyClasses ?? null,
      rule.nominals ?? null,
      rule.basis,
      rule.months ?? null,
      rule.endsWith ?? 'day',
      rule.from ?? null,
      rule.to ?? null,
      rule.source,
      rule.status,
      rule.note ?? null,
      rule.replaces ?? null,
      by.id,
      by.name,
    ],
  );
  const [row] = rows;
  if (row === undefined) throw new Error('no version of the rule was written');
  return toTenantRule(row);
}

/** Whether there was a row that counted. */
export async function withdrawTenantRule(
  client: Queryable,
  tenant: string,
  ruleId: string,
  by: Person,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE legal_rules SET withdrawn_by = $3, withdrawn_by_name = $4, withdrawn_at = now()
      WHERE tenant = $1 AND rule_id = $2 AND withdrawn_at IS NULL
        AND version = (SELECT max(version) FROM legal_rules WHERE tenant = $1 AND rule_id = $2)`,
    [tenant, ruleId, by.id, by.name],
  );
  return rowCount === 1;
}
