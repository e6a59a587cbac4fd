import type { Group } from '@verimeter/api-schema';
import { GROUP_KINDS, GROUP_STATUSES } from '@verimeter/telemetry';
import { lazy } from 'react';
import { GroupStatusBadge } from '../components/badge.tsx';
import { Choice, Segments } from '../components/choice.tsx';
import { Empty, Hinted, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { useLiveEvent, useThrottled } from '../lib/live.tsx';
import { areaHref, href } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';
import { replaceHash } from '../lib/use-route.ts';

// Loaded when it is asked for.
const AreasMap = lazy(async () => ({ default: (await import('./areas-map.tsx')).AreasMap }));

const ATTENTION = GROUP_STATUSES.filter((status) => status !== 'ok').join(',');

function AreaRow({ group }: { readonly group: Group }) {
  const { t, words, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.areas.area}>
        <a href={areaHref(group.group_id)}>{group.group_id}</a>
        {group.name !== null && <span className="sub">{group.name}</span>}
      </th>
      <td data-label={t.areas.kind}>{words.groupKind[group.kind]}</td>
      <td data-label={t.areas.status}>
        <GroupStatusBadge kind={group.kind} value={group.status} />
        {group.status !== null && group.status !== 'ok' && (
          <span className="sub wide">{words.groupStatus[group.kind][group.status][2]}</span>
        )}
      </td>
      <td className="as-of" data-label={t.common.asOf}>
        {group.as_of === null ? t.common.none : format.date(group.as_of)}
      </td>
    </tr>
  );
}

export function AreasPage({ params }: { readonly params: URLSearchParams }) {
  const { t, words } = useText();
  useTitle(t.areas.title);
  const kind = params.get('kind') ?? undefined;
  const attention = params.get('attention') === '1';
  const view = params.get('view') === 'map' ? 'map' : 'list';
  const set = (change: Readonly<Record<string, string>>): void =>
    replaceHash(href('/areas', { ...Object.fromEntries(params), ...change }));
  return (
    <>
      <div className="page-head">
        <h1>{t.areas.title}</h1>
        <p className="lead">{t.areas.lead}</p>
      </div>
      <section className="filters" aria-label={t.fleet.filters}>
        <Segments
          label={t.map.view}
          value={view}
          options={(['list', 'map'] as const).map((one) => [one, t.map.views[one]])}
          onChange={(chosen) => set({ view: chosen === 'map' ? chosen : '' })}
        />
        <Choice
          label={t.areas.kind}
          anyText={t.common.all}
          value={kind ?? ''}
          options={GROUP_KINDS.map((one) => [one, words.groupKind[one]])}
          onChange={(chosen) => set({ kind: chosen, area: '' })}
        />
        {view === 'list' && (
          <label className="check">
            <input
              type="checkbox"
              checked={attention}
              onChange={(event) => set({ attention: event.target.checked ? '1' : '' })}
            />
            {t.areas.attentionOnly}
          </label>
        )}
      </section>
      {view === 'map' ? (
        <AreasMap kind={kind} area={params.get('area') ?? ''} onArea={(area) => set({ area })} />
      ) : (
        <AreaList kind={kind} attention={attention} />
      )}
    </>
  );
}

interface AreaListProps {
  readonly kind: string | undefined;
  readonly attention: boolean;
}

function AreaList({ kind, attention }: AreaListProps) {
  const { t } = useText();
  const list = usePages<Group>('/groups', {
    kind,
    status: attention ? ATTENTION : undefined,
    limit: 200,
  });
  useLiveEvent('finding', useThrottled(list.reload, 2000));
  const filtered = attention || kind !== undefined;
  return (
    <>
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={6} />}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <caption className="visually-hidden">{t.areas.lead}</caption>
            <thead>
              <tr>
                <th scope="col">{t.areas.area}</th>
                <th scope="col">{t.areas.kind}</th>
                <th scope="col">{t.areas.status}</th>
                <th scope="col">{t.common.asOf}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((group) => (
                <AreaRow key={group.group_id} group={group} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{filtered ? t.areas.emptyFiltered : <Hinted text={t.areas.empty} />}</Empty>
      )}
      {list.items.length > 0 && <ListFoot list={list} />}
    </>
  );
}
