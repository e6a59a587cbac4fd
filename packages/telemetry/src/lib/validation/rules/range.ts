import { QUALITY } from '../quality-codes.ts';
import type {
  ChannelFacts,
  SeriesColumns,
  ValidationException,
  ValidationRuleName,
} from '../validation-types.ts';
import type { ValidationRules } from '../validation-rules.ts';

/** Tells values that can be none; undefined: every number is one. */
export function valueTest(
  { quantity, kind }: ChannelFacts,
  { range, error_code: errors }: ValidationRules,
): ((value: number) => ValidationRuleName | undefined) | undefined {
  if (kind === 'register') return undefined;
  const limits = range.enabled ? range.limits[quantity] : undefined;
  const codes = errors.enabled ? errors.values : [];
  if (limits === undefined && codes.length === 0) return undefined;
  const [low, high] = limits ?? [-Infinity, Infinity];
  // most values are below the smallest code: they are not looked for in the list
  const smallest = Math.min(...codes.map(Math.abs));
  return (value) => {
    if (Math.abs(value) >= smallest && codes.includes(value)) return 'error_code';
    return value < low || value > high ? 'range' : undefined;
  };
}

/** Values outside of what the quantity can be, and codes that stand for an error. Whether there is any. */
export function checkRange(
  { length, tsUs, value }: SeriesColumns,
  facts: ChannelFacts,
  rules: ValidationRules,
  untilUs: number,
  found: ValidationException[],
): boolean {
  const test = valueTest(facts, rules);
  if (test === undefined) return false;
  const limits = rules.range.limits[facts.quantity];
  const before = found.length;
  let last: ValidationRuleName | undefined;
  for (let k = 0; k < length; k++) {
    const v = value[k] ?? Number.NaN;
    if (Number.isNaN(v)) continue;
    const atUs = tsUs[k] ?? 0;
    if (atUs > untilUs) break;
    const rule = test(v);
    const current = found.at(-1);
    if (rule !== undefined && rule === last && current !== undefined)
      found[found.length - 1] = { ...current, toUs: atUs };
    else if (rule !== undefined)
      found.push({
        rule,
        severity: rule === 'range' ? rules.range.severity : rules.error_code.severity,
        code: rule === 'range' ? QUALITY.outsideRange : QUALITY.errorCode,
        fromUs: atUs,
        toUs: atUs,
        marks: true,
        value: v,
        expected:
          rule === 'range' ? ((v < 0 ? limits?.[0] : limits?.[1]) ?? Number.NaN) : Number.NaN,
      });
    last = rule;
  }
  return found.length > before;
}
