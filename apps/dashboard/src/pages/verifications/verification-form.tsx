import type { Device, VerificationItem } from '@verimeter/api-schema';
import { usualTestPoints } from '@verimeter/metrology';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { percentText } from '../../lib/decimal.ts';
import { useToday } from '../../lib/roles.ts';
import { href } from '../../lib/routing.ts';
import { asApiError } from '../../lib/use-resource.ts';
import {
  draftOfVerification,
  newVerification,
  placeOfProblem,
  readVerification,
  type VerificationDraft,
} from '../../lib/verification-draft.ts';
import { classLimit, odditiesOf } from '../../lib/verification-oddities.ts';
import { ConditionFields, MarkFields, ResultFields } from './form-fields.tsx';
import { PointsField } from './points-field.tsx';
import { WarningList } from './warning-list.tsx';

interface Problem {
  readonly field: string;
  readonly message: string;
}

interface FormProps {
  readonly device: Device;
  /** The record that is corrected; undefined: a new one. */
  readonly corrected?: VerificationItem;
  readonly onSaved: (item: VerificationItem) => void;
  readonly onCancel: () => void;
}

const NO_FIELD = ['device_id', ''];

/** A record of a verification with its test points; what is odd in it is said before it is saved. */
export function VerificationForm({ device, corrected, onSaved, onCancel }: FormProps) {
  const { t, format } = useText();
  const texts = t.legal.form;
  const today = useToday();
  const comma = (1.5).toLocaleString(format.locale).includes(',');
  const usual = usualTestPoints(device.kind, device.accuracy_class ?? undefined);
  const [draft, setDraft] = useState<VerificationDraft>(() =>
    corrected === undefined
      ? newVerification(today, usual, comma)
      : draftOfVerification(corrected, comma),
  );
  const [reason, setReason] = useState('');
  const [problems, setProblems] = useState<readonly Problem[]>([]);
  const [accepted, setAccepted] = useState('');
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  const warningBox = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (problems.length > 0) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [problems]);
  useEffect(() => {
    if (accepted !== '') warningBox.current?.focus();
  }, [accepted]);

  const read = readVerification(draft, device.device_id, today);
  const oddities = draft.result === '' ? [] : odditiesOf(read.input, device);
  const seen = JSON.stringify(oddities);
  const isAccepted = oddities.length > 0 && accepted === seen;
  const change = (part: Partial<VerificationDraft>): void => setDraft({ ...draft, ...part });
  const problemsAt = (field: string): readonly string[] =>
    problems.filter((problem) => problem.field === field).map(({ message }) => message);

  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setError(undefined);
    const found: Problem[] = read.problems.map(({ field, code }) => ({
      field,
      message: t.legal.words.problem[code],
    }));
    if (corrected !== undefined && reason.trim() === '')
      found.push({ field: 'reason', message: t.legal.words.problem.required });
    setProblems(found);
    if (found.length > 0) return;
    // Odd things are shown first; a second press says that they are meant so.
    if (oddities.length > 0 && !isAccepted) {
      setAccepted(seen);
      return;
    }
    setBusy(true);
    try {
      const saved =
        corrected === undefined
          ? await request<VerificationItem>('POST', '/verifications', { body: read.input })
          : await request<VerificationItem>('PUT', `/verifications/${corrected.id}`, {
              body: { verification: read.input, reason: reason.trim() },
            });
      onSaved(saved);
    } catch (caught) {
      const failure = asApiError(caught);
      const { fields } = failure;
      if (fields.length === 0) setError(failure);
      else
        setProblems(
          fields.map(({ field, message }) => ({
            field: placeOfProblem(field, read.places),
            message,
          })),
        );
      setBusy(false);
    }
  };

  const withoutPlace = NO_FIELD.flatMap((field) => problemsAt(field));
  const parts = { draft, change, problemsAt };
  return (
    <form
      ref={form}
      className="verification-form"
      noValidate
      onSubmit={(event) => void save(event)}
    >
      <section className="card">
        <h2>{texts.result}</h2>
        <ResultFields {...parts} today={today} />
      </section>
      <section className="card">
        <h2>{t.legal.points.title}</h2>
        <p className="hint">
          {usual.source === undefined
            ? t.legal.points.noClass
            : t.legal.points.source(t.legal.words.citation(usual.source))}{' '}
          {t.legal.points.leftOut}
        </p>
        <PointsField
          points={draft.points}
          problemsAt={problemsAt}
          classLimitOf={(point) => percentText(classLimit(device, point) ?? null, comma)}
          onChange={(points) => change({ points })}
        />
      </section>
      <section className="card">
        <h2>{texts.marks}</h2>
        <MarkFields {...parts} />
      </section>
      <section className="card">
        <h2>{texts.details}</h2>
        <ConditionFields {...parts} serial={device.serial} />
      </section>
      <div className="form-end">
        {corrected !== undefined && (
          <section className="card">
            <TextField
              label={texts.changeReason}
              hint={texts.changeReasonHint}
              value={reason}
              problems={problemsAt('reason')}
              onChange={setReason}
            />
          </section>
        )}
        {problems.length > 0 && (
          <div className="problem" role="alert">
            {texts.refused}
            {withoutPlace.length > 0 && <p className="detail">{withoutPlace.join('; ')}</p>}
          </div>
        )}
        {error?.code === 'conflict' && (
          <div className="problem" role="alert">
            <strong>{texts.notSaved}</strong>
            <p>{texts.exists}</p>
            <a href={href('/verifications', { device: device.device_id })}>{texts.existing}</a>
          </div>
        )}
        {error !== undefined && error.code !== 'conflict' && (
          <ProblemNote error={error} title={texts.notSaved} />
        )}
        {isAccepted && (
          <div ref={warningBox} className="caution" role="alert" tabIndex={-1}>
            <h2>{texts.warnings}</h2>
            <p>{texts.warningsLead}</p>
            <WarningList warnings={oddities} />
          </div>
        )}
        <div className="row-actions">
          <button type="submit" className="primary" disabled={busy}>
            {busy
              ? texts.saving
              : isAccepted
                ? texts.saveAnyway
                : corrected === undefined
                  ? texts.save
                  : texts.saveCorrection}
          </button>
          <button type="button" className="quiet" onClick={onCancel}>
            {texts.cancel}
          </button>
        </div>
      </div>
    </form>
  );
}
