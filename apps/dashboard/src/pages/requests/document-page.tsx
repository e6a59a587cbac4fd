import type { DocumentDetail } from '@verimeter/api-schema';
import { unitLabel } from '@verimeter/telemetry';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get } from '../../lib/api-client.ts';
import { deviceHref, href, requestHref } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { DocumentFiles } from './pack-card.tsx';

function Months({ document }: { readonly document: DocumentDetail }) {
  const { t, format } = useText();
  const texts = t.requests.document;
  const { register } = document.snapshot;
  if (register === null || register.months.length === 0) return null;
  return (
    <section className="card">
      <h2>{texts.months}</h2>
      <div className="table-frame">
        <table className="stacking">
          <caption className="visually-hidden">{texts.months}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.month}</th>
              <th scope="col" className="number">
                {texts.used}, {unitLabel(register.unit)}
              </th>
              <th scope="col" className="number">
                {texts.days}
              </th>
              <th scope="col">{texts.remark}</th>
            </tr>
          </thead>
          <tbody>
            {register.months.map((month) => (
              <tr key={month.month}>
                <th scope="row" data-label={texts.month}>
                  {month.month.split('-').toReversed().join('/')}
                </th>
                <td className="number" data-label={texts.used}>
                  {month.amount === null ? t.common.none : format.number(month.amount, 1)}
                </td>
                <td className="number" data-label={texts.days}>
                  {format.integer(month.days_with_use)}
                </td>
                <td data-label={texts.remark}>{month.equal ? texts.equal : t.common.none}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  );
}

/** A document that was made: its files, and what a code that was scanned leads to. */
export function DocumentPage({ id }: { readonly id: string }) {
  const { t, format } = useText();
  const texts = t.requests.document;
  useTitle(texts.title(id));
  const { data, error, reload } = useResource(`document ${id}`, (signal) =>
    get<DocumentDetail>(`/documents/${encodeURIComponent(id)}`, {}, signal),
  );
  return (
    <>
      <div className="page-head">
        <a className="back" href={href('/requests')}>
          {t.requests.back}
        </a>
        <h1>{texts.title(id)}</h1>
      </div>
      {error !== undefined && <ProblemNote error={error} retry={reload} />}
      {data === undefined && error === undefined && <Skeleton lines={6} />}
      {data !== undefined && (
        <div className="desk">
          <section className="card">
            <h2>{t.requests.pack.title}</h2>
            <dl className="facts-grid">
              <div>
                <dt>{texts.of}</dt>
                <dd>
                  <a href={deviceHref(data.device_id)}>{data.device_id}</a>
                </dd>
              </div>
              {data.request_id !== null && (
                <div>
                  <dt>{texts.request}</dt>
                  <dd>
                    <a href={requestHref(data.request_id)}>
                      {t.requests.one(String(data.request_id))}
                    </a>
                  </dd>
                </div>
              )}
              <div>
                <dt>{t.requests.pack.madeAt}</dt>
                <dd>
                  {format.dateTime(data.created_at)}
                  <span className="sub">{data.created_by.name ?? data.created_by.id}</span>
                </dd>
              </div>
            </dl>
            <p className="hash">
              {t.requests.pack.hash}: <code>{data.snapshot_sha256}</code>
            </p>
            <DocumentFiles id={data.id} />
          </section>
          <Months document={data} />
        </div>
      )}
    </>
  );
}
