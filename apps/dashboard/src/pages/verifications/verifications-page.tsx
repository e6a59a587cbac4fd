import { useText, useTitle } from '../../i18n/i18n.tsx';
import { useMayOperate } from '../../lib/roles.ts';
import { entryHref, href } from '../../lib/routing.ts';
import { DueList } from './due-list.tsx';
import { EntryPage } from './entry-page.tsx';
import { LegalCalendar } from './legal-calendar.tsx';
import { RecordList } from './record-list.tsx';
import { RecordPage } from './record-page.tsx';

/** Records of verification, when verifications end, and the form for a result. */
export function VerificationsPage({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const mayOperate = useMayOperate();
  useTitle(t.legal.title);
  const record = params.get('record');
  if (record !== null) return <RecordPage key={record} id={record} edit={params.has('edit')} />;
  if (params.has('new')) return <EntryPage deviceId={params.get('device') ?? undefined} />;
  const isDue = params.get('view') === 'due';
  return (
    <>
      <div className="page-head with-action">
        <div>
          <h1>{t.legal.title}</h1>
          <p className="lead">{t.legal.lead}</p>
          {!mayOperate && <p className="hint">{t.legal.readOnly}</p>}
        </div>
        {mayOperate && (
          <a className="button primary" href={entryHref(params.get('device') ?? undefined)}>
            {t.legal.add}
          </a>
        )}
      </div>
      <nav className="tabs" aria-label={t.legal.tabs}>
        <a href={href('/verifications')} aria-current={isDue ? undefined : 'true'}>
          {t.legal.tabOverview}
        </a>
        <a href={href('/verifications', { view: 'due' })} aria-current={isDue ? 'true' : undefined}>
          {t.legal.tabDue}
        </a>
      </nav>
      {isDue ? (
        <DueList params={params} />
      ) : (
        <>
          <LegalCalendar />
          <RecordList params={params} />
        </>
      )}
    </>
  );
}
