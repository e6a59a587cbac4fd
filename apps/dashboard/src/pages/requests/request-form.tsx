import type { CustomerRequest, CustomerRequestDetail } from '@verimeter/api-schema';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { SelectField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { href, requestHref } from '../../lib/routing.ts';
import { asApiError } from '../../lib/use-resource.ts';

const KINDS = ['complaint', 'check', 'independent_verification'] as const;
const UTILITIES = ['electricity', 'water'] as const;

const DAY = /^(?:(\d{4})-(\d{2})-(\d{2})|(\d{1,2})\/(\d{1,2})\/(\d{4}))$/;

/** A day as the API has it, of `YYYY-MM-DD` or `DD/MM/YYYY`; what is none stays, and the API says so. */
export function dayOf(written: string): string {
  const match = DAY.exec(written.trim());
  const [, , , , day, month, year] = match ?? [];
  if (day === undefined || month === undefined || year === undefined) return written.trim();
  return `${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`;
}

interface FormProps {
  readonly device: string;
  readonly today: string;
}

/** What a customer asks, as it is entered. */
export function RequestForm({ device, today }: FormProps) {
  const { t } = useText();
  const texts = t.requests.form;
  const [draft, setDraft] = useState({
    device_id: device,
    kind: 'complaint',
    utility: '',
    received_on: today,
    reference: '',
    note: '',
    due_on: '',
  });
  const [error, setError] = useState<ApiError>();
  const [busy, setBusy] = useState(false);
  const heading = useRef<HTMLHeadingElement>(null);
  const form = useRef<HTMLFormElement>(null);
  useEffect(() => {
    heading.current?.focus();
  }, []);
  useEffect(() => {
    if (error !== undefined) form.current?.querySelector<HTMLElement>('[aria-invalid]')?.focus();
  }, [error]);
  const change = (part: Partial<typeof draft>): void => setDraft({ ...draft, ...part });
  const wrong = (field: string): string[] => [
    ...(error?.fields ?? []).filter((one) => one.field === field).map((one) => one.message),
    ...(field === 'device_id' && error?.code === 'not_found' ? [texts.unknownDevice] : []),
  ];
  const isToldBeside =
    error !== undefined && (error.fields.length > 0 || error.code === 'not_found');

  const save = async (event: FormEvent<HTMLFormElement>): Promise<void> => {
    event.preventDefault();
    setBusy(true);
    setError(undefined);
    try {
      const made = await request<CustomerRequestDetail>('POST', '/customer-requests', {
        body: {
          device_id: draft.device_id.trim(),
          kind: draft.kind,
          received_on: dayOf(draft.received_on),
          ...(draft.utility === '' ? {} : { utility: draft.utility }),
          ...(draft.reference.trim() === '' ? {} : { reference: draft.reference }),
          ...(draft.note.trim() === '' ? {} : { note: draft.note }),
          ...(draft.due_on.trim() === '' ? {} : { due_on: dayOf(draft.due_on) }),
        },
      });
      globalThis.location.hash = requestHref(made.id);
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };

  const kinds = KINDS.map(
    (kind: CustomerRequest['kind']) => [kind, t.requests.kinds[kind]] as const,
  );
  return (
    <section className="card" aria-labelledby="new-request">
      <h2 ref={heading} id="new-request" tabIndex={-1}>
        {texts.title}
      </h2>
      {error !== undefined &&
        (isToldBeside ? (
          <div className="problem" role="alert">
            {texts.refused}
          </div>
        ) : (
          <ProblemNote error={error} />
        ))}
      <form ref={form} className="desk-form" onSubmit={(event) => void save(event)}>
        <div className="field-grid">
          <TextField
            label={texts.device}
            value={draft.device_id}
            required
            problems={wrong('device_id')}
            onChange={(value) => change({ device_id: value })}
          />
          <SelectField
            label={texts.kind}
            value={draft.kind}
            options={kinds}
            onChange={(kind) => change({ kind })}
          />
          <TextField
            label={texts.received}
            value={draft.received_on}
            placeholder="YYYY-MM-DD"
            required
            problems={wrong('received_on')}
            onChange={(value) => change({ received_on: value })}
          />
          <SelectField
            label={texts.utility}
            value={draft.utility}
            options={[
              ['', texts.utilityOfDevice],
              ...UTILITIES.map((utility) => [utility, t.requests.utilities[utility]] as const),
            ]}
            problems={wrong('utility')}
            onChange={(utility) => change({ utility })}
          />
          <TextField
            label={texts.reference}
            hint={texts.referenceHint}
            value={draft.reference}
            problems={wrong('reference')}
            onChange={(reference) => change({ reference })}
          />
          <TextField
            label={texts.due}
            hint={texts.dueHint}
            value={draft.due_on}
            placeholder="YYYY-MM-DD"
            problems={wrong('due_on')}
            onChange={(value) => change({ due_on: value })}
          />
        </div>
        <TextField
          label={texts.note}
          rows={2}
          value={draft.note}
          problems={wrong('note')}
          onChange={(note) => change({ note })}
        />
        <div className="row-actions">
          <button type="submit" className="primary" disabled={busy}>
            {texts.save}
          </button>
          <a className="button" href={href('/requests')}>
            {texts.cancel}
          </a>
        </div>
      </form>
    </section>
  );
}
