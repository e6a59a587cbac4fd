import {
  type CycleRule,
  RULE_SETS,
  RULE_SET_NAMES,
  type RuleSetName,
  isBuiltInRuleId,
} from '@verimeter/metrology';
import type { LegalRuleInput } from './legal.ts';

/** Of any rule set: a tenant may prepare for another one. */
const isBuiltIn = (id: string): boolean =>
  RULE_SET_NAMES.some((name: RuleSetName) => RULE_SETS[name].some((rule) => rule.id === id));

/** The rule that a tenant enters under an id, or what is wrong with it. */
export function toCycleRule(
  id: string,
  input: LegalRuleInput,
):
  | { readonly kind: 'rule'; readonly rule: CycleRule }
  | {
      readonly kind: 'refused';
      readonly problems: { readonly field: string; readonly message: string }[];
    } {
  const problems: { field: string; message: string }[] = [];
  if (isBuiltInRuleId(id))
    problems.push({
      field: 'id',
      message:
        'begins as the ids of built-in rules do (two small letters and a hyphen); give another id, and name the built-in rule in `replaces`',
    });
  if (input.replaces !== null && !isBuiltIn(input.replaces))
    problems.push({
      field: 'replaces',
      message: 'is no built-in rule; list the rules to see them',
    });
  if (problems.length > 0) return { kind: 'refused', problems };
  return {
    kind: 'rule',
    rule: {
      id,
      category: input.category,
      basis: input.basis,
      source: input.source,
      status: input.status,
      endsWith: input.ends_with,
      ...(input.technology === null ? {} : { technology: input.technology }),
      ...(input.phases === null ? {} : { phases: input.phases }),
      ...(input.connection === null ? {} : { connection: input.connection }),
      ...(input.accuracy_classes === null ? {} : { accuracyClasses: input.accuracy_classes }),
      ...(input.nominals === null ? {} : { nominals: input.nominals }),
      ...(input.months === null ? {} : { months: input.months }),
      ...(input.from === null ? {} : { from: input.from }),
      ...(input.to === null ? {} : { to: input.to }),
      ...(input.note === null ? {} : { note: input.note }),
      ...(input.replaces === null ? {} : { replaces: input.replaces }),
    },
  };
}
