import type { LegalEventItem, LegalRuleItem, LegalStateItem } from '@verimeter/api-schema';
import { type CycleRule, type RuleSetName, RULE_SETS, statusOn } from '@verimeter/metrology';
import type { LegalEventRow, TenantRule } from '@verimeter/registry';
import { formatTimestamp } from '@verimeter/telemetry';

/** A row of `legal_states` with what is shown of its device. */
export type LegalStateRow = Omit<LegalStateItem, 'status'>;

export const LEGAL_STATE_COLUMNS = `s.device_id, d.kind, d.serial, d.address, s.state, s.verified_on, s.due_on, s.due_precision, s.due_earliest,
  s.due_latest, s.provisional_due_on, s.provisional_latest_on, s.since, s.reasons, s.rules`;

export const toLegalState = (row: LegalStateRow, today: string): LegalStateItem => ({
  device_id: row.device_id,
  kind: row.kind,
  serial: row.serial,
  address: row.address,
  status: statusOn(
    {
      state: row.state,
      ...(row.due_earliest === null ? {} : { dueEarliest: row.due_earliest }),
      ...(row.due_latest === null ? {} : { dueLatest: row.due_latest }),
    },
    today,
  ),
  state: row.state,
  verified_on: row.verified_on,
  due_on: row.due_on,
  due_precision: row.due_precision,
  due_earliest: row.due_earliest,
  due_latest: row.due_latest,
  provisional_due_on: row.provisional_due_on,
  provisional_latest_on: row.provisional_latest_on,
  since: row.since,
  reasons: row.reasons,
  rules: row.rules,
});

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
