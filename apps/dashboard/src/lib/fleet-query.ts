import type { FleetFilters, FleetSort } from '@verimeter/api-schema';
import { fleetEn } from '../i18n/fleet-en.ts';
import type { Query } from './api-client.ts';

/** Filters of the page: parameters of its address and of `GET /fleet` alike. */
export const FLEET_FILTERS = [
  'q',
  'kind',
  'group',
  'recommendation',
  'legal_status',
  'indication',
  'finding_status',
  'manufacturer',
  'model',
  'accuracy_class',
  'due_before',
  'online',
] as const satisfies readonly (keyof FleetFilters)[];
export type FleetFilterName = (typeof FLEET_FILTERS)[number];

export type WrittenSort = FleetSort | `-${FleetSort}`;

/** The value of a filter; a link of an earlier version has the beginning of an id as `device`. */
export function filterValue(params: URLSearchParams, name: FleetFilterName): string {
  return params.get(name) ?? (name === 'q' ? params.get('device') : undefined) ?? '';
}

/** What the address asks of the API. */
export function fleetQuery(params: URLSearchParams): Query {
  return Object.fromEntries(FLEET_FILTERS.map((name) => [name, filterValue(params, name)]));
}

/** An address edited by hand may ask for an order there is not. */
export function sortOf(params: URLSearchParams): WrittenSort {
  const written = params.get('sort') ?? '';
  return isSort(written) ? written : 'risk';
}

function isSort(text: string): text is WrittenSort {
  return Object.hasOwn(fleetEn.sorts, text);
}

const PAGE_ROWS = 50;

/** What the first page of the list is asked for with. */
export function fleetListQuery(params: URLSearchParams): Query {
  return { ...fleetQuery(params), sort: sortOf(params), limit: PAGE_ROWS };
}

/** What the address asks for as parameters again, without what means nothing. */
export function fleetParams(params: URLSearchParams): Record<string, string> {
  const kept = FLEET_FILTERS.map((name) => [name, filterValue(params, name)] as const);
  const sort = params.get('sort') ?? '';
  return Object.fromEntries([...kept, ['sort', sort] as const].filter(([, value]) => value !== ''));
}

/** A column that is sorted by turns round; another one begins with what is looked for in it. */
export function nextSort(current: WrittenSort, first: WrittenSort): WrittenSort {
  if (current !== first) return first;
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- with or without the sign it is one
  return (first.startsWith('-') ? first.slice(1) : `-${first}`) as WrittenSort;
}
