import type { Health, Summary } from '@verimeter/api-schema';
import { Empty, Hinted, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { get } from '../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { usePages } from '../lib/use-pages.ts';
import { useResource } from '../lib/use-resource.ts';
import { FILTER_NAMES, FleetFilters } from './fleet-filters.tsx';
import { FleetTable } from './fleet-table.tsx';
import { FleetTiles } from './fleet-tiles.tsx';

/** A night's analysis reports its findings one by one; the list follows once they have settled. */
const RELOAD_MS = 2000;

export function FleetPage({ params }: { readonly params: URLSearchParams }) {
  const { t, format } = useText();
  useTitle(t.fleet.title);
  const filters = Object.fromEntries(
    FILTER_NAMES.map((name) => [name, params.get(name) ?? undefined]),
  );
  const filtered = FILTER_NAMES.some((name) => (params.get(name) ?? '') !== '');
  const list = usePages<Health>('/health', { ...filters, sort: 'risk', limit: 50 });
  const summary = useResource('summary', (signal) => get<Summary>('/summary', {}, signal));
  const reload = useThrottled(() => {
    list.reload();
    summary.reload();
  }, RELOAD_MS);
  useLiveEvent('finding', reload);

  return (
    <>
      <div className="page-head">
        <h1>{t.fleet.title}</h1>
        <p className="lead">{t.fleet.lead}</p>
      </div>
      <FleetTiles summary={summary.data} params={params} />
      <FleetFilters params={params} />
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && list.error === undefined && (
        <Skeleton lines={10} />
      )}
      {list.items.length > 0 && <FleetTable rows={list.items} />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{filtered ? t.fleet.empty : <Hinted text={t.fleet.emptyAll} />}</Empty>
      )}
      {list.items.length > 0 && (
        <div className="list-foot">
          <span>{t.common.shown(format.integer(list.items.length))}</span>
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
