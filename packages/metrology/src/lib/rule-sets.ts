import type { CycleRule } from './cycle-rule.ts';
import { CHINA } from './rule-sets/china.ts';
import { GERMANY } from './rule-sets/germany.ts';
import { GREAT_BRITAIN } from './rule-sets/great-britain.ts';
import { NORTH_CAROLINA_AWWA } from './rule-sets/united-states.ts';
import { VIETNAM } from './rule-sets/vietnam.ts';

/** Whose law a tenant is under. */
export const RULE_SET_NAMES = ['VN', 'DE', 'GB', 'US-NC', 'CN'] as const;
export type RuleSetName = (typeof RULE_SET_NAMES)[number];

export const DEFAULT_RULE_SET: RuleSetName = 'VN';

/** Built-in rows by country or state, ISO 3166. */
export const RULE_SETS: Readonly<Record<RuleSetName, readonly CycleRule[]>> = {
  VN: VIETNAM,
  DE: GERMANY,
  GB: GREAT_BRITAIN,
  'US-NC': NORTH_CAROLINA_AWWA,
  CN: CHINA,
};

const NAMES: ReadonlySet<string> = new Set(RULE_SET_NAMES);
export const isRuleSetName = (text: string): text is RuleSetName => NAMES.has(text);

/** Ids of built-in rows begin with the country; those of rows of a tenant may not. */
export const isBuiltInRuleId = (id: string): boolean => /^[a-z]{2}-/.test(id);

/** The rows that a tenant is judged by: those of its rule set, and its own, which may replace some of them. */
export const rulesOfTenant = (
  ruleSet: RuleSetName,
  own: readonly CycleRule[],
): readonly CycleRule[] => [...RULE_SETS[ruleSet], ...own];
