import type { FleetFacets, FleetList, FleetRow, Summary } from '@verimeter/api-schema';
import { useState } from 'react';
import { Empty, Hinted, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { get, requestPath } from '../lib/api-client.ts';
import {
  type WrittenSort,
  FLEET_FILTERS,
  fleetListQuery,
  fleetParams,
  fleetQuery,
  filterValue,
  sortOf,
} from '../lib/fleet-query.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { href } from '../lib/routing.ts';
import { useRepeated } from '../lib/use-repeated.ts';
import { usePages } from '../lib/use-pages.ts';
import { useResource } from '../lib/use-resource.ts';
import { replaceHash } from '../lib/use-route.ts';
import { FleetFilters } from './fleet-filters.tsx';
import { FleetTable } from './fleet-table.tsx';
import { FleetTiles } from './fleet-tiles.tsx';
import { SavedViews } from './saved-views.tsx';

/** A night's analysis reports its findings one by one; the list follows once they have settled. */
const RELOAD_MS = 2000;

export function FleetPage({ params }: { readonly params: URLSearchParams }) {
  const { t, format } = useText();
  useTitle(t.fleet.title);
  const query = fleetQuery(params);
  const sort = sortOf(params);
  const filtered = FLEET_FILTERS.some((name) => filterValue(params, name) !== '');
  const list = usePages<FleetRow, FleetList>('/fleet', fleetListQuery(params));
  // The rows first: everything else would only keep them waiting.
  const [hasRows, setHasRows] = useState(false);
  if (!hasRows && (list.first !== undefined || list.error !== undefined)) setHasRows(true);
  const facets = useResource(`facets ${hasRows} ${JSON.stringify(query)}`, async (signal) =>
    hasRows ? get<FleetFacets>('/fleet/facets', query, signal) : undefined,
  );
  const summary = useResource(`summary ${hasRows}`, async (signal) =>
    hasRows ? get<Summary>('/summary', {}, signal) : undefined,
  );
  const reload = useThrottled(() => {
    list.reload();
    facets.reload();
    summary.reload();
  }, RELOAD_MS);
  useLiveEvent('finding', reload);
  // A large fleet is being read: the list comes by itself.
  const wait = list.error?.code === 'not_ready' ? list.error.retryAfterSeconds : undefined;
  useRepeated(wait, () => {
    list.reload();
    facets.reload();
    summary.reload();
  });
  const sortBy = (next: WrittenSort): void =>
    replaceHash(href('/fleet', { ...fleetParams(params), sort: next === 'risk' ? '' : next }));

  return (
    <>
      <div className="page-head">
        <h1>{t.fleet.title}</h1>
        <p className="lead">{t.fleet.lead}</p>
      </div>
      <FleetTiles summary={summary.data} params={params} />
      <FleetFilters params={params} facets={facets.data?.facets} sort={sort} onSort={sortBy} />
      <div className="fleet-bar">
        <p className="fleet-count" role="status">
          {list.first !== undefined &&
            t.fleet.shownOf(format.integer(list.items.length), format.integer(list.first.total))}
        </p>
        <a className="button" href={requestPath('/fleet.csv', { ...query, sort })} download>
          {t.fleet.csv}
        </a>
        <SavedViews params={params} />
      </div>
      {wait !== undefined && <p className="hint">{t.fleet.reading}</p>}
      {list.error !== undefined && wait === undefined && (
        <ProblemNote error={list.error} retry={list.reload} />
      )}
      {list.items.length === 0 && (list.loading || wait !== undefined) && <Skeleton lines={10} />}
      {list.items.length > 0 && <FleetTable rows={list.items} sort={sort} onSort={sortBy} />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{filtered ? t.fleet.empty : <Hinted text={t.fleet.emptyAll} />}</Empty>
      )}
      {list.items.length > 0 && (
        <div className="list-foot">
          {list.hasMore && (
            <button type="button" onClick={list.loadMore} disabled={list.loading}>
              {list.loading ? t.common.loading : t.common.loadMore}
            </button>
          )}
          <span className="hint">{t.fleet.axisHint}</span>
        </div>
      )}
    </>
  );
}
