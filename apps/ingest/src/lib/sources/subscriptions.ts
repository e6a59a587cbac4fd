import { coversFilter } from '@verimeter/payload-codecs';

const NATIVE = 'verimeter/v1/#';

/**
 * The subscriptions of a worker: Verimeter's own topics and those of sources. A filter that another one covers is left out: a broker may deliver a
 * message once for each subscription that matches it.
 */
export function subscriptionsOf(sharedGroup: string, sourceFilters: readonly string[]): string[] {
  const filters = [NATIVE, ...sourceFilters];
  return filters
    .filter((inner) => !filters.some((outer) => outer !== inner && coversFilter(outer, inner)))
    .map((filter) => (sharedGroup === '' ? filter : `$share/${sharedGroup}/${filter}`));
}
