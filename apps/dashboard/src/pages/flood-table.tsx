import type { Flood } from '@verimeter/api-schema';
import { useEffect } from 'react';
import { FloodBadge, Mark } from '../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../components/feedback.tsx';
import { ListFoot } from '../components/list-foot.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type Page, get } from '../lib/api-client.ts';
import { deviceHref, href } from '../lib/routing.ts';
import { usePages } from '../lib/use-pages.ts';
import { useResource } from '../lib/use-resource.ts';

type Answer = Page<Flood> & { readonly active: number };

/** Floods are written once a minute. */
const RELOAD_MS = 60_000;

function useEveryMinute(reload: () => void): void {
  useEffect(() => {
    const timer = setInterval(reload, RELOAD_MS);
    return () => clearInterval(timer);
  }, [reload]);
}

/** Says on the other views of the page that somebody floods now. */
export function FloodNote() {
  const { t, format } = useText();
  const floods = useResource('active floods', (signal) =>
    get<Answer>('/message-floods', { state: 'active', limit: 1 }, signal),
  );
  useEveryMinute(floods.reload);
  const active = floods.data?.active ?? 0;
  if (active === 0) return null;
  return (
    <p className="tab-lead" role="note">
      <Mark tone="warn" />{' '}
      <a href={href('/quality', { view: 'floods' })}>{t.floods.active(format.integer(active))}</a>
    </p>
  );
}

function Row({ flood }: { readonly flood: Flood }) {
  const { t, format } = useText();
  const { device_id: device } = flood;
  return (
    <tr>
      <th scope="row" data-label={t.floods.sender}>
        {device === null ? <code>{flood.sender}</code> : <a href={deviceHref(device)}>{device}</a>}
      </th>
      <td data-label={t.quality.status}>
        <FloodBadge value={flood.state} />
      </td>
      <td className="number" data-label={t.floods.rate}>
        {t.floods.perSecond(format.number(flood.rate_per_second, 0))}
        {flood.top_rate_per_second > flood.rate_per_second && (
          <div className="hint">
            {t.floods.top(t.floods.perSecond(format.number(flood.top_rate_per_second, 0)))}
          </div>
        )}
      </td>
      <td className="number" data-label={t.floods.beyond}>
        {format.integer(flood.messages_beyond)}
      </td>
      <td data-label={t.floods.since}>{format.dateTime(flood.since)}</td>
      <td data-label={t.floods.until}>
        {flood.state === 'active' ? t.floods.ongoing : format.dateTime(flood.until)}
      </td>
    </tr>
  );
}

/** Who sends, or sent, more than a device may, the latest first. */
export function FloodTable() {
  const { t } = useText();
  const list = usePages<Flood, Answer>('/message-floods', { limit: 100 });
  useEveryMinute(list.reload);
  return (
    <>
      <p className="tab-lead">{t.floods.lead}</p>
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={4} />}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{t.floods.empty}</Empty>
      )}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <thead>
              <tr>
                <th scope="col">{t.floods.sender}</th>
                <th scope="col">{t.quality.status}</th>
                <th scope="col" className="number">
                  {t.floods.rate}
                </th>
                <th scope="col" className="number">
                  {t.floods.beyond}
                </th>
                <th scope="col">{t.floods.since}</th>
                <th scope="col">{t.floods.until}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((flood) => (
                <Row key={`${flood.sender} ${flood.since}`} flood={flood} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {list.hasMore && <ListFoot list={list} />}
    </>
  );
}
