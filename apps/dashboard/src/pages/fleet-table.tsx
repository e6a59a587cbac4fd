import type { Health } from '@verimeter/api-schema';
import { IndicationBadge, LegalState, RecommendationBadge } from '../components/badge.tsx';
import { IntervalBar } from '../components/interval-bar.tsx';
import { useText } from '../i18n/i18n.tsx';
import { estimateOf, estimateTexts, limitText } from '../lib/estimate.ts';
import { groupKindOf } from '../lib/group-kind.ts';
import { areaHref, deviceHref } from '../lib/routing.ts';

function ErrorCell({ row }: { readonly row: Health }) {
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

function Row({ row }: { readonly row: Health }) {
  const { t, words, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.fleet.device}>
        <a href={deviceHref(row.device_id)}>{row.device_id}</a>
        {row.quantity !== '' && (
          <span className="sub">{words.quantity[row.quantity] ?? row.quantity}</span>
        )}
      </th>
      <td data-label={t.fleet.area}>
        {row.group_id === null ? (
          <span className="sub">{t.common.none}</span>
        ) : (
          <a href={areaHref(row.group_id)}>{row.group_id}</a>
        )}
        {row.group_status !== null && row.group_status !== 'ok' && (
          <span className="sub">
            {words.groupStatus[groupKindOf(row.quantity)][row.group_status][0]}
          </span>
        )}
      </td>
      <td data-label={t.fleet.recommendation}>
        <RecommendationBadge value={row.recommendation} />
        <IndicationBadge value={row.indication} />
      </td>
      <td data-label={t.fleet.error}>
        <ErrorCell row={row} />
      </td>
      <td className="number" data-label={t.fleet.probability}>
        {row.probability_over_limit === null
          ? t.common.none
          : format.probability(row.probability_over_limit)}
      </td>
      <td data-label={t.fleet.legal}>
        <LegalState value={row.legal_status} />
        {row.valid_until !== null && (
          <span className="sub">{t.fleet.until(format.date(row.valid_until))}</span>
        )}
      </td>
      <td className="as-of" data-label={t.common.asOf}>
        {row.as_of === null ? t.common.none : format.date(row.as_of)}
      </td>
    </tr>
  );
}

export function FleetTable({ rows }: { readonly rows: readonly Health[] }) {
  const { t } = useText();
  return (
    <div className="table-frame">
      <table className="stacking">
        <caption className="visually-hidden">{t.fleet.lead}</caption>
        <thead>
          <tr>
            <th scope="col">{t.fleet.device}</th>
            <th scope="col">{t.fleet.area}</th>
            <th scope="col">
              {t.fleet.recommendation} · {t.fleet.indication}
            </th>
            <th scope="col">{t.fleet.error}</th>
            <th scope="col" className="number" title={t.fleet.probabilityHint}>
              {t.fleet.probability}
            </th>
            <th scope="col">{t.fleet.legal}</th>
            <th scope="col">{t.common.asOf}</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <Row key={`${row.device_id} ${row.quantity}`} row={row} />
          ))}
        </tbody>
      </table>
    </div>
  );
}
