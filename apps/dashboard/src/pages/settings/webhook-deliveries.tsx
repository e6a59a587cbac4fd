import type { Webhook, WebhookDelivery } from '@verimeter/api-schema';
import { useState } from 'react';
import { Mark } from '../../components/badge.tsx';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { usePages } from '../../lib/use-pages.ts';
import { useRepeated } from '../../lib/use-repeated.ts';
import { asApiError } from '../../lib/use-resource.ts';

const LOOK_EVERY_S = 5;

function Outcome({ delivery }: { readonly delivery: WebhookDelivery }) {
  const { t, format } = useText();
  const { state, last_status, last_error, last_response, next_attempt_at } = delivery;
  const tone = ({ delivered: 'calm', waiting: 'note', failed: 'alert' } as const)[state];
  return (
    <>
      <span className="indication">
        <Mark tone={tone} />
        {t.webhooks.deliveryStates[state]}
        {last_status !== null && ` · HTTP ${last_status}`}
      </span>
      {last_error !== null && <span className="sub">{last_error}</span>}
      {last_response !== null && last_response !== '' && state !== 'delivered' && (
        <span className="sub webhook-response">{last_response}</span>
      )}
      {next_attempt_at !== null && delivery.attempts > 0 && (
        <span className="sub">{t.webhooks.next(format.dateTime(next_attempt_at))}</span>
      )}
    </>
  );
}

/** What was sent to a receiver, newest first, and sending again. */
export function WebhookDeliveries({
  webhook,
  onClose,
}: {
  readonly webhook: Webhook;
  readonly onClose: () => void;
}) {
  const { t, format } = useText();
  const path = `/webhooks/${webhook.id}/deliveries`;
  const list = usePages<WebhookDelivery>(path, { limit: 25 });
  const [error, setError] = useState<ApiError>();
  useRepeated(LOOK_EVERY_S, list.reload);
  const retry = async (id: number): Promise<void> => {
    setError(undefined);
    try {
      await request('POST', `${path}/${id}/retry`);
      list.reload();
    } catch (caught) {
      setError(asApiError(caught));
    }
  };
  const title = t.webhooks.deliveriesOf(webhook.url);
  const isLoading = list.first === undefined && list.error === undefined;
  return (
    <section className="card" aria-label={title}>
      <div className="with-action">
        <h3>{title}</h3>
        <button type="button" className="quiet" onClick={onClose}>
          {t.webhooks.closeDeliveries}
        </button>
      </div>
      {error !== undefined && <ProblemNote error={error} />}
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {isLoading && <Skeleton lines={4} />}
      {list.first !== undefined && list.items.length === 0 && (
        <Empty>{t.webhooks.noDeliveries}</Empty>
      )}
      {list.items.length > 0 && (
        <>
          <div className="table-frame">
            <table className="stacking">
              <thead>
                <tr>
                  <th scope="col">{t.webhooks.at}</th>
                  <th scope="col">{t.webhooks.event}</th>
                  <th scope="col">{t.webhooks.outcome}</th>
                  <th scope="col" className="number">
                    {t.webhooks.attempts}
                  </th>
                  <th scope="col">{t.webhooks.actions}</th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((delivery) => {
                  const at = format.dateTime(delivery.created_at);
                  const event = t.webhooks.eventNames[delivery.event];
                  return (
                    <tr key={delivery.id}>
                      <th scope="row">{at}</th>
                      <td data-label={t.webhooks.event}>{event}</td>
                      <td data-label={t.webhooks.outcome}>
                        <Outcome delivery={delivery} />
                      </td>
                      <td className="number" data-label={t.webhooks.attempts}>
                        {format.integer(delivery.attempts)}
                      </td>
                      <td data-label={t.webhooks.actions}>
                        <button
                          type="button"
                          aria-label={t.webhooks.retryOf(event, at)}
                          onClick={() => void retry(delivery.id)}
                        >
                          {t.webhooks.retry}
                        </button>
                      </td>
                    </tr>
                  );
                })}
              </tbody>
            </table>
          </div>
          <ListFoot list={list} />
        </>
      )}
    </section>
  );
}
