import { DEFAULT_VALIDATION_RULES, type ValidationRules } from './validation-rules.ts';

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** A rule set as somebody changes it: parameters that are left out stay as they are. The result is to be checked. */
export function mergeRules(current: ValidationRules, change: unknown): unknown {
  if (!isRecord(change)) return change;
  const merged: Record<string, unknown> = { ...current };
  for (const [name, value] of Object.entries(change)) {
    const own = merged[name];
    merged[name] = isRecord(own) && isRecord(value) ? { ...own, ...value } : value;
  }
  return merged;
}

/** A rule set as it is stored, which was checked before it was; rules that came later than it have their defaults. */
export const storedRules = (stored: unknown): ValidationRules =>
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- checked when it was written
  mergeRules(DEFAULT_VALIDATION_RULES, stored) as ValidationRules;
