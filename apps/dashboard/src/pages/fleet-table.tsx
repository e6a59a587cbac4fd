import type { FleetRow } from '@verimeter/api-schema';
import { memo } from 'react';
import { IndicationBadge, LegalState, RecommendationBadge } from '../components/badge.tsx';
import { IntervalBar } from '../components/interval-bar.tsx';
import { useText } from '../i18n/i18n.tsx';
import { estimateOf, estimateTexts, limitText } from '../lib/estimate.ts';
import { type WrittenSort, nextSort } from '../lib/fleet-query.ts';
import { groupKindOf } from '../lib/group-kind.ts';
import { areaHref, deviceHref } from '../lib/routing.ts';

function ErrorCell({ row }: { readonly row: FleetRow }) {
  const { t, format } = useText();
  const estimate = estimateOf(row);
  const texts = estimate === undefined ? undefined : estimateTexts(estimate, format);
  const detectable =
    row.minimum_detectable !== null &&
    (row.indication === 'within_limits' || row.indication === 'not_resolvable')
      ? t.fleet.detectable(`±${format.percent(row.minimum_detectable)}`)
      : undefined;
  const limit =
    row.limit === null
      ? undefined
      : t.fleet.limit(limitText(row.limit, estimate?.unit ?? row.offset_unit ?? undefined, format));
  return (
    <div className="error-cell">
      <span className="error-value">{texts?.value ?? t.common.none}</span>
      {estimate === undefined ? (
        <span className="interval-none">{t.fleet.noEstimate}</span>
      ) : (
        <IntervalBar estimate={estimate} />
      )}
      <span className="error-note">
        {texts !== undefined && (
          <span>
            {texts.low} … {texts.high}
          </span>
        )}
        {texts === undefined || detectable !== undefined ? (
          detectable !== undefined && <span>{detectable}</span>
        ) : (
          <span>{limit}</span>
        )}
      </span>
    </div>
  );
}

function AreaCell({ row }: { readonly row: FleetRow }) {
  const { t, words } = useText();
  if (row.group_id === null) return <span className="sub">{t.common.none}</span>;
  const kind = groupKindOf(row.quantity ?? '');
  return (
    <>
      <a href={areaHref(row.group_id)} title={row.group_name ?? undefined}>
        {row.group_id}
      </a>
      {row.group_status !== null && row.group_status !== 'ok' && (
        <span className="sub">{words.groupStatus[kind][row.group_status][0]}</span>
      )}
    </>
  );
}

function AnswerCell({ row }: { readonly row: FleetRow }) {
  const { t, words } = useText();
  if (row.recommendation === null || row.indication === null)
    return <span className="sub">{t.fleet.notAnalysed}</span>;
  return (
    <>
      <RecommendationBadge value={row.recommendation} />
      <IndicationBadge value={row.indication} />
      {row.finding_status !== null && (
        <span className="sub">
          {t.fleet.finding}: {words.findingStatus[row.finding_status]}
        </span>
      )}
    </>
  );
}

// A page that is added leaves the rows before it as they are.
const Row = memo(function Row({ row }: { readonly row: FleetRow }) {
  const { t, words, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.fleet.device}>
        <a href={deviceHref(row.device_id)}>{row.device_id}</a>
        {/* A meter is judged by its one register; of a sensor each quantity is a row. */}
        {row.quantity !== null && row.kind === 'environment_sensor' && (
          <span className="sub">{words.quantity[row.quantity] ?? row.quantity}</span>
        )}
        {row.address !== null && <span className="sub">{row.address}</span>}
      </th>
      <td data-label={t.fleet.area}>
        <AreaCell row={row} />
      </td>
      <td data-label={t.fleet.recommendation}>
        <AnswerCell row={row} />
      </td>
      <td data-label={t.fleet.error}>
        <ErrorCell row={row} />
      </td>
      <td className="number" data-label={t.fleet.probability}>
        <span>
          {row.probability_over_limit === null
            ? t.common.none
            : format.probability(row.probability_over_limit)}
        </span>
        {row.exit_date_median !== null && (
          <span className="sub">{t.fleet.exit(format.date(row.exit_date_median))}</span>
        )}
      </td>
      <td data-label={t.fleet.legal}>
        <LegalState value={row.legal_status} />
        {row.due_on !== null && (
          <span className="sub">{t.fleet.until(format.date(row.due_on))}</span>
        )}
      </td>
      <td className="as-of" data-label={t.fleet.lastSeen}>
        <span>{row.last_seen === null ? t.common.none : format.date(row.last_seen)}</span>
        {row.online === false && <span className="sub">{t.fleet.onlineStates.false}</span>}
      </td>
    </tr>
  );
});

interface TableProps {
  readonly rows: readonly FleetRow[];
  readonly sort: WrittenSort;
  readonly onSort: (sort: WrittenSort) => void;
}

interface HeadProps extends Omit<TableProps, 'rows'> {
  readonly text: string;
  readonly hint?: string;
  /** What pressing it sorts by first. */
  readonly first: WrittenSort;
  readonly className?: string;
}

function Head({ text, hint, first, className, sort, onSort }: HeadProps) {
  const { t } = useText();
  const isSorted = sort.replace('-', '') === first.replace('-', '');
  // Risk falls while its key rises: the riskiest has the lowest.
  const isDown = sort.startsWith('-') !== (first === 'risk');
  const direction = isDown ? 'descending' : 'ascending';
  return (
    <th scope="col" className={className} title={hint} aria-sort={isSorted ? direction : undefined}>
      <button
        type="button"
        className="sort"
        aria-label={t.fleet.sortedBy(text)}
        onClick={() => onSort(nextSort(sort, first))}
      >
        {text}
        <span aria-hidden="true">{isSorted ? (isDown ? ' ↓' : ' ↑') : ''}</span>
      </button>
    </th>
  );
}

export function FleetTable({ rows, sort, onSort }: TableProps) {
  const { t } = useText();
  const sorting = { sort, onSort };
  return (
    <div className="table-frame">
      <table className="stacking fleet">
        <caption className="visually-hidden">{t.fleet.lead}</caption>
        <thead>
          <tr>
            <Head text={t.fleet.device} first="device_id" {...sorting} />
            <th scope="col">{t.fleet.area}</th>
            <Head
              text={`${t.fleet.recommendation} · ${t.fleet.indication}`}
              first="risk"
              {...sorting}
            />
            <Head text={t.fleet.error} first="-error_of_limit" {...sorting} />
            <Head
              text={t.fleet.probability}
              hint={t.fleet.probabilityHint}
              className="number"
              first="-probability_over_limit"
              {...sorting}
            />
            <Head text={t.fleet.legal} first="due_on" {...sorting} />
            <Head text={t.fleet.lastSeen} first="-last_seen" {...sorting} />
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={`${row.device_id} ${row.quantity ?? ''}`} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
