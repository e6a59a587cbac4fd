import type { Report, ReportCount } from '@verimeter/api-schema';
import type { ReactNode } from 'react';
import { Choice, Segments } from '../../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get, requestPath } from '../../lib/api-client.ts';
import { href } from '../../lib/routing.ts';
import { useSession } from '../../lib/session.tsx';
import { todayIn } from '../../lib/today.ts';
import { useResource } from '../../lib/use-resource.ts';

const COUNTS: readonly ReportCount[] = [
  'registered',
  'verified',
  'cross_checked',
  'passed',
  'failed',
  'overdue',
  'due_next_month',
  'void',
  'not_stated',
];
/** Rows of a table on screen; the workbook has all. */
const SHOWN = 50;
const MONTHS = 24;
const YEARS = 6;

type Counted = Readonly<Record<ReportCount, number>> & {
  readonly key: string;
  readonly name: ReactNode;
};

function CountTable({
  title,
  column,
  rows,
}: {
  readonly title: string;
  readonly column: string;
  readonly rows: readonly Counted[];
}) {
  const { t, format } = useText();
  return (
    <section className="card">
      <h2>{title}</h2>
      {rows.length === 0 ? (
        <Empty>{t.reports.empty}</Empty>
      ) : (
        <div className="table-frame">
          <table className="stacking report-table">
            <caption className="visually-hidden">{title}</caption>
            <thead>
              <tr>
                <th scope="col">{column}</th>
                {COUNTS.map((count) => (
                  <th key={count} scope="col" className="number">
                    {t.reports.counts[count]}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.slice(0, SHOWN).map((row) => (
                <tr key={row.key}>
                  <th scope="row" data-label={column}>
                    {row.name}
                  </th>
                  {COUNTS.map((count) => (
                    <td key={count} className="number" data-label={t.reports.counts[count]}>
                      {format.integer(row[count])}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
      {rows.length > SHOWN && (
        <p className="hint">{t.reports.more(format.integer(rows.length - SHOWN))}</p>
      )}
    </section>
  );
}

function Figures({
  title,
  rows,
  foot,
}: {
  readonly title: string;
  readonly rows: readonly (readonly [name: string, value: string])[];
  readonly foot?: ReactNode;
}) {
  return (
    <section className="card">
      <h2>{title}</h2>
      <dl className="facts-grid">
        {rows.map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {foot}
    </section>
  );
}

function Tables({ report }: { readonly report: Report }) {
  const { t, words, format } = useText();
  const texts = t.reports;
  const named = <Figure extends string>(
    names: Readonly<Record<Figure, string>>,
    values: Readonly<Record<Figure, number>>,
  ) =>
    Object.entries<string>(names).map(
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- names and values have the same keys
      ([name, title]) => [title, format.integer(values[name as Figure])] as const,
    );
  const { median_error: median, ...failures } = report.failures;
  return (
    <div className="desk">
      <CountTable
        title={texts.byKind}
        column={texts.kind}
        rows={[
          ...report.by_kind.map((row) => ({
            ...row,
            key: row.kind,
            name: words.deviceKind[row.kind],
          })),
          { ...report.totals, key: 'total', name: texts.total },
        ]}
      />
      <Figures
        title={texts.failures}
        rows={[
          ...named(texts.failureRows, failures),
          [texts.median, median === null ? t.common.none : format.signedPercent(median)],
        ]}
      />
      <Figures
        title={texts.trackRecord}
        rows={named(texts.trackRows, {
          scored: report.track_record.scored,
          hit: report.track_record.outcomes.hit,
          false_alarm: report.track_record.outcomes.false_alarm,
          miss: report.track_record.outcomes.miss,
        })}
        foot={
          <a href={href('/track-record', { from: report.from, to: report.as_of })}>
            {texts.trackRecordLink}
          </a>
        }
      />
      <Figures title={texts.requests} rows={named(texts.requestRows, report.requests)} />
      <Figures title={texts.quality} rows={named(texts.qualityRows, report.data_quality)} />
      <CountTable
        title={texts.byArea}
        column={texts.area}
        rows={report.by_area.map((row) => ({
          ...row,
          key: row.group_id ?? '',
          name:
            row.group_id === null ? (
              texts.noArea
            ) : (
              <>
                {row.name ?? row.group_id}
                {row.name !== null && <span className="sub">{row.group_id}</span>}
              </>
            ),
        }))}
      />
      <CountTable
        title={texts.byLot}
        column={texts.lot}
        rows={report.by_lot.map((row) => ({
          ...row,
          key: `${row.kind} ${row.manufacturer ?? ''} ${row.model ?? ''} ${row.year ?? ''}`,
          name: (
            <>
              {[row.manufacturer, row.model, row.year]
                .map((part) => part ?? texts.unknown)
                .join(', ')}
              <span className="sub">{words.deviceKind[row.kind]}</span>
            </>
          ),
        }))}
      />
    </div>
  );
}

/** `YYYY-MM` of the month and of those before it. */
function monthsBefore(today: string): string[] {
  const [year = 0, month = 1] = today.split('-').map(Number);
  return Array.from({ length: MONTHS }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  );
}

function go(chosen: string): void {
  globalThis.location.hash = href('/reports', { period: chosen });
}

const PERIOD = /^\d{4}(?:-\d{2})?$/;

/** What was verified in a month or year, and how instruments stood at its end. */
export function ReportsPage({ params }: { readonly params: URLSearchParams }) {
  const { t, format, language } = useText();
  const texts = t.reports;
  useTitle(texts.title);
  const { current } = useSession();
  const today = todayIn(current.state === 'signed-in' ? current.session.zone : 'UTC');
  const asked = params.get('period') ?? '';
  const period = PERIOD.test(asked) ? asked : today.slice(0, 7);
  const isYear = period.length === 4;
  const { data, error, reload } = useResource(`report ${period}`, (signal) =>
    get<Report>(`/reports/${period}`, {}, signal),
  );
  const years = Array.from({ length: YEARS }, (_, back) =>
    String(Number(today.slice(0, 4)) - back),
  );
  const choices = isYear ? years : monthsBefore(today);
  return (
    <>
      <div className="page-head with-action">
        <div>
          <h1>{texts.title}</h1>
          <p className="lead">{texts.lead}</p>
        </div>
        <span className="row-actions">
          {(['pdf', 'xlsx'] as const).map((format_) => (
            <a
              key={format_}
              className="button"
              href={requestPath(`/reports/${period}.${format_}`, { lang: language })}
              download={`report-${period}-${language}.${format_}`}
            >
              {format_.toUpperCase()}
            </a>
          ))}
        </span>
      </div>
      <div className="report-period">
        <Segments
          label={texts.span}
          value={isYear ? 'year' : 'month'}
          options={[
            ['month', texts.month],
            ['year', texts.year],
          ]}
          onChange={(value) => go(value === 'year' ? period.slice(0, 4) : today.slice(0, 7))}
        />
        <Choice
          label={isYear ? texts.yearOf : texts.monthOf}
          value={period}
          options={[...new Set([period, ...choices])]
            .toSorted()
            .toReversed()
            .map((one) => [one, one.split('-').toReversed().join('/')] as const)}
          onChange={go}
        />
      </div>
      {error !== undefined && <ProblemNote error={error} retry={reload} />}
      {data === undefined && error === undefined && <Skeleton lines={8} />}
      {data !== undefined && (
        <>
          <p className="hint">
            {texts.asOf(format.date(data.as_of))}. {!data.complete && texts.incomplete}
          </p>
          <Tables report={data} />
        </>
      )}
    </>
  );
}
