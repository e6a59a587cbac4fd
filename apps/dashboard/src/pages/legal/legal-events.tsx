import type { LegalEventItem } from '@verimeter/api-schema';
import { LEGAL_EVENT_KINDS } from '@verimeter/metrology';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { ReasonForm } from '../../components/reason-form.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, get, type Page, request } from '../../lib/api-client.ts';
import { useMayOperate, useToday } from '../../lib/roles.ts';
import { asApiError, useResource } from '../../lib/use-resource.ts';

interface ReportFormProps {
  readonly path: string;
  readonly onDone: (saved: boolean) => void;
}

/** Reports what happened to a seal, a mark or the meter. */
function ReportForm({ path, onDone }: ReportFormProps) {
  const { t } = useText();
  const texts = t.legal.device;
  const today = useToday();
  const [kind, setKind] = useState<string>(LEGAL_EVENT_KINDS[0]);
  const [on, setOn] = useState(today);
  const [note, setNote] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('select')?.focus();
  }, []);
  const isFuture = on > today;
  const wrong = (field: string): string[] =>
    (error?.fields ?? []).filter((one) => one.field === field).map(({ message }) => message);
  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    if (isFuture || on === '') return;
    setBusy(true);
    setError(undefined);
    try {
      const body = { kind, on, note: note.trim() === '' ? null : note.trim() };
      await request<LegalEventItem>('POST', path, { body });
      onDone(true);
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  const dayProblems =
    on === ''
      ? [t.legal.words.problem.day]
      : isFuture
        ? [t.legal.words.problem.future]
        : wrong('on');
  return (
    <form ref={form} className="report-form" noValidate onSubmit={(event) => void save(event)}>
      <p className="hint">{texts.reportLead}</p>
      <div className="field-grid">
        <SelectField
          label={texts.event}
          value={kind}
          options={LEGAL_EVENT_KINDS.map((one) => [one, t.legal.words.eventKind[one]] as const)}
          problems={wrong('kind')}
          onChange={setKind}
        />
        <TextField
          label={texts.on}
          value={on}
          day={{ latest: today }}
          problems={dayProblems}
          onChange={setOn}
        />
        <TextField
          label={texts.note}
          hint={texts.noteHint}
          value={note}
          problems={wrong('note')}
          onChange={setNote}
        />
      </div>
      {error?.code === 'conflict' && (
        <p className="problem" role="alert">
          {texts.reportExists}
        </p>
      )}
      {error !== undefined && error.code !== 'conflict' && error.fields.length === 0 && (
        <ProblemNote error={error} title={t.legal.form.notSaved} />
      )}
      <div className="row-actions">
        <button type="submit" className="primary" disabled={busy}>
          {texts.reportSave}
        </button>
        <button type="button" className="quiet" onClick={() => onDone(false)}>
          {t.legal.form.cancel}
        </button>
      </div>
    </form>
  );
}

interface EventEntryProps {
  readonly event: LegalEventItem;
  readonly path: string;
  readonly onWithdrawn: () => void;
}

function EventEntry({ event, path, onWithdrawn }: EventEntryProps) {
  const { t, format } = useText();
  const texts = t.legal.device;
  const mayOperate = useMayOperate();
  const [isAsked, setAsked] = useState(false);
  const name = t.legal.words.eventKind[event.kind];
  const day = format.date(event.on);
  const { withdrawn } = event;
  return (
    <li className={withdrawn === null ? undefined : 'withdrawn'}>
      <div className="event-head">
        <strong>{name}</strong>
        <span>{day}</span>
        {withdrawn === null && mayOperate && !isAsked && (
          <button
            type="button"
            className="quiet"
            aria-label={texts.withdrawOf(name, day)}
            onClick={() => setAsked(true)}
          >
            {texts.withdraw}
          </button>
        )}
      </div>
      {event.note !== null && <p>{event.note}</p>}
      <p className="hint">
        {texts.by}: {event.entered_by.name ?? event.entered_by.id},{' '}
        {format.dateTime(event.entered_at)}
        {withdrawn !== null &&
          ` · ${texts.withdrawn} (${withdrawn.by.name ?? withdrawn.by.id}): ${withdrawn.reason}`}
      </p>
      {isAsked && withdrawn === null && (
        <ReasonForm
          label={texts.withdrawReason}
          submit={texts.withdraw}
          cancel={t.legal.form.cancel}
          required={t.legal.words.problem.required}
          onCancel={() => setAsked(false)}
          onSubmit={async (reason) => {
            await request('POST', `${path}/${event.id}/withdraw`, { body: { reason } });
            onWithdrawn();
          }}
        />
      )}
    </li>
  );
}

interface LegalEventsProps {
  readonly deviceId: string;
  /** How the device stands has changed. */
  readonly onChanged: () => void;
}

/** What was reported of seals, marks, repairs and swaps of a device, newest first. */
export function LegalEvents({ deviceId, onChanged }: LegalEventsProps) {
  const { t } = useText();
  const texts = t.legal.device;
  const mayOperate = useMayOperate();
  const path = `/devices/${encodeURIComponent(deviceId)}/legal-events`;
  const events = useResource(`legal events ${deviceId}`, (signal) =>
    get<Page<LegalEventItem>>(path, {}, signal),
  );
  const [isOpen, setOpen] = useState(false);
  const [done, setDone] = useState<string>();
  const heading = useRef<HTMLHeadingElement>(null);
  const finish = (said: string | undefined): void => {
    setDone(said);
    setOpen(false);
    // What had the focus is gone.
    heading.current?.focus();
    if (said === undefined) return;
    events.reload();
    onChanged();
  };
  const { data, error } = events;
  return (
    <div className="legal-events">
      <div className="card-head">
        <h3 ref={heading} tabIndex={-1}>
          {texts.events}
        </h3>
        {mayOperate && !isOpen && (
          <button type="button" onClick={() => setOpen(true)}>
            {texts.report}
          </button>
        )}
      </div>
      <p className="done" role="status">
        {done}
      </p>
      {isOpen && (
        <ReportForm path={path} onDone={(saved) => finish(saved ? texts.reported : undefined)} />
      )}
      {error !== undefined && <ProblemNote error={error} retry={events.reload} />}
      {data === undefined && error === undefined && <Skeleton lines={2} />}
      {data?.items.length === 0 && <Empty>{texts.eventsEmpty}</Empty>}
      {data !== undefined && data.items.length > 0 && (
        <ul className="event-list">
          {data.items.map((event) => (
            <EventEntry
              key={event.id}
              event={event}
              path={path}
              onWithdrawn={() => finish(texts.withdrawnDone)}
            />
          ))}
        </ul>
      )}
    </div>
  );
}
