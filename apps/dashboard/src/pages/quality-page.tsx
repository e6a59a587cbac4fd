import { useText, useTitle } from '../i18n/i18n.tsx';
import { href } from '../lib/routing.ts';
import { LedgerTable } from './ledger-table.tsx';
import { QuarantineList } from './quarantine-list.tsx';

export function QualityPage({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  useTitle(t.quality.title);
  const ledger = params.get('view') === 'ledger';
  return (
    <>
      <div className="page-head">
        <h1>{t.quality.title}</h1>
        <p className="lead">{t.quality.lead}</p>
      </div>
      <nav className="tabs" aria-label={t.quality.tabs}>
        <a href={href('/quality')} aria-current={ledger ? undefined : 'true'}>
          {t.quality.quarantine}
        </a>
        <a href={href('/quality', { view: 'ledger' })} aria-current={ledger ? 'true' : undefined}>
          {t.quality.ledger}
        </a>
      </nav>
      {ledger ? <LedgerTable params={params} /> : <QuarantineList params={params} />}
    </>
  );
}
