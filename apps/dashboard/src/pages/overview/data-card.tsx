import { CardOf } from '../../components/card-of.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { href } from '../../lib/routing.ts';
import type { Resource } from '../../lib/use-resource.ts';

/** What a day of readings came to, and what is in its way. */
export interface DataState {
  readonly received: number;
  readonly rejected: number;
  readonly pending: number;
  readonly clocks: number;
  readonly floods: number;
  readonly quarantined: number;
}

export function DataCard({ resource }: { readonly resource: Resource<DataState> }) {
  const { t, format } = useText();
  return (
    <CardOf
      title={t.overview.data}
      lead={t.overview.dataLead}
      link={{ href: href('/quality'), text: t.nav.quality }}
      resource={resource}
    >
      {(state) => {
        const facts = [
          [t.overview.received, state.received, href('/quality', { view: 'ledger' })],
          [t.overview.rejected, state.rejected, href('/quality', { view: 'ledger' })],
          [t.overview.pendingReadings, state.pending, href('/quality', { view: 'ledger' })],
          [t.overview.quarantine, state.quarantined, href('/quality')],
          [t.overview.clocks, state.clocks, href('/quality', { view: 'clocks' })],
          [t.overview.floods, state.floods, href('/quality', { view: 'floods' })],
        ] as const;
        return (
          <>
            {state.received === 0 && <p className="empty">{t.overview.dataNone}</p>}
            <dl className="count-list">
              {facts.map(([name, count, target]) => (
                <div key={name}>
                  <dt>
                    <a href={target}>{name}</a>
                  </dt>
                  <dd>{format.integer(count)}</dd>
                </div>
              ))}
            </dl>
          </>
        );
      }}
    </CardOf>
  );
}
