import { coversFilter } from '@verimeter/payload-codecs';

/** Verimeter's own topics. */
export const NATIVE = 'verimeter/v1/#';

export const sharedFilter = (group: string, filter: string): string =>
  group === '' ? filter : `$share/${group}/${filter}`;

/**
 * The subscriptions of a worker: Verimeter's own topics and those of sources. A filter that another one covers is left out: a broker may deliver a
 * message once for each subscription that matches it.
 */
export function subscriptionsOf(sharedGroup: string, sourceFilters: readonly string[]): string[] {
  const filters = [NATIVE, ...sourceFilters];
  return filters
    .filter((inner) => !filters.some((outer) => outer !== inner && coversFilter(outer, inner)))
    .map((filter) => sharedFilter(sharedGroup, filter));
}
