import { useText, useTitle } from '../i18n/i18n.tsx';
import { href } from '../lib/routing.ts';
import { ClockTable } from './clock-table.tsx';
import { FloodNote, FloodTable } from './flood-table.tsx';
import { LedgerTable } from './ledger-table.tsx';
import { QuarantineList } from './quarantine-list.tsx';
import { ValidationTable } from './validation-table.tsx';

const VIEWS = ['quarantine', 'ledger', 'clocks', 'floods', 'validation'] as const;

export function QualityPage({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  useTitle(t.quality.title);
  const view = VIEWS.find((name) => name === params.get('view')) ?? 'quarantine';
  return (
    <>
      <div className="page-head">
        <h1>{t.quality.title}</h1>
        <p className="lead">{t.quality.lead}</p>
      </div>
      <nav className="tabs" aria-label={t.quality.tabs}>
        {VIEWS.map((name) => (
          <a
            key={name}
            href={href('/quality', name === 'quarantine' ? {} : { view: name })}
            aria-current={name === view ? 'true' : undefined}
          >
            {t.quality[name]}
          </a>
        ))}
      </nav>
      {view === 'floods' ? <FloodTable /> : <FloodNote />}
      {view === 'quarantine' && <QuarantineList params={params} />}
      {view === 'ledger' && <LedgerTable params={params} />}
      {view === 'validation' && <ValidationTable params={params} />}
      {view === 'clocks' && <ClockTable params={params} />}
    </>
  );
}
