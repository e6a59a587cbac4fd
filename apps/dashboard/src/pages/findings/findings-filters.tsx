import {
  FINDING_SORTS,
  FINDING_STATUSES,
  type FindingStatus,
  type FindingSummary,
  type Group,
} from '@verimeter/api-schema';
import { DEVICE_KINDS, INDICATIONS, RECOMMENDATIONS } from '@verimeter/telemetry';
import { useId } from 'react';
import { Choice } from '../../components/choice.tsx';
import { SearchField } from '../../components/search-field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { href } from '../../lib/routing.ts';
import { replaceHash } from '../../lib/use-route.ts';

/** Filters of the page, which are those of `GET /findings`; `-` as `assignee` is nobody. */
const FINDING_FILTERS = [
  'recommendation',
  'indication',
  'kind',
  'assignee',
  'group',
  'device',
  'since',
] as const;
type FilterName = (typeof FINDING_FILTERS)[number];
const NOBODY = '-';

/** The page shows new ones unless the address says otherwise; `all`: whatever their status. */
export function statusOf(params: URLSearchParams): FindingStatus | 'all' {
  const written = params.get('status') ?? 'open';
  return written === 'all'
    ? 'all'
    : (FINDING_STATUSES.find((status) => status === written) ?? 'open');
}

export const isFiltered = (params: URLSearchParams): boolean =>
  FINDING_FILTERS.some((name) => (params.get(name) ?? '') !== '');

/** Query of the API for the address of the page; without the status, which the summary counts by. */
export function filterQuery(params: URLSearchParams): Record<string, string> {
  return Object.fromEntries(
    FINDING_FILTERS.flatMap((name) => {
      const value = params.get(name) ?? '';
      if (value === '') return [];
      return [name === 'assignee' && value === NOBODY ? ['unassigned', 'true'] : [name, value]];
    }),
  );
}

const target = (params: URLSearchParams, change: Record<string, string | undefined>): string =>
  href('/findings', { ...Object.fromEntries(params), ...change });

const TONES: Readonly<Record<FindingStatus, string>> = {
  open: 'alert',
  acknowledged: 'note',
  ordered: 'warn',
  verified: 'calm',
  dismissed: 'mute',
};

/** How many findings have each status; each tile shows them. */
export function StatusTiles({
  summary,
  params,
}: {
  readonly summary: FindingSummary | undefined;
  readonly params: URLSearchParams;
}) {
  const { t, words, format } = useText();
  const chosen = statusOf(params);
  return (
    <nav className="tiles" aria-label={t.findings.statuses}>
      {FINDING_STATUSES.map((status) => (
        <a
          key={status}
          className={`tile tile-${TONES[status]}`}
          aria-current={chosen === status ? 'true' : undefined}
          href={target(params, {
            status: chosen === status ? 'all' : status === 'open' ? undefined : status,
          })}
        >
          <span className="tile-name">{words.findingStatus[status]}</span>
          <span className="tile-count">
            {summary === undefined ? '…' : format.integer(summary.statuses[status])}
          </span>
        </a>
      ))}
    </nav>
  );
}

function SinceField({
  value,
  onChange,
}: {
  readonly value: string;
  readonly onChange: (day: string) => void;
}) {
  const { t } = useText();
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{t.findings.since}</label>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

export function FindingsFilters({
  params,
  groups,
  names,
}: {
  readonly params: URLSearchParams;
  readonly groups: readonly Group[];
  /** Who has live findings. */
  readonly names: readonly string[];
}) {
  const { t, words } = useText();
  const set = (name: FilterName | 'sort', value: string): void =>
    replaceHash(target(params, { [name]: value }));
  const value = (name: FilterName | 'sort'): string => params.get(name) ?? '';
  const assignee = value('assignee');
  const people = [...new Set([...names, ...(assignee === NOBODY ? [] : [assignee])])].filter(
    (name) => name !== '',
  );
  return (
    <section className="filters" aria-label={t.findings.filters}>
      <SearchField
        label={t.findings.device}
        placeholder={t.findings.deviceHint}
        value={value('device')}
        onChange={(text) => set('device', text)}
      />
      <Choice
        label={t.findings.area}
        anyText={t.common.all}
        value={value('group')}
        options={groups.map((group) => [
          group.group_id,
          group.name === null ? group.group_id : `${group.group_id} · ${group.name}`,
        ])}
        onChange={(group) => set('group', group)}
      />
      <Choice
        label={t.findings.recommendation}
        anyText={t.common.all}
        value={value('recommendation')}
        options={RECOMMENDATIONS.toReversed().map((one) => [one, words.recommendation[one]])}
        onChange={(one) => set('recommendation', one)}
      />
      <Choice
        label={t.findings.indication}
        anyText={t.common.all}
        value={value('indication')}
        options={INDICATIONS.map((one) => [one, words.indication[one][0]])}
        onChange={(one) => set('indication', one)}
      />
      <Choice
        label={t.findings.kind}
        anyText={t.common.all}
        value={value('kind')}
        options={DEVICE_KINDS.map((kind) => [kind, words.deviceKind[kind]])}
        onChange={(kind) => set('kind', kind)}
      />
      <Choice
        label={t.findings.assignee}
        anyText={t.common.all}
        value={assignee}
        options={[[NOBODY, t.findings.nobody], ...people.map((name) => [name, name] as const)]}
        onChange={(name) => set('assignee', name)}
      />
      <SinceField value={value('since')} onChange={(day) => set('since', day)} />
      <Choice
        label={t.findings.sort}
        value={FINDING_SORTS.find((sort) => sort === value('sort')) ?? 'newest'}
        options={FINDING_SORTS.map((sort) => [sort, t.findings.sorts[sort]])}
        onChange={(sort) => set('sort', sort === 'newest' ? '' : sort)}
      />
      {isFiltered(params) && (
        <a className="clear" href={href('/findings', { status: params.get('status') ?? '' })}>
          {t.common.clear}
        </a>
      )}
    </section>
  );
}
