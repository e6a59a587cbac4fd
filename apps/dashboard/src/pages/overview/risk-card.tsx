import type { Health } from '@verimeter/api-schema';
import { RecommendationBadge } from '../../components/badge.tsx';
import { CardOf } from '../../components/card-of.tsx';
import { MemberError } from '../../components/member-error.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { Page } from '../../lib/api-client.ts';
import { estimateOf } from '../../lib/estimate.ts';
import { areaHref, deviceHref, href } from '../../lib/routing.ts';
import type { Resource } from '../../lib/use-resource.ts';

function RiskRow({ row }: { readonly row: Health }) {
  const { t, words } = useText();
  const estimate = estimateOf(row);
  return (
    <tr>
      <th scope="row" data-label={t.fleet.device}>
        <a href={deviceHref(row.device_id)}>{row.device_id}</a>
        <span className="sub">
          {row.group_id === null ? (
            (words.quantity[row.quantity] ?? row.quantity)
          ) : (
            <a href={areaHref(row.group_id)}>{row.group_id}</a>
          )}
        </span>
      </th>
      <td data-label={t.fleet.recommendation}>
        <RecommendationBadge value={row.recommendation} />
        <span className="sub">{words.indication[row.indication][0]}</span>
      </td>
      <td data-label={t.fleet.error}>
        {estimate === undefined ? (
          <span className="sub">{t.fleet.noEstimate}</span>
        ) : (
          <MemberError estimate={estimate} />
        )}
      </td>
    </tr>
  );
}

/** The devices that need attention most. */
export function RiskCard({ resource }: { readonly resource: Resource<Page<Health>> }) {
  const { t } = useText();
  return (
    <CardOf
      title={t.overview.risky}
      link={{ href: href('/fleet'), text: t.overview.riskyAll }}
      resource={resource}
      className="overview-risk"
    >
      {({ items }) => {
        const rows = items.filter(({ recommendation }) => recommendation !== 'none');
        if (rows.length === 0) return <p className="empty">{t.overview.riskyNone}</p>;
        return (
          <table className="stacking">
            <caption className="visually-hidden">{t.overview.risky}</caption>
            <thead>
              <tr>
                <th scope="col">{t.fleet.device}</th>
                <th scope="col">{t.fleet.recommendation}</th>
                <th scope="col">{t.fleet.error}</th>
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <RiskRow key={`${row.device_id} ${row.quantity}`} row={row} />
              ))}
            </tbody>
          </table>
        );
      }}
    </CardOf>
  );
}
