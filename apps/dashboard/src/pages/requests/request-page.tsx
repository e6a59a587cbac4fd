import type { CustomerRequestDetail } from '@verimeter/api-schema';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get } from '../../lib/api-client.ts';
import { deviceHref, documentHref, href } from '../../lib/routing.ts';
import { useSession } from '../../lib/session.tsx';
import { todayIn } from '../../lib/today.ts';
import { useResource } from '../../lib/use-resource.ts';
import { useMayWrite } from '../quarantine-actions.tsx';
import { AnswerCard } from './answer-card.tsx';
import { PackCard } from './pack-card.tsx';
import { RequestTime } from './request-time.tsx';

function Facts({ request }: { readonly request: CustomerRequestDetail }) {
  const { t, format } = useText();
  const texts = t.requests;
  const { clock } = request;
  return (
    <section className="card" aria-labelledby="facts">
      <h2 id="facts">{texts.facts}</h2>
      <dl className="facts-grid">
        <div>
          <dt>{texts.device}</dt>
          <dd>
            <a href={deviceHref(request.device_id)}>{request.device_id}</a>
          </dd>
        </div>
        <div>
          <dt>{texts.kind}</dt>
          <dd>{texts.kinds[request.kind]}</dd>
        </div>
        <div>
          <dt>{texts.utility}</dt>
          <dd>{texts.utilities[request.utility]}</dd>
        </div>
        <div>
          <dt>{texts.received}</dt>
          <dd>{format.date(request.received_on)}</dd>
        </div>
        <div>
          <dt>{texts.due}</dt>
          <dd>
            {request.due_on === null ? t.common.none : format.date(request.due_on)}
            {request.due_agreed && <span className="sub">{texts.agreed}</span>}
          </dd>
        </div>
        {request.answered_on !== null && (
          <div>
            <dt>{texts.answeredOn}</dt>
            <dd>{format.date(request.answered_on)}</dd>
          </div>
        )}
        {request.reference !== null && (
          <div>
            <dt>{texts.reference}</dt>
            <dd>{request.reference}</dd>
          </div>
        )}
        <div>
          <dt>{texts.clock}</dt>
          <dd>
            {clock === null ? texts.timings.no_clock : texts.clockOf(clock.amount, clock.unit)}
            {clock !== null && (
              <span className="sub">
                {clock.source}
                {clock.status === 'unverified' && ` (${texts.unverified})`}
              </span>
            )}
          </dd>
        </div>
      </dl>
      {request.note !== null && (
        <p>
          <strong>{texts.note}:</strong> {request.note}
        </p>
      )}
    </section>
  );
}

function History({ request }: { readonly request: CustomerRequestDetail }) {
  const { t, format } = useText();
  const texts = t.requests.history;
  return (
    <section className="card" aria-labelledby="history">
      <h2 id="history">{texts.title}</h2>
      <ol className="request-history">
        {request.history.map((event) => (
          <li key={`${event.at} ${event.status ?? ''} ${event.document_id ?? ''}`}>
            <span className="sub">
              {format.dateTime(event.at)} · {event.by.name ?? event.by.id}
            </span>
            {event.document_id !== null ? (
              <a href={documentHref(event.document_id)}>{texts.document(event.document_id)}</a>
            ) : event.status === null ? (
              texts.noted
            ) : (
              texts.statuses[event.status]
            )}
            {event.comment !== null && <p>{event.comment}</p>}
          </li>
        ))}
      </ol>
    </section>
  );
}

/** One request: what was asked, the pack that answers it, and what was done. */
export function RequestPage({ id }: { readonly id: string }) {
  const { t } = useText();
  useTitle(t.requests.one(id));
  const mayWrite = useMayWrite();
  const { current } = useSession();
  const zone = current.state === 'signed-in' ? current.session.zone : 'UTC';
  const { data, error, reload } = useResource(`request ${id}`, (signal) =>
    get<CustomerRequestDetail>(`/customer-requests/${encodeURIComponent(id)}`, {}, signal),
  );
  return (
    <>
      <div className="page-head">
        <a className="back" href={href('/requests')}>
          {t.requests.back}
        </a>
        <h1>{t.requests.one(id)}</h1>
        {data !== undefined && (
          <p className="lead">
            {t.requests.statuses[data.status]} · <RequestTime request={data} />
          </p>
        )}
      </div>
      {error !== undefined && <ProblemNote error={error} retry={reload} />}
      {data === undefined && error === undefined && <Skeleton lines={6} />}
      {data !== undefined && (
        <div className="desk">
          <Facts request={data} />
          <PackCard requestId={data.id} onMade={reload} />
          {mayWrite && <AnswerCard request={data} today={todayIn(zone)} onChanged={reload} />}
          <History request={data} />
        </div>
      )}
    </>
  );
}
