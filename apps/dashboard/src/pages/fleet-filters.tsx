import type { FleetFacet, FleetFacets } from '@verimeter/api-schema';
import { useId } from 'react';
import { Choice } from '../components/choice.tsx';
import { useText } from '../i18n/i18n.tsx';
import {
  type FleetFilterName,
  type WrittenSort,
  FLEET_FILTERS,
  fleetParams,
  filterValue,
} from '../lib/fleet-query.ts';
import { href } from '../lib/routing.ts';
import { usePausedText } from '../lib/use-paused-text.ts';
import { replaceHash } from '../lib/use-route.ts';
import { useFleetOptions } from './fleet-options.ts';

const TYPING_PAUSE_MS = 250;
/** Those that are there when more filters are asked for. */
const MORE: readonly FleetFilterName[] = [
  'indication',
  'finding_status',
  'manufacturer',
  'model',
  'accuracy_class',
  'due_before',
  'online',
];

interface TypedProps {
  readonly label: string;
  readonly value: string;
  readonly hint?: string;
  readonly type: 'search' | 'date';
  /** Values to choose from. */
  readonly known?: FleetFacet | undefined;
  readonly onChange: (text: string) => void;
}

/** Asks once the reader has paused, not at each letter. */
function Typed({ label, value, hint, type, known, onChange }: TypedProps) {
  const id = useId();
  const [text, setText] = usePausedText(value, TYPING_PAUSE_MS, onChange);
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type}
        value={text}
        placeholder={hint}
        maxLength={100}
        spellCheck={false}
        list={known === undefined ? undefined : `${id}known`}
        onChange={(event) => setText(event.target.value)}
      />
      {known !== undefined && (
        <datalist id={`${id}known`}>
          {known.values.map(({ value: one, name }) =>
            one === null ? null : (
              <option key={one} value={one}>
                {name}
              </option>
            ),
          )}
        </datalist>
      )}
    </div>
  );
}

interface FiltersProps {
  readonly params: URLSearchParams;
  readonly facets: FleetFacets['facets'] | undefined;
  readonly sort: WrittenSort;
  readonly onSort: (sort: WrittenSort) => void;
}

/** Filters with how many rows each value would show, the order, and more filters when asked for. */
export function FleetFilters({ params, facets, sort, onSort }: FiltersProps) {
  const { t } = useText();
  const options = useFleetOptions(facets);
  const value = (name: FleetFilterName): string => filterValue(params, name);
  const set = (name: FleetFilterName, chosen: string): void =>
    replaceHash(href('/fleet', { ...fleetParams(params), [name]: chosen }));
  const choice = (name: Parameters<typeof options>[0], label: string) => (
    <Choice
      label={label}
      anyText={t.common.all}
      value={value(name)}
      options={options(name, value(name))}
      onChange={(chosen) => set(name, chosen)}
    />
  );
  const chosenMore = MORE.filter((name) => value(name) !== '').length;
  const areas = facets?.group;
  return (
    <section className="filters" aria-label={t.fleet.filters}>
      <Typed
        label={t.fleet.search}
        hint={t.fleet.searchHint}
        type="search"
        value={value('q')}
        onChange={(text) => set('q', text)}
      />
      {choice('kind', t.fleet.kind)}
      {areas !== undefined && areas.more > 0 ? (
        <Typed
          label={t.fleet.area}
          hint={t.fleet.areaHint}
          type="search"
          known={areas}
          value={value('group')}
          onChange={(text) => set('group', text)}
        />
      ) : (
        choice('group', t.fleet.area)
      )}
      {choice('recommendation', t.fleet.recommendation)}
      {choice('legal_status', t.fleet.legal)}
      <Choice
        label={t.fleet.sort}
        value={sort}
        options={sortOptions(t.fleet.sorts)}
        onChange={(chosen) => onSort(chosen === '' ? 'risk' : chosen)}
      />
      <details className="more-filters" open={chosenMore > 0 || undefined}>
        <summary>{t.fleet.moreFilters(chosenMore)}</summary>
        <div className="filters">
          {choice('indication', t.fleet.indication)}
          {choice('finding_status', t.fleet.finding)}
          {choice('manufacturer', t.fleet.manufacturer)}
          {choice('model', t.fleet.model)}
          {choice('accuracy_class', t.fleet.accuracyClass)}
          {choice('online', t.fleet.online)}
          <Typed
            label={t.fleet.dueBefore}
            type="date"
            value={value('due_before')}
            onChange={(text) => set('due_before', text)}
          />
        </div>
      </details>
      {FLEET_FILTERS.some((name) => value(name) !== '') && (
        <a className="clear" href={href('/fleet', { sort: params.get('sort') ?? '' })}>
          {t.common.clear}
        </a>
      )}
    </section>
  );
}

function sortOptions(
  sorts: Readonly<Record<WrittenSort, string>>,
): (readonly [WrittenSort, string])[] {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- the keys of a record of these
  return Object.entries(sorts) as [WrittenSort, string][];
}
