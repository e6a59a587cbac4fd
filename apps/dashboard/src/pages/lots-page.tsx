import type { Lot } from '@verimeter/api-schema';
import { Empty, Hinted, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText, useTitle } from '../i18n/i18n.tsx';
import { lotName } from '../lib/lot.ts';
import { lotHref } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';

function LotRow({ lot }: { readonly lot: Lot }) {
  const { t, words, format } = useText();
  const { name, details } = lotName(lot.lot, t.lots);
  const asOf = lot.as_of?.slice(0, 10);
  return (
    <tr>
      <th scope="row" data-label={t.lots.lot}>
        <a href={lotHref(lot.lot)}>{name}</a>
        <span className="sub">{details}</span>
        <span className="sub">{words.quantity[lot.quantity] ?? lot.quantity}</span>
      </th>
      <td className="number" data-label={t.lots.members}>
        {format.integer(lot.members)}
        <span className="sub">
          {t.lots.membersOf(format.integer(lot.estimated), format.integer(lot.members))}
        </span>
      </td>
      <td className="number" data-label={t.lots.mean}>
        {lot.mean === null || lot.mean_se === null ? (
          t.common.none
        ) : (
          <>
            {format.signedPercent(lot.mean)}
            <span className="sub">± {format.percent(1.96 * lot.mean_se)}</span>
          </>
        )}
      </td>
      <td className="number" data-label={t.lots.share}>
        {lot.share === null ? (
          t.common.none
        ) : (
          <>
            {format.percent(lot.share, 0)}
            {lot.share_low !== null && lot.share_high !== null && (
              <span className="sub">
                {format.percent(lot.share_low, 0)} … {format.percent(lot.share_high, 0)}
              </span>
            )}
          </>
        )}
      </td>
      <td className="number" data-label={t.lots.over}>
        {lot.p_share_over_5 === null ? t.common.none : format.probability(lot.p_share_over_5)}
      </td>
      <td data-label={t.lots.exit}>
        {lot.exit_date === null
          ? t.common.none
          : asOf !== undefined && lot.exit_date <= asOf
            ? t.lots.exitNow
            : format.date(lot.exit_date)}
      </td>
    </tr>
  );
}

/** All graded lots, the most worrying first. */
export function LotsPage() {
  const { t } = useText();
  useTitle(t.lots.title);
  const list = usePages<Lot>('/lots', { limit: 100 });
  return (
    <>
      <div className="page-head">
        <h1>{t.lots.title}</h1>
        <p className="lead">{t.lots.lead}</p>
      </div>
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={6} />}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <caption className="visually-hidden">{t.lots.title}</caption>
            <thead>
              <tr>
                <th scope="col">{t.lots.lot}</th>
                <th scope="col" className="number">
                  {t.lots.members}
                </th>
                <th scope="col" className="number">
                  {t.lots.mean}
                </th>
                <th scope="col" className="number" title={t.lots.shareHint}>
                  {t.lots.share}
                </th>
                <th scope="col" className="number" title={t.lots.overHint}>
                  {t.lots.over}
                </th>
                <th scope="col">{t.lots.exit}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((lot) => (
                <LotRow key={`${lot.lot} ${lot.quantity}`} lot={lot} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>
          <Hinted text={t.lots.empty} />
        </Empty>
      )}
      {list.items.length > 0 && <ListFoot list={list} />}
    </>
  );
}
