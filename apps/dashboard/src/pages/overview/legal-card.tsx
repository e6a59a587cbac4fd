import type { LegalSummary } from '@verimeter/api-schema';
import { CardOf } from '../../components/card-of.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { Resource } from '../../lib/use-resource.ts';

/** Months ahead that are drawn. */
const MONTHS = 12;

/** How many legal dates lie in each of the next months. */
function DueBars({ months }: { readonly months: LegalSummary['months'] }) {
  const { t, format } = useText();
  const shown = months.slice(0, MONTHS);
  const most = Math.max(1, ...shown.map(({ due }) => due));
  const name = new Intl.DateTimeFormat(format.locale, {
    month: '2-digit',
    year: '2-digit',
    timeZone: 'UTC',
  });
  const long = new Intl.DateTimeFormat(format.locale, {
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });
  return (
    <ol className="due-bars" aria-label={t.overview.months}>
      {shown.map(({ month, due }) => {
        const at = new Date(`${month}-01T00:00:00Z`);
        return (
          <li key={month} title={t.overview.monthDue(long.format(at), format.integer(due))}>
            <span className="due-count">{format.integer(due)}</span>
            <span className="due-bar" style={{ height: `${(due / most) * 4.5}rem` }} />
            <span className="due-month">{name.format(at)}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** How the fleet stands before the law, and what becomes due when. */
export function LegalCard({ resource }: { readonly resource: Resource<LegalSummary> }) {
  const { t, format } = useText();
  return (
    <CardOf title={t.overview.legal} lead={t.overview.legalLead} resource={resource}>
      {(summary) => {
        const { statuses } = summary;
        const facts = [
          [t.overview.overdue, statuses.expired],
          [t.overview.dueSoon, statuses.due_soon],
          [t.overview.void, statuses.void],
          [t.overview.valid, statuses.valid],
          [t.overview.unknown, statuses.unknown],
          [t.overview.notRegulated, statuses.not_regulated],
        ] as const;
        return (
          <>
            <dl className="count-list">
              {facts.map(([name, count]) => (
                <div key={name}>
                  <dt>{name}</dt>
                  <dd>{format.integer(count)}</dd>
                </div>
              ))}
            </dl>
            {summary.pending > 0 && (
              <p className="hint">{t.overview.pending(format.integer(summary.pending))}</p>
            )}
            <h3>{t.overview.months}</h3>
            <DueBars months={summary.months} />
          </>
        );
      }}
    </CardOf>
  );
}
