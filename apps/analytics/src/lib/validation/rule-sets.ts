import { type Queryable, readRuleSets } from '@verimeter/registry';
import { DEFAULT_VALIDATION_RULES, storedRules, type ValidationRules } from '@verimeter/telemetry';

/** A rule set with the day from which it holds, 00:00 UTC. */
export interface DatedRules {
  readonly version: number;
  readonly effectiveUs: number;
  readonly rules: ValidationRules;
}

export async function readDatedRules(client: Queryable, tenant: string): Promise<DatedRules[]> {
  const sets = await readRuleSets(client, tenant, DEFAULT_VALIDATION_RULES);
  return sets.map(({ version, effectiveFrom, rules }) => ({
    version,
    effectiveUs:
      effectiveFrom === null ? -Infinity : Date.parse(`${effectiveFrom}T00:00:00Z`) * 1000,
    rules: storedRules(rules),
  }));
}

/** Part of a time in which one rule set is in force. */
export interface RuledSpan {
  readonly fromUs: number;
  readonly toUs: number;
  readonly set: DatedRules;
}

/** The rule set in force at each moment: the one that holds since the latest day, of several the highest version. */
export function ruledSpans(sets: readonly DatedRules[], fromUs: number, toUs: number): RuledSpan[] {
  const bounds = [
    fromUs,
    ...sets
      .map(({ effectiveUs }) => effectiveUs)
      .filter((us) => us > fromUs && us < toUs)
      .toSorted((a, b) => a - b),
    toUs,
  ];
  return bounds.slice(1).flatMap((end, k): RuledSpan[] => {
    const start = bounds[k] ?? fromUs;
    const set = sets
      .filter(({ effectiveUs }) => effectiveUs <= start || effectiveUs === -Infinity)
      .toSorted((a, b) => compare(a.effectiveUs, b.effectiveUs) || a.version - b.version)
      .at(-1);
    return set === undefined || start === end ? [] : [{ fromUs: start, toUs: end, set }];
  });
}

/** -Infinity minus -Infinity is no number. */
const compare = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1);
