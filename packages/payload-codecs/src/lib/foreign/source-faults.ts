/** What can be wrong with a source, and how to mend it, in English. The values are of the source itself. */
const TEXTS = {
  filter_empty: () => 'is empty',
  filter_long: (most) => `has more than ${most} characters`,
  filters_many: (most) => `has more than ${most} filters`,
  filters_twice: (one, other) =>
    `${one} and ${other} match the same topics, whose messages a broker may bring twice; leave one out`,
  filter_nul: () => 'holds a NUL character',
  filter_dollar: () => 'begins with $, where only the broker itself publishes',
  filter_hash: () => '# stands for all further levels: alone and at the end',
  filter_plus: () => '+ stands for one whole level',
  filter_native: (native) =>
    `matches topics of ${native}, which are Verimeter's own and need no source`,
  filter_overlap: (name, filter, rank) =>
    `matches topics that source ${name} (${filter}) takes as well; give the one that is to have them a lower rank than ${rank}`,
  filter_foreign: () =>
    'matches topics that a source of another tenant takes; narrow it to your own topics',
  dialect_unknown: (name, known) => `there is no dialect ${name}; there are ${known}`,
  option_none: (dialect) => `is no option of ${dialect}; it has none`,
  option_unknown: (dialect, known) => `is no option of ${dialect}; it has ${known}`,
  rule_braces: () => 'only {id} and {topic:N}, N from 1 to 99, are known between braces',
  rule_same: () => 'holds neither {id} nor {topic:N}: all devices would be one',
  rule_characters: () =>
    'beside {id} and {topic:N} only letters, digits and . _ : @ - may stand in a device id',
  zone_unknown: (zone) => `${zone} is no zone such as Asia/Ho_Chi_Minh or +07:00`,
  quantity_unknown: (quantity) => `${quantity} is not in the quantity catalogue`,
  unit_missing: (quantity) => `${quantity} needs a unit`,
  unit_wrong: (quantity, unit) => `${quantity} cannot be in ${unit}`,
} as const satisfies Readonly<Record<string, (...values: readonly string[]) => string>>;

export type SourceFaultCode = keyof typeof TEXTS;

/** Something that is wrong with a field of a source. */
export interface SourceFault {
  readonly code: SourceFaultCode;
  readonly values: readonly string[];
  /** Of several filters the one that is meant. */
  readonly of?: string;
}

export const fault = (code: SourceFaultCode, ...values: readonly string[]): SourceFault => ({
  code,
  values,
});

/** The fault as a text, with the words of another language where they are given. */
export function faultText(
  { code, values, of }: SourceFault,
  texts: Readonly<Record<SourceFaultCode, (...values: readonly string[]) => string>> = TEXTS,
): string {
  const text = texts[code](...values);
  return of === undefined ? text : `${of}: ${text}`;
}
