import type { FleetFacets } from '@verimeter/api-schema';
import { DEVICE_KINDS, INDICATIONS, LEGAL_STATUSES, RECOMMENDATIONS } from '@verimeter/telemetry';
import { useText } from '../i18n/i18n.tsx';
import type { FleetFilterName } from '../lib/fleet-query.ts';

type Chosen = Exclude<FleetFilterName, 'q' | 'due_before'>;
type Option = readonly [value: string, text: string];

const FINDINGS = ['open', 'acknowledged', 'ordered', 'verified', 'dismissed'] as const;
const ONLINE = ['true', 'false', 'unknown'] as const;
/** How the value "none" of a filter is called that the facet has as null. */
const NULL_AS: Readonly<Partial<Record<Chosen, string>>> = {
  finding_status: 'none',
  online: 'unknown',
};

/** The options of a filter: those of closed vocabularies in their order, others by how many rows they have; each with that number. */
export function useFleetOptions(
  facets: FleetFacets['facets'] | undefined,
): (name: Chosen, current: string) => readonly Option[] {
  const { t, words, format } = useText();

  function namesOf(name: Chosen): readonly Option[] | undefined {
    switch (name) {
      case 'kind':
        return DEVICE_KINDS.map((one) => [one, words.deviceKind[one]]);
      case 'recommendation':
        return RECOMMENDATIONS.toReversed().map((one) => [one, words.recommendation[one]]);
      case 'indication':
        return INDICATIONS.map((one) => [one, words.indication[one][0]]);
      case 'legal_status':
        return LEGAL_STATUSES.map((one) => [one, words.legal[one]]);
      case 'finding_status':
        return [
          ...FINDINGS.map((one): Option => [one, words.findingStatus[one]]),
          ['none', t.fleet.noFinding],
        ];
      case 'online':
        return ONLINE.map((one) => [one, t.fleet.onlineStates[one]]);
      case 'group':
      case 'manufacturer':
      case 'model':
      case 'accuracy_class':
        return undefined;
    }
  }

  return (name, current) => {
    const values = facets?.[name].values ?? [];
    const counts = new Map(
      values.map(({ value, count }) => [value ?? NULL_AS[name] ?? '', count] as const),
    );
    const names =
      namesOf(name) ??
      values.flatMap(({ value, name: called }): Option[] =>
        value === null ? [] : [[value, called === null ? value : `${value} · ${called}`]],
      );
    const shown = names.filter(
      ([value]) => facets === undefined || counts.has(value) || value === current,
    );
    const counted = shown.map(([value, text]): Option => [
      value,
      facets === undefined ? text : t.fleet.withCount(text, format.integer(counts.get(value) ?? 0)),
    ]);
    // Several at once, as an address may have them, or a value that has no rows.
    return current === '' || counted.some(([value]) => value === current)
      ? counted
      : [...counted, [current, current.replaceAll(',', ', ')]];
  };
}
