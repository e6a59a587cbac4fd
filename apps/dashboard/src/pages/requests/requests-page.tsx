import type { CustomerRequest } from '@verimeter/api-schema';
import { Segments } from '../../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { deviceHref, href, requestHref } from '../../lib/routing.ts';
import { useSession } from '../../lib/session.tsx';
import { todayIn } from '../../lib/today.ts';
import { usePages } from '../../lib/use-pages.ts';
import { useMayWrite } from '../quarantine-actions.tsx';
import { RequestForm } from './request-form.tsx';
import { RequestTime } from './request-time.tsx';

function RequestRow({ request }: { readonly request: CustomerRequest }) {
  const { t, format } = useText();
  return (
    <tr>
      <th scope="row" data-label={t.requests.number}>
        <a href={requestHref(request.id)}>{t.requests.one(String(request.id))}</a>
        {request.reference !== null && <span className="sub">{request.reference}</span>}
      </th>
      <td data-label={t.requests.device}>
        <a href={deviceHref(request.device_id)}>{request.device_id}</a>
        <span className="sub">{t.requests.utilities[request.utility]}</span>
      </td>
      <td data-label={t.requests.kind}>
        {t.requests.kinds[request.kind]}
        <span className="sub">{t.requests.statuses[request.status]}</span>
      </td>
      <td data-label={t.requests.received}>{format.date(request.received_on)}</td>
      <td data-label={t.requests.due}>
        {request.due_on === null ? t.common.none : format.date(request.due_on)}
        {request.due_agreed && <span className="sub">{t.requests.agreed}</span>}
      </td>
      <td data-label={t.requests.state}>
        <RequestTime request={request} />
      </td>
    </tr>
  );
}

/** What customers ask, open requests first, by their last day. */
export function RequestsPage({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  useTitle(t.requests.title);
  const mayWrite = useMayWrite();
  const { current } = useSession();
  const zone = current.state === 'signed-in' ? current.session.zone : 'UTC';
  const show = params.get('show') === 'all' ? 'all' : 'open';
  const isAdding = mayWrite && params.has('new');
  const list = usePages<CustomerRequest>('/customer-requests', {
    ...(show === 'open' ? { status: 'open' } : {}),
    limit: 100,
  });
  return (
    <>
      <div className="page-head with-action">
        <div>
          <h1>{t.requests.title}</h1>
          <p className="lead">{t.requests.lead}</p>
          {!mayWrite && <p className="hint">{t.requests.readOnly}</p>}
        </div>
        {mayWrite && !isAdding && (
          <a className="button primary" href={href('/requests', { new: 'yes' })}>
            {t.requests.add}
          </a>
        )}
      </div>
      {isAdding && <RequestForm device={params.get('device') ?? ''} today={todayIn(zone)} />}
      <Segments
        label={t.requests.show}
        value={show}
        options={[
          ['open', t.requests.open],
          ['all', t.requests.all],
        ]}
        onChange={(value) => {
          globalThis.location.hash = href('/requests', value === 'all' ? { show: 'all' } : {});
        }}
      />
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={4} />}
      {list.items.length > 0 && (
        <div className="table-frame">
          <table className="stacking">
            <caption className="visually-hidden">{t.requests.title}</caption>
            <thead>
              <tr>
                <th scope="col">{t.requests.number}</th>
                <th scope="col">{t.requests.device}</th>
                <th scope="col">{t.requests.kind}</th>
                <th scope="col">{t.requests.received}</th>
                <th scope="col">{t.requests.due}</th>
                <th scope="col">{t.requests.state}</th>
              </tr>
            </thead>
            <tbody>
              {list.items.map((one) => (
                <RequestRow key={one.id} request={one} />
              ))}
            </tbody>
          </table>
        </div>
      )}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>{show === 'open' ? t.requests.noneOpen : t.requests.none}</Empty>
      )}
      {list.items.length > 0 && <ListFoot list={list} />}
    </>
  );
}
