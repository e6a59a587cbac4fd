import type { Group, LegalRuleItem, LegalStateItem } from '@verimeter/api-schema';
import { RULE_SETS } from '@verimeter/metrology';
import { DEVICE_KINDS, LEGAL_STATUSES } from '@verimeter/telemetry';
import { LegalState } from '../../components/badge.tsx';
import { Choice } from '../../components/choice.tsx';
import { Empty, Hinted, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { CheckField } from '../../components/field.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { get, getAll, type Page, type Query } from '../../lib/api-client.ts';
import { isMonth, monthAfter } from '../../lib/legal-day.ts';
import { useMayOperate, useToday } from '../../lib/roles.ts';
import { deviceHref, entryHref, href } from '../../lib/routing.ts';
import { usePages } from '../../lib/use-pages.ts';
import { useResource } from '../../lib/use-resource.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { DueDate, type RuleSources } from '../legal/due-date.tsx';

const FILTERS = ['status', 'month', 'kind', 'group', 'legal'] as const;
type Filter = (typeof FILTERS)[number];
const OVERDUE = 'overdue';
const BUILT_IN = Object.values(RULE_SETS)
  .flat()
  .map(({ id, source }) => [id, source] as const);

function queryOf(params: URLSearchParams, today: string): Query {
  const month = params.get('month') ?? '';
  const days = isMonth(month)
    ? { due_from: `${month}-01`, due_before: `${monthAfter(month)}-01` }
    : month === OVERDUE
      ? { due_before: today, provisional: 'false' }
      : {};
  return {
    limit: 50,
    status: params.get('status') ?? undefined,
    kind: params.get('kind') ?? undefined,
    group: params.get('group') ?? undefined,
    ...(params.get('legal') === null ? {} : { provisional: 'false' }),
    ...days,
  };
}

function Filters({ params, today }: { readonly params: URLSearchParams; readonly today: string }) {
  const { t, words, format } = useText();
  const texts = t.legal.due;
  const groups = useResource('groups', (signal) => getAll<Group>('/groups', {}, 5000, signal));
  const value = (name: Filter): string => params.get(name) ?? '';
  const set = (name: Filter, chosen: string): void =>
    replaceHash(href('/verifications', { ...Object.fromEntries(params), [name]: chosen }));
  const months: string[] = [];
  for (let month = today.slice(0, 7); months.length < 24; month = monthAfter(month))
    months.push(month);
  const chosen = value('month');
  if (isMonth(chosen) && !months.includes(chosen)) months.unshift(chosen);
  return (
    <section className="filters" aria-label={texts.filters}>
      <Choice
        label={texts.status}
        anyText={t.common.all}
        value={value('status')}
        options={LEGAL_STATUSES.map((status) => [status, words.legal[status]])}
        onChange={(status) => set('status', status)}
      />
      <Choice
        label={texts.month}
        anyText={t.common.all}
        value={chosen}
        options={[
          [OVERDUE, texts.overdue] as const,
          ...months.map((month) => [month, format.month(month)] as const),
        ]}
        onChange={(month) => set('month', month)}
      />
      <Choice
        label={texts.kind}
        anyText={t.common.all}
        value={value('kind')}
        options={DEVICE_KINDS.map((kind) => [kind, words.deviceKind[kind]])}
        onChange={(kind) => set('kind', kind)}
      />
      <Choice
        label={texts.area}
        anyText={t.common.all}
        value={value('group')}
        options={(groups.data?.items ?? []).map((group) => [
          group.group_id,
          group.name === null ? group.group_id : `${group.group_id} · ${group.name}`,
        ])}
        onChange={(group) => set('group', group)}
      />
      <CheckField
        label={texts.legalOnly}
        value={value('legal') !== ''}
        onChange={(only) => set('legal', only ? '1' : '')}
      />
      {FILTERS.some((name) => value(name) !== '') && (
        <a className="clear" href={href('/verifications', { view: 'due' })}>
          {t.common.clear}
        </a>
      )}
    </section>
  );
}

function Row({
  state,
  sources,
}: {
  readonly state: LegalStateItem;
  readonly sources: RuleSources;
}) {
  const { t, words, format } = useText();
  const texts = t.legal.due;
  const mayOperate = useMayOperate();
  const { device_id: id, serial, address, verified_on: verified } = state;
  return (
    <tr>
      <th scope="row">
        <a href={deviceHref(id)}>{id}</a>
        <span className="sub">
          {[words.deviceKind[state.kind], serial, address]
            .filter((part) => part !== null && part !== '')
            .join(' · ')}
        </span>
      </th>
      <td data-label={texts.status}>
        <LegalState value={state.status} />
      </td>
      <td data-label={texts.dueOn}>
        <DueDate state={state} sources={sources} />
      </td>
      <td data-label={texts.verified}>
        {verified === null ? t.common.none : format.date(verified)}
      </td>
      <td data-label={texts.reason} className="reasons">
        {state.reasons.map((reason) => (
          <span key={reason}>{t.legal.words.reason[reason]}</span>
        ))}
      </td>
      {mayOperate && (
        <td>
          <a className="button compact" href={entryHref(id)} aria-label={texts.enterOf(id)}>
            {texts.enter}
          </a>
        </td>
      )}
    </tr>
  );
}

/** Devices by the day on which their verification ends. */
export function DueList({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const texts = t.legal.due;
  const mayOperate = useMayOperate();
  const today = useToday();
  const list = usePages<LegalStateItem>('/legal-states', queryOf(params, today));
  const rules = useResource('legal rules', (signal) =>
    get<Page<LegalRuleItem>>('/legal-rules', {}, signal),
  );
  // Those of the tenant are to be asked for; built-in ones are known.
  const sources: RuleSources = new Map([
    ...BUILT_IN,
    ...(rules.data?.items ?? []).map(({ id, source }) => [id, source] as const),
  ]);
  const isFiltered = FILTERS.some((name) => params.has(name));
  return (
    <>
      <Filters params={params} today={today} />
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={6} />}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <caption className="visually-hidden">{t.legal.tabDue}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.device}</th>
                <th scope="col">{texts.status}</th>
                <th scope="col">{texts.dueOn}</th>
                <th scope="col">{texts.verified}</th>
                <th scope="col">{texts.reason}</th>
                {mayOperate && (
                  <th scope="col">
                    <span className="visually-hidden">{texts.enter}</span>
                  </th>
                )}
              </tr>
            </thead>
            <tbody>
              {list.items.map((state) => (
                <Row key={state.device_id} state={state} sources={sources} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{isFiltered ? texts.empty : <Hinted text={texts.emptyAll} />}</Empty>
      )}
      {list.items.length > 0 && <ListFoot list={list} />}
    </>
  );
}
