import type { LegalSummary } from '@verimeter/api-schema';
import type { LegalStatus } from '@verimeter/telemetry';
import { type CSSProperties, Fragment } from 'react';
import { LEGAL_TONES, Mark } from '../../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { get } from '../../lib/api-client.ts';
import { href } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';

const dueHref = (params: Readonly<Record<string, string>>): string =>
  href('/verifications', { view: 'due', ...params });

/** What asks for work first. */
const ORDER: readonly LegalStatus[] = [
  'expired',
  'due_soon',
  'void',
  'unknown',
  'valid',
  'not_regulated',
];

function Counts({ summary }: { readonly summary: LegalSummary }) {
  const { t, words, format } = useText();
  return (
    <section className="legal-tiles" aria-label={t.legal.calendar.counts}>
      {ORDER.map((status) => (
        <a key={status} className={`tile tile-${LEGAL_TONES[status]}`} href={dueHref({ status })}>
          <span className="tile-name">
            <Mark tone={LEGAL_TONES[status]} />
            {words.legal[status]}
          </span>
          <span className="tile-count">{format.integer(summary.statuses[status])}</span>
        </a>
      ))}
    </section>
  );
}

/** React passes custom properties on. */
const styleOf = (entries: Readonly<Record<`--${string}`, number>>): CSSProperties => entries;

/** A bar a month, each a link to the devices behind it. */
function Months({ summary }: { readonly summary: LegalSummary }) {
  const { t, format } = useText();
  const texts = t.legal.calendar;
  const most = Math.max(...summary.months.map(({ due, provisional }) => due + provisional));
  if (most <= 0) return <Empty>{texts.none}</Empty>;
  return (
    <>
      <ol className="calendar-months" aria-label={texts.months}>
        {summary.months.map(({ month, due, provisional }) => {
          const name = format.month(month);
          const count = format.integer(due + provisional);
          const said = texts.monthCount(
            count,
            provisional === 0 ? '' : format.integer(provisional),
          );
          const isEmpty = due + provisional === 0;
          const shape = (
            <>
              <span className="calendar-name">
                {name.split('/').map((part, index) => (
                  <Fragment key={part}>
                    {index > 0 && (
                      <>
                        /<wbr />
                      </>
                    )}
                    {part}
                  </Fragment>
                ))}
              </span>
              <span
                className="calendar-bar"
                aria-hidden="true"
                style={styleOf({ '--due': due / most, '--provisional': provisional / most })}
              >
                <span className="calendar-legal" />
                <span className="calendar-provisional" />
              </span>
              <span className="calendar-count">
                {isEmpty ? <span className="visually-hidden">0</span> : count}
                <span className="visually-hidden"> {said}</span>
              </span>
            </>
          );
          return (
            <li key={month}>
              {isEmpty ? (
                <span className="calendar-month">{shape}</span>
              ) : (
                <a className="calendar-month" href={dueHref({ month })} title={`${count} ${said}`}>
                  {shape}
                </a>
              )}
            </li>
          );
        })}
      </ol>
      <p className="legend">
        <span className="legend-item">
          <span className="swatch swatch-legal" aria-hidden="true" />
          {texts.due}
        </span>
        <span className="legend-item">
          <span className="swatch swatch-provisional" aria-hidden="true" />
          {texts.provisional}
        </span>
      </p>
    </>
  );
}

/** Devices by legal status, and how many are due in each month. */
export function LegalCalendar() {
  const { t, format } = useText();
  const texts = t.legal.calendar;
  const summary = useResource('legal summary', (signal) =>
    get<LegalSummary>('/legal-states/summary', {}, signal),
  );
  const { data, error } = summary;
  if (error !== undefined) return <ProblemNote error={error} retry={summary.reload} />;
  if (data === undefined) return <Skeleton lines={6} />;
  return (
    <>
      <Counts summary={data} />
      <section className="card">
        <div className="card-head">
          <h2>{texts.title}</h2>
          {data.overdue > 0 && (
            <a href={dueHref({ month: 'overdue' })}>
              {texts.overdue(format.integer(data.overdue))}
            </a>
          )}
        </div>
        {data.pending > 0 && (
          <p className="hint" role="status">
            {texts.pending(format.integer(data.pending))}
          </p>
        )}
        <Months summary={data} />
        <p className="invariant">{t.legal.threeNotions}</p>
      </section>
    </>
  );
}
