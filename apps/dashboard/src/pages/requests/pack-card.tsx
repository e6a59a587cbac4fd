import type { StoredDocument } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { SelectField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, get, type Page, request, requestPath } from '../../lib/api-client.ts';
import { documentHref } from '../../lib/routing.ts';
import { asApiError, useResource } from '../../lib/use-resource.ts';
import { useMayWrite } from '../quarantine-actions.tsx';

const DAYS = ['60', '90', '180', '365'] as const;

/** The files of a document. */
export function DocumentFiles({ id }: { readonly id: string }) {
  const { t } = useText();
  const { vietnamese, english } = t.requests.pack;
  return (
    <span className="row-actions">
      {(['vi', 'en'] as const).map((lang) => (
        <a
          key={lang}
          className="button"
          href={requestPath(`/documents/${encodeURIComponent(id)}.pdf`, { lang })}
          download={`${id}-${lang}.pdf`}
          aria-label={`${id}: ${lang === 'vi' ? vietnamese : english}`}
        >
          {lang === 'vi' ? vietnamese : english}
        </a>
      ))}
    </span>
  );
}

interface PackProps {
  readonly requestId: number;
  readonly onMade: () => void;
}

/** The packs that answer a request, and the button that makes one. */
export function PackCard({ requestId, onMade }: PackProps) {
  const { t, format } = useText();
  const texts = t.requests.pack;
  const mayWrite = useMayWrite();
  const [days, setDays] = useState<string>('90');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [done, setDone] = useState<string>();
  const list = useResource(`documents of ${requestId}`, (signal) =>
    get<Page<StoredDocument>>('/documents', { request_id: requestId, limit: 100 }, signal),
  );
  const make = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const made = await request<StoredDocument>(
        'POST',
        `/customer-requests/${requestId}/evidence-pack`,
        { body: { days: Number(days) } },
      );
      setDone(texts.made(made.id));
      list.reload();
      onMade();
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  return (
    <section className="card" aria-labelledby="pack">
      <h2 id="pack">{texts.title}</h2>
      <p className="hint">{texts.lead}</p>
      {mayWrite && (
        <div className="row-actions pack-actions">
          <SelectField
            label={texts.days}
            value={days}
            options={DAYS.map((count) => [count, count] as const)}
            onChange={setDays}
          />
          <button type="button" className="primary" disabled={busy} onClick={() => void make()}>
            {busy ? texts.making : texts.make}
          </button>
        </div>
      )}
      <p className="done" role="status">
        {done}
      </p>
      {error !== undefined && <ProblemNote error={error} />}
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.data === undefined && list.error === undefined && <Skeleton lines={2} />}
      {list.data?.items.length === 0 && <p className="hint">{texts.none}</p>}
      {list.data !== undefined && list.data.items.length > 0 && (
        <ul className="documents">
          {list.data.items.map((document) => (
            <li key={document.id}>
              <div>
                <a href={documentHref(document.id)}>{document.id}</a>
                <span className="sub">
                  {texts.madeAt} {format.dateTime(document.created_at)}
                </span>
              </div>
              <DocumentFiles id={document.id} />
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}
