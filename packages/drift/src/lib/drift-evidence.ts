import { DRIFT_KINDS } from './drift-sizes.ts';
import type { Profile } from './drift-profiles.ts';
import type { Component } from './error-path.ts';
import type { EvidenceItem } from './fleet-types.ts';
import { errorOfBeta } from './health-decision.ts';

/** A kind that has so much of the probability of all drifts is said to be what happened. */
const TOLD = 0.7;

/**
 * How the error came to be what it is: constant, at once or little by little, with its size (ratio of e) and its start in days from the start
 * of the window; or that the data do not tell. Undefined where there is no drift among the components.
 */
export function driftEvidence(
  components: readonly Component[],
  profiles: readonly Profile[],
  daysPerBlock: number,
): EvidenceItem | undefined {
  const ofKind = new Map(DRIFT_KINDS.map((kind) => [kind, 0]));
  const ofProfile = new Map<number, { weight: number; size: number }>();
  let total = 0;
  let size = 0;
  for (const part of components) {
    const kind = profiles[part.profile]?.kind;
    if (kind === undefined) continue;
    ofKind.set(kind, (ofKind.get(kind) ?? 0) + part.weight);
    const own = ofProfile.get(part.profile) ?? { weight: 0, size: 0 };
    ofProfile.set(part.profile, {
      weight: own.weight + part.weight,
      size: own.size + part.weight * part.size,
    });
    total += part.weight;
    size += part.weight * part.size;
  }
  if (total === 0) return undefined;
  const [kind, share] = heaviest([...ofKind], ([, weight]) => weight);
  if (share < TOLD * total) {
    const changed = (ofKind.get('constant') ?? 0) < (1 - TOLD) * total;
    const code = changed ? 'drift_changed' : 'drift_unclear';
    return { code, values: { size: errorOfBeta(size / total) } };
  }
  const own = [...ofProfile].filter(([index]) => profiles[index]?.kind === kind);
  const [index, sums] = heaviest(own, ([, { weight }]) => weight);
  const start = profiles[index]?.start ?? 0;
  const values = { size: errorOfBeta(sums.size / sums.weight), start_day: start * daysPerBlock };
  return { code: kind === 'ramp' && start <= 0 ? 'ramp_before' : kind, values };
}

/** The first of those with the largest weight. */
function heaviest<T>(items: readonly T[], weightOf: (item: T) => number): T {
  return items.reduce((best, item) => (weightOf(item) > weightOf(best) ? item : best));
}
