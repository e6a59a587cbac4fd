import type { DeviceKind } from '@verimeter/telemetry';

export interface LotFacts {
  readonly kind: DeviceKind;
  readonly manufacturer?: string;
  readonly model?: string;
  readonly accuracyClass?: string;
  /** Size: `5(60)`, `2.5`. */
  readonly nominal?: string;
  readonly builtYear?: number;
  /** Stands in for the year of build where that is unknown. */
  readonly verifiedOn?: string;
}

/**
 * Names the lot of a device: kind, manufacturer, model, class, size, and year of build or else of verification
 * (the usual population of in-service sampling, e.g. MessEV section 35). Spelling differences in case and spaces do
 * not split a lot; what is unknown is `?`, so that devices nothing is known of share one.
 */
export function lotKey(facts: LotFacts): string {
  const year = facts.builtYear === undefined ? facts.verifiedOn?.slice(0, 4) : `${facts.builtYear}`;
  return [facts.kind, facts.manufacturer, facts.model, facts.accuracyClass, facts.nominal, year]
    .map((part) => {
      const text = (part ?? '').trim().replace(/\s+/g, ' ').toUpperCase().replaceAll('|', '/');
      return text === '' ? '?' : text;
    })
    .join('|');
}
