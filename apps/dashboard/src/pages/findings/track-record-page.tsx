import type { Share, TrackRecord } from '@verimeter/api-schema';
import { DEVICE_KINDS } from '@verimeter/telemetry';
import { useId } from 'react';
import { Choice } from '../../components/choice.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get } from '../../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../../lib/live.tsx';
import { href } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { CalibrationChart } from './calibration-chart.tsx';
import { ScoreTable } from './score-table.tsx';

const FILTERS = ['from', 'to', 'kind'] as const;
const RELOAD_MS = 2000;

function DayField({
  label,
  value,
  onChange,
}: {
  readonly label: string;
  readonly value: string;
  readonly onChange: (day: string) => void;
}) {
  const id = useId();
  return (
    <div className="field">
      <label htmlFor={id}>{label}</label>
      <input id={id} type="date" value={value} onChange={(event) => onChange(event.target.value)} />
    </div>
  );
}

function Filters({ params }: { readonly params: URLSearchParams }) {
  const { t, words } = useText();
  const value = (name: string): string => params.get(name) ?? '';
  const set = (name: string, text: string): void =>
    replaceHash(href('/track-record', { ...Object.fromEntries(params), [name]: text }));
  return (
    <section className="filters" aria-label={t.findings.filters}>
      <DayField
        label={t.trackRecord.from}
        value={value('from')}
        onChange={(day) => set('from', day)}
      />
      <DayField label={t.trackRecord.to} value={value('to')} onChange={(day) => set('to', day)} />
      <Choice
        label={t.trackRecord.kind}
        anyText={t.common.all}
        value={value('kind')}
        options={DEVICE_KINDS.map((kind) => [kind, words.deviceKind[kind]])}
        onChange={(kind) => set('kind', kind)}
      />
    </section>
  );
}

interface ShareCardProps {
  readonly title: string;
  readonly words: string;
  readonly why?: string;
  readonly share: Share;
  readonly enoughFrom: number;
}

/** A share with its interval; of too few verifications that it cannot be told yet. */
function ShareCard({ title, words, why, share, enoughFrom }: ShareCardProps) {
  const { t, format } = useText();
  const texts = t.trackRecord;
  return (
    <section className="card share">
      <h2>{title}</h2>
      {share.enough && share.value !== null ? (
        <>
          <p className="share-value">{format.percent(share.value, 0)}</p>
          <p className="hint">
            {texts.interval(format.percent(share.low, 0), format.percent(share.high, 0))}
          </p>
          <p>{words}</p>
        </>
      ) : (
        <>
          <p className="share-few">{texts.tooFew}</p>
          {share.n > 0 && <p>{words}</p>}
          <p className="hint">
            {texts.tooFewWords(format.integer(share.n), format.integer(enoughFrom))}
          </p>
        </>
      )}
      {why !== undefined && <p className="hint">{why}</p>}
    </section>
  );
}

function Calibration({ record }: { readonly record: TrackRecord }) {
  const { t, format } = useText();
  const texts = t.trackRecord;
  if (record.calibration.length === 0) return null;
  return (
    <section className="card">
      <h2>{texts.calibration}</h2>
      <p className="hint">{texts.calibrationLead}</p>
      <div className="calibration-frame">
        <CalibrationChart bins={record.calibration} />
        <div className="table-frame">
          <table className="stacking">
            <caption className="visually-hidden">{texts.calibration}</caption>
            <thead>
              <tr>
                <th scope="col">{texts.range}</th>
                <th scope="col" className="number">
                  {texts.predicted}
                </th>
                <th scope="col" className="number">
                  {texts.found}
                </th>
                <th scope="col" className="number">
                  {texts.count}
                </th>
              </tr>
            </thead>
            <tbody>
              {record.calibration.map(({ from, to, predicted, found }) => (
                <tr key={from}>
                  <th scope="row" data-label={texts.range}>
                    {format.percent(from, 0)} … {format.percent(to, 0)}
                  </th>
                  <td className="number" data-label={texts.predicted}>
                    {format.percent(predicted, 0)}
                  </td>
                  <td className="number" data-label={texts.found}>
                    {found.value === null ? t.common.none : format.percent(found.value, 0)}
                    <span className="sub">
                      {format.percent(found.low, 0)} … {format.percent(found.high, 0)}
                    </span>
                  </td>
                  <td className="number" data-label={texts.count}>
                    {format.integer(found.n)}
                    {!found.enough && <span className="sub">{texts.tooFew}</span>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      </div>
    </section>
  );
}

const SELECTIONS = ['random', 'flagged', 'routine', 'complaint'] as const;
const OUTCOMES = [
  'hit',
  'false_alarm',
  'miss',
  'correct_silence',
  'inspected',
  'no_claim',
] as const;

function BySelection({ record }: { readonly record: TrackRecord }) {
  const { t, format } = useText();
  const texts = t.trackRecord;
  return (
    <section className="card">
      <h2>{texts.bySelection}</h2>
      <p className="hint">{texts.bySelectionLead}</p>
      <div className="table-frame">
        <table className="stacking">
          <caption className="visually-hidden">{texts.bySelection}</caption>
          <thead>
            <tr>
              <th scope="col">{texts.selection}</th>
              {OUTCOMES.map((outcome) => (
                <th key={outcome} scope="col" className="number">
                  {texts.outcomes[outcome]}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {SELECTIONS.map((selection) => (
              <tr key={selection}>
                <th scope="row" data-label={texts.selection}>
                  {texts.selections[selection]}
                </th>
                {OUTCOMES.map((outcome) => (
                  <td key={outcome} className="number" data-label={texts.outcomes[outcome]}>
                    {format.integer(record.selections[selection][outcome])}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {record.outcomes.no_claim > 0 && (
        <p>
          {texts.noClaim(
            format.integer(record.outcomes.no_claim),
            format.integer(record.found_beyond.no_claim),
          )}
        </p>
      )}
      {record.outcomes.inspected > 0 && (
        <p>
          {texts.inspected(
            format.integer(record.outcomes.inspected),
            format.integer(record.found_beyond.inspected),
          )}
        </p>
      )}
    </section>
  );
}

function Record({ record }: { readonly record: TrackRecord }) {
  const { t, format } = useText();
  const texts = t.trackRecord;
  const { precision, recall, coverage, enough_from: enoughFrom } = record;
  const of = (share: Share): [string, string] => [format.integer(share.k), format.integer(share.n)];
  return (
    <>
      {record.from !== null && record.to !== null && (
        <p className="tab-lead">
          {texts.basis(
            format.integer(record.scored),
            format.date(record.from),
            format.date(record.to),
          )}
        </p>
      )}
      <div className="shares" role="group" aria-label={texts.shares}>
        <ShareCard
          title={texts.precision}
          words={texts.precisionWords(...of(precision))}
          share={precision}
          enoughFrom={enoughFrom}
        />
        <ShareCard
          title={texts.recall}
          words={texts.recallWords(...of(recall))}
          why={texts.recallWhy}
          share={recall}
          enoughFrom={enoughFrom}
        />
        <ShareCard
          title={texts.coverage}
          words={texts.coverageWords(...of(coverage))}
          share={coverage}
          enoughFrom={enoughFrom}
        />
      </div>
      <Calibration record={record} />
      <BySelection record={record} />
    </>
  );
}

/** What verifications found of what the system had said. */
export function TrackRecordPage({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  useTitle(t.trackRecord.title);
  const query = Object.fromEntries(FILTERS.map((name) => [name, params.get(name) ?? undefined]));
  const record = useResource(`track record ${JSON.stringify(query)}`, (signal) =>
    get<TrackRecord>('/track-record', query, signal),
  );
  const { data, error, reload } = record;
  // A verification that answers a finding is announced with it.
  const soon = useThrottled(reload, RELOAD_MS);
  useLiveEvent('finding', soon);
  return (
    <>
      <div className="page-head">
        <h1>{t.trackRecord.title}</h1>
        <p className="lead">{t.trackRecord.lead}</p>
      </div>
      <Filters params={params} />
      {error !== undefined && <ProblemNote error={error} retry={reload} />}
      {data === undefined && error === undefined && <Skeleton lines={8} />}
      {data?.scored === 0 && <Empty>{t.trackRecord.none}</Empty>}
      {data !== undefined && data.scored > 0 && (
        <>
          <Record record={data} />
          <ScoreTable query={query} />
        </>
      )}
    </>
  );
}
