import type { NewWebhookAnswer, SubscribedEvent } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { CheckField, TextField } from '../../components/field.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { asApiError } from '../../lib/use-resource.ts';

const EVENTS = [
  'finding.created',
  'finding.changed',
  'finding.verified',
  'customer_request.due',
  'plan.issued',
] as const satisfies readonly SubscribedEvent[];

interface FormProps {
  readonly onAdded: (webhook: NewWebhookAnswer) => void;
  readonly onCancel: () => void;
}

/** A new receiver. */
export function WebhookForm({ onAdded, onCancel }: FormProps) {
  const { t } = useText();
  const [url, setUrl] = useState('https://');
  const [description, setDescription] = useState('');
  const [events, setEvents] = useState<readonly SubscribedEvent[]>([
    'finding.created',
    'finding.changed',
  ]);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const turn = (event: SubscribedEvent, isOn: boolean): void =>
    setEvents(EVENTS.filter((one) => (one === event ? isOn : events.includes(one))));
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const body = { url, events, description: description === '' ? null : description };
      onAdded(await request<NewWebhookAnswer>('POST', '/webhooks', { body }));
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  const problemsOf = (field: string): string[] =>
    (error?.fields ?? []).filter((one) => one.field === field).map(({ message }) => message);
  return (
    <form
      className="card webhook-form"
      aria-label={t.webhooks.add}
      onSubmit={(event) => {
        event.preventDefault();
        void save();
      }}
    >
      <TextField
        label={t.webhooks.url}
        hint={t.webhooks.urlHint}
        value={url}
        required
        problems={problemsOf('url')}
        onChange={setUrl}
      />
      <fieldset>
        <legend>{t.webhooks.events}</legend>
        {EVENTS.map((event) => (
          <CheckField
            key={event}
            label={t.webhooks.eventNames[event]}
            value={events.includes(event)}
            onChange={(isOn) => turn(event, isOn)}
          />
        ))}
      </fieldset>
      <TextField
        label={t.webhooks.description}
        value={description}
        problems={problemsOf('description')}
        onChange={setDescription}
      />
      {error !== undefined && <ProblemNote error={error} title={t.webhooks.notSaved} />}
      <div className="row-actions">
        <button type="submit" className="primary" disabled={busy || events.length === 0}>
          {busy ? t.webhooks.saving : t.webhooks.save}
        </button>
        <button type="button" className="quiet" onClick={onCancel}>
          {t.webhooks.cancel}
        </button>
      </div>
    </form>
  );
}
