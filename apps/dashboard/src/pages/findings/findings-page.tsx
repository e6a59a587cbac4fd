import type { Finding, FindingBulkResult, FindingSummary, Group } from '@verimeter/api-schema';
import { useState } from 'react';
import { Empty, Hinted, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get, getAll } from '../../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../../lib/live.tsx';
import { usePages } from '../../lib/use-pages.ts';
import { useResource } from '../../lib/use-resource.ts';
import { BulkBar, BulkResult } from './bulk-bar.tsx';
import { useMayWrite } from './finding-actions.tsx';
import {
  filterQuery,
  FindingsFilters,
  isFiltered,
  statusOf,
  StatusTiles,
} from './findings-filters.tsx';
import { FindingsTable } from './findings-table.tsx';

/** A night's analysis reports its findings one by one; the list follows once they have settled. */
const RELOAD_MS = 2000;
const NOTHING: ReadonlySet<number> = new Set();

const sum = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((total, count) => total + count, 0);

/** What asks for attention, by what people have made of it. */
export function FindingsPage({ params }: { readonly params: URLSearchParams }) {
  const { t, language } = useText();
  useTitle(t.findings.title);
  const mayWrite = useMayWrite();
  const [nowMs] = useState(() => Date.now());
  const [chosen, setChosen] = useState(NOTHING);
  const [result, setResult] = useState<FindingBulkResult>();
  const filters = filterQuery(params);
  const status = statusOf(params);
  const list = usePages<Finding>(
    '/findings',
    {
      ...filters,
      status: status === 'all' ? undefined : status,
      sort: params.get('sort') ?? undefined,
      limit: 50,
    },
    language,
  );
  const summary = useResource(`findings ${JSON.stringify(filters)}`, (signal) =>
    get<FindingSummary>('/findings/summary', filters, signal),
  );
  const groups = useResource('groups', (signal) => getAll<Group>('/groups', {}, 5000, signal));
  const reload = (): void => {
    list.reload();
    summary.reload();
  };
  const soon = useThrottled(reload, RELOAD_MS);
  useLiveEvent('finding', soon);
  const names = (summary.data?.assignees ?? []).map(({ assignee }) => assignee);
  // What is filtered away is not changed with the rest.
  const shown = list.items.map(({ id }) => id).filter((id) => chosen.has(id));
  const isEmpty = !list.loading && list.items.length === 0 && list.error === undefined;
  const isNew =
    summary.data !== undefined && sum(summary.data.statuses) === 0 && !isFiltered(params);
  return (
    <>
      <div className="page-head">
        <h1>{t.findings.title}</h1>
        <p className="lead">{t.findings.lead}</p>
      </div>
      <StatusTiles summary={summary.data} params={params} />
      <FindingsFilters params={params} groups={groups.data?.items ?? []} names={names} />
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && list.error === undefined && (
        <Skeleton lines={10} />
      )}
      <BulkResult result={result} />
      {list.items.length > 0 && (
        <>
          {mayWrite && shown.length > 0 && (
            <BulkBar
              ids={shown}
              names={names}
              onForget={() => setChosen(NOTHING)}
              onResult={setResult}
              onDone={() => {
                setChosen(NOTHING);
                reload();
              }}
            />
          )}
          <FindingsTable
            findings={list.items}
            groupKinds={new Map((groups.data?.items ?? []).map((one) => [one.group_id, one.kind]))}
            nowMs={nowMs}
            showsStatus={status === 'all'}
            chosen={mayWrite ? chosen : undefined}
            onChoose={(next) => {
              setResult(undefined);
              setChosen(next);
            }}
          />
          <ListFoot list={list} />
          {mayWrite && <p className="hint key-hint">{t.findings.chooseHint}</p>}
        </>
      )}
      {isEmpty && <Empty>{isNew ? <Hinted text={t.findings.emptyAll} /> : t.findings.empty}</Empty>}
    </>
  );
}
