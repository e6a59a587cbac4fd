import type { LegalEventItem, LegalRuleItem } from '@verimeter/api-schema';
import { type CycleRule, type RuleSetName, RULE_SETS } from '@verimeter/metrology';
import type { LegalEventRow, TenantRule } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';

export function toLegalEvent(row: LegalEventRow): LegalEventItem {
  return {
    id: row.id,
    device_id: row.deviceId,
    kind: row.kind,
    on: row.on,
    note: row.note,
    entered_by: { id: row.enteredBy, name: row.enteredByName },
    entered_at: formatTimestamp(row.enteredUs),
    withdrawn:
      row.withdrawnUs === null
        ? null
        : {
            by: { id: row.withdrawnBy ?? '', name: row.withdrawnByName },
            at: formatTimestamp(row.withdrawnUs),
            reason: row.withdrawnReason ?? '',
          },
  };
}

function ruleItem(
  rule: CycleRule,
): Omit<LegalRuleItem, 'origin' | 'replaced_by' | 'entered_by' | 'entered_at' | 'version'> {
  return {
    id: rule.id,
    category: rule.category,
    technology: rule.technology ?? null,
    phases: rule.phases ?? null,
    connection: rule.connection ?? null,
    accuracy_classes: rule.accuracyClasses === undefined ? null : [...rule.accuracyClasses],
    nominals: rule.nominals === undefined ? null : [...rule.nominals],
    basis: rule.basis,
    months: rule.months ?? null,
    other_months: [...(rule.otherMonths ?? [])],
    ends_with: rule.endsWith ?? 'day',
    from: rule.from ?? null,
    to: rule.to ?? null,
    source: rule.source,
    status: rule.status,
    note: rule.note ?? null,
    replaces: rule.replaces ?? null,
  };
}

/** A tenant's own row. */
export const toTenantRuleItem = ({
  rule,
  version,
  enteredBy,
  enteredUs,
}: TenantRule): LegalRuleItem => ({
  ...ruleItem(rule),
  origin: 'tenant',
  replaced_by: [],
  entered_by: { ...enteredBy },
  entered_at: formatTimestamp(enteredUs),
  version,
});

/** The rows of a rule set with what replaces them, then those of the tenant. */
export function toRuleList(ruleSet: RuleSetName, own: readonly TenantRule[]): LegalRuleItem[] {
  const builtIn = RULE_SETS[ruleSet].map((rule): LegalRuleItem => ({
    ...ruleItem(rule),
    origin: 'built_in',
    replaced_by: own
      .filter((other) => other.rule.replaces === rule.id)
      .map(({ rule: { id, from, to } }) => ({ id, from: from ?? null, to: to ?? null })),
    entered_by: null,
    entered_at: null,
    version: null,
  }));
  return [...builtIn, ...own.map(toTenantRuleItem)];
}
