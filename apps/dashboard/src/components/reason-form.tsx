import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useText } from '../i18n/i18n.tsx';
import type { ApiError } from '../lib/api-client.ts';
import { asApiError } from '../lib/use-resource.ts';
import { ProblemNote } from './feedback.tsx';
import { TextField } from './field.tsx';

interface ReasonFormProps {
  readonly label: string;
  readonly lead?: string;
  readonly submit: string;
  readonly cancel: string;
  /** Said where the reason is missing. */
  readonly required: string;
  readonly onSubmit: (reason: string) => Promise<void>;
  readonly onCancel: () => void;
}

/** Asks why before something is taken back. */
export function ReasonForm(props: ReasonFormProps) {
  const { t } = useText();
  const [reason, setReason] = useState('');
  const [isMissing, setMissing] = useState(false);
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    form.current?.querySelector('input')?.focus();
  }, []);
  const submit = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setMissing(reason.trim() === '');
    if (reason.trim() === '') {
      form.current?.querySelector('input')?.focus();
      return;
    }
    setBusy(true);
    setError(undefined);
    try {
      await props.onSubmit(reason.trim());
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  return (
    <form
      ref={form}
      className="reason-form"
      noValidate
      onSubmit={(event) => void submit(event)}
      onKeyDown={(event) => {
        if (event.key === 'Escape') props.onCancel();
      }}
    >
      {props.lead !== undefined && <p>{props.lead}</p>}
      <TextField
        label={props.label}
        value={reason}
        problems={isMissing ? [props.required] : []}
        onChange={setReason}
      />
      {error !== undefined && <ProblemNote error={error} title={t.common.notDone} />}
      <div className="row-actions">
        <button type="submit" className="danger" disabled={busy}>
          {props.submit}
        </button>
        <button type="button" className="quiet" onClick={props.onCancel}>
          {props.cancel}
        </button>
      </div>
    </form>
  );
}
