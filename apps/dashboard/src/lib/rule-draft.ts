import type { LegalRuleInput, LegalRuleItem } from '@verimeter/api-schema';
import {
  CONNECTIONS,
  type CycleRule,
  INSTRUMENT_CATEGORIES,
  isBuiltInRuleId,
  RULE_BASES,
  TECHNOLOGIES,
} from '@verimeter/metrology';
import { isIdentifier } from '@verimeter/telemetry';

/** What a row is shown from: of the API, or built in for a country that the tenant is not under. */
export type RuleRow = Pick<
  LegalRuleItem,
  | 'id'
  | 'category'
  | 'technology'
  | 'phases'
  | 'connection'
  | 'accuracy_classes'
  | 'nominals'
  | 'basis'
  | 'months'
  | 'other_months'
  | 'ends_with'
  | 'from'
  | 'to'
  | 'source'
  | 'status'
  | 'note'
  | 'replaces'
  | 'replaced_by'
  | 'entered_by'
  | 'entered_at'
>;

/** A built-in row as the API would list it. */
export function rowOf(rule: CycleRule): RuleRow {
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
    replaced_by: [],
    entered_by: null,
    entered_at: null,
  };
}

/** A rule of the tenant while it is being written. */
export interface RuleDraft {
  readonly id: string;
  readonly category: string;
  readonly technology: string;
  readonly phases: string;
  readonly connection: string;
  readonly classes: string;
  readonly nominals: readonly string[] | null;
  readonly basis: string;
  readonly months: string;
  readonly endsWithYear: boolean;
  readonly from: string;
  readonly to: string;
  readonly source: string;
  readonly isConfirmed: boolean;
  readonly note: string;
  readonly replaces: string | null;
}

export const NEW_RULE: RuleDraft = {
  id: '',
  category: 'electricity_meter',
  technology: '',
  phases: '',
  connection: '',
  classes: '',
  nominals: null,
  basis: 'cycle',
  months: '',
  endsWithYear: false,
  from: '',
  to: '',
  source: '',
  isConfirmed: false,
  note: '',
  replaces: null,
};

/** A row that is edited. */
export const draftOfRule = (row: RuleRow): RuleDraft => ({
  id: row.id,
  category: row.category,
  technology: row.technology ?? '',
  phases: row.phases === null ? '' : String(row.phases),
  connection: row.connection ?? '',
  classes: (row.accuracy_classes ?? []).join(', '),
  nominals: row.nominals,
  basis: row.basis,
  months: row.months === null ? '' : String(row.months),
  endsWithYear: row.ends_with === 'year',
  from: row.from ?? '',
  to: row.to ?? '',
  source: row.source,
  isConfirmed: row.status === 'confirmed',
  note: row.note ?? '',
  replaces: row.replaces,
});

/** A row of the tenant in the place of a built-in one: as that one says, until it is changed. */
export const draftInPlaceOf = (row: RuleRow): RuleDraft => ({
  ...draftOfRule(row),
  id: `own-${row.id}`,
  // A row that was not read has no cycle yet; that is what is to be entered.
  basis: row.basis === 'not_read' ? 'cycle' : row.basis,
  isConfirmed: false,
  // Whoever replaces a row that was not read has read another text.
  ...(row.status === 'unverified' ? { source: '', note: '' } : {}),
  replaces: row.id,
});

export type RuleProblem = 'required' | 'monthsProblem' | 'periodProblem' | 'idProblem';

/** The body for the API, and what of the draft cannot be right. */
export function readRule(draft: RuleDraft): {
  readonly input: LegalRuleInput;
  readonly problems: readonly { readonly field: string; readonly code: RuleProblem }[];
} {
  const problems: { field: string; code: RuleProblem }[] = [];
  const id = draft.id.trim();
  if (!isIdentifier(id) || isBuiltInRuleId(id)) problems.push({ field: 'id', code: 'idProblem' });
  if (draft.source.trim() === '') problems.push({ field: 'source', code: 'required' });
  const months = /^\d{1,4}$/.test(draft.months.trim()) ? Number(draft.months) : 0;
  const isCycle = draft.basis === 'cycle';
  if (isCycle && (months < 1 || months > 1200))
    problems.push({ field: 'months', code: 'monthsProblem' });
  if (draft.from !== '' && draft.to !== '' && draft.to < draft.from)
    problems.push({ field: 'to', code: 'periodProblem' });
  const classes = draft.classes
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '');
  const input: LegalRuleInput = {
    category: INSTRUMENT_CATEGORIES.find((one) => one === draft.category) ?? 'electricity_meter',
    technology: TECHNOLOGIES.find((one) => one === draft.technology) ?? null,
    phases: draft.phases === '1' ? 1 : draft.phases === '3' ? 3 : null,
    connection: CONNECTIONS.find((one) => one === draft.connection) ?? null,
    accuracy_classes: classes.length === 0 ? null : classes,
    nominals: draft.nominals === null ? null : [...draft.nominals],
    basis: RULE_BASES.find((one) => one === draft.basis) ?? 'cycle',
    months: isCycle ? months : null,
    ends_with: draft.endsWithYear && isCycle ? 'year' : 'day',
    from: draft.from === '' ? null : draft.from,
    to: draft.to === '' ? null : draft.to,
    source: draft.source.trim(),
    status: draft.isConfirmed ? 'confirmed' : 'unverified',
    note: draft.note.trim() === '' ? null : draft.note.trim(),
    replaces: draft.replaces,
  };
  return { input, problems };
}
