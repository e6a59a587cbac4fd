import type { NewWebhookAnswer, Webhook } from '@verimeter/api-schema';
import { useState } from 'react';
import { Mark } from '../../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, get, type Page, request } from '../../lib/api-client.ts';
import { useMayAdminister } from '../../lib/roles.ts';
import { href } from '../../lib/routing.ts';
import { asApiError, useResource } from '../../lib/use-resource.ts';
import { Confirm } from './confirm.tsx';
import { WebhookDeliveries } from './webhook-deliveries.tsx';
import { WebhookForm } from './webhook-form.tsx';
import { WebhookSecret } from './webhook-secret.tsx';
import { sendTest } from './webhook-test.ts';

const tabHref = (params: Readonly<Record<string, string | undefined>> = {}): string =>
  href('/settings', { tab: 'webhooks', ...params });

const leave = (): void => {
  globalThis.location.hash = tabHref();
};

/** Other programs that are told of findings and plans; for administrators. */
export function WebhooksTab({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const mayAdminister = useMayAdminister();
  return (
    <>
      <div className="with-action tab-head">
        <div>
          <h2>{t.webhooks.title}</h2>
          <p className="hint">{mayAdminister ? t.webhooks.lead : t.webhooks.adminOnly}</p>
        </div>
        {mayAdminister && !params.has('add') && (
          <a className="button primary" href={tabHref({ add: '1' })}>
            {t.webhooks.add}
          </a>
        )}
      </div>
      {mayAdminister && <Webhooks params={params} />}
    </>
  );
}

function Webhooks({ params }: { readonly params: URLSearchParams }) {
  const { t } = useText();
  const list = useResource('webhooks', (signal) => get<Page<Webhook>>('/webhooks', {}, signal));
  const [added, setAdded] = useState<NewWebhookAnswer>();
  const [said, setSaid] = useState('');
  const { data, error } = list;
  const shown = data?.items.find(({ id }) => String(id) === params.get('deliveries'));
  return (
    <>
      <p role="status" className={said === '' ? 'visually-hidden' : 'said'}>
        {said}
      </p>
      {added !== undefined && <WebhookSecret webhook={added} onClose={() => setAdded(undefined)} />}
      {params.has('add') && (
        <WebhookForm
          onCancel={leave}
          onAdded={(webhook) => {
            setAdded(webhook);
            list.reload();
            leave();
          }}
        />
      )}
      {data === undefined && error === undefined && <Skeleton lines={4} />}
      {error !== undefined && <ProblemNote error={error} retry={list.reload} />}
      {data?.items.length === 0 && <Empty>{t.webhooks.empty}</Empty>}
      {data !== undefined && data.items.length > 0 && (
        <WebhookTable webhooks={data.items} onSaid={setSaid} onChanged={list.reload} />
      )}
      {shown !== undefined && <WebhookDeliveries key={shown.id} webhook={shown} onClose={leave} />}
    </>
  );
}

interface RowProps {
  readonly onSaid: (said: string) => void;
  readonly onChanged: () => void;
}

function WebhookTable({ webhooks, ...row }: RowProps & { readonly webhooks: readonly Webhook[] }) {
  const { t, format } = useText();
  return (
    <section className="table-frame" aria-label={t.webhooks.list}>
      <table className="stacking">
        <thead>
          <tr>
            <th scope="col">{t.webhooks.url}</th>
            <th scope="col">{t.webhooks.events}</th>
            <th scope="col">{t.webhooks.state}</th>
            <th scope="col" className="number">
              {t.webhooks.waiting}
            </th>
            <th scope="col">{t.webhooks.actions}</th>
          </tr>
        </thead>
        <tbody>
          {webhooks.map((webhook) => (
            <tr key={webhook.id}>
              <th scope="row">
                <span className="webhook-url">{webhook.url}</span>
                {webhook.description !== null && <span className="sub">{webhook.description}</span>}
              </th>
              <td data-label={t.webhooks.events}>
                {webhook.events.map((event) => t.webhooks.eventNames[event]).join(', ')}
              </td>
              <td data-label={t.webhooks.state}>
                <State webhook={webhook} />
              </td>
              <td className="number" data-label={t.webhooks.waiting}>
                {format.integer(webhook.waiting)}
              </td>
              <td data-label={t.webhooks.actions}>
                <Actions webhook={webhook} {...row} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

function State({ webhook }: { readonly webhook: Webhook }) {
  const { t, format } = useText();
  const { enabled, failing_since: since, disabled_reason: reason, dropped } = webhook;
  const running = since === null ? 'on' : 'failing';
  const state = enabled ? running : 'off';
  return (
    <>
      <span className="indication">
        <Mark tone={({ on: 'calm', failing: 'alert', off: 'mute' } as const)[state]} />
        {t.webhooks.states[state]}
      </span>
      {state === 'failing' && since !== null && (
        <span className="sub">{t.webhooks.failingSince(format.dateTime(since))}</span>
      )}
      {state === 'off' && reason !== null && (
        <span className="sub">{t.webhooks.offReasons[reason]}</span>
      )}
      {dropped > 0 && <span className="sub">{t.webhooks.dropped(format.integer(dropped))}</span>}
    </>
  );
}

function Actions({ webhook, onSaid, onChanged }: RowProps & { readonly webhook: Webhook }) {
  const { t } = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const { id, url, enabled } = webhook;
  const run = async (work: () => Promise<string>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      onSaid(await work());
      onChanged();
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  const test = async (): Promise<string> => {
    onSaid(t.webhooks.testing);
    const outcome = await sendTest(id);
    if (outcome === undefined) return t.webhooks.testLate;
    const status = String(outcome.last_status);
    if (outcome.state === 'delivered') return t.webhooks.testTaken(status);
    return outcome.last_status === null
      ? t.webhooks.testFailed(outcome.last_error ?? '')
      : t.webhooks.testRefused(status);
  };
  const turn = async (): Promise<string> => {
    await request('PATCH', `/webhooks/${id}`, { body: { enabled: !enabled } });
    return '';
  };
  return (
    <div className="row-actions compact">
      <button
        type="button"
        disabled={busy}
        aria-label={t.webhooks.testOf(url)}
        onClick={() => void run(test)}
      >
        {t.webhooks.test}
      </button>
      <a
        className="button"
        href={tabHref({ deliveries: String(id) })}
        aria-label={t.webhooks.deliveriesOf(url)}
      >
        {t.webhooks.deliveries}
      </a>
      <button
        type="button"
        disabled={busy}
        aria-label={enabled ? t.webhooks.switchOffOf(url) : t.webhooks.switchOnOf(url)}
        onClick={() => void run(turn)}
      >
        {enabled ? t.webhooks.switchOff : t.webhooks.switchOn}
      </button>
      <Confirm
        label={t.webhooks.remove}
        name={t.webhooks.removeOf(url)}
        question={t.webhooks.removeAsk(url)}
        onYes={async () => {
          await request('DELETE', `/webhooks/${id}`);
          onSaid(t.webhooks.removed(url));
          onChanged();
        }}
      />
      {error !== undefined && <ProblemNote error={error} />}
    </div>
  );
}
