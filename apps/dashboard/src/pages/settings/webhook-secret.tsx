import type { NewWebhookAnswer } from '@verimeter/api-schema';
import { useEffect, useRef, useState } from 'react';
import { useText } from '../../i18n/i18n.tsx';

/** The secret of a webhook that was just made: no other page ever shows it. */
export function WebhookSecret({
  webhook,
  onClose,
}: {
  readonly webhook: NewWebhookAnswer;
  readonly onClose: () => void;
}) {
  const { t } = useText();
  const [isCopied, setCopied] = useState(false);
  const text = useRef<HTMLElement>(null);
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  /** Where the browser keeps the clipboard to itself (no TLS) the text is marked, so that the keys copy it. */
  const copy = async (): Promise<void> => {
    try {
      await navigator.clipboard.writeText(webhook.secret);
      setCopied(true);
    } catch {
      if (text.current !== null) globalThis.getSelection()?.selectAllChildren(text.current);
    }
  };
  return (
    <section className="card" aria-label={t.webhooks.secretTitle}>
      <h3 ref={heading} tabIndex={-1}>
        {t.webhooks.secretTitle}
      </h3>
      <p>{webhook.url}</p>
      <p>{t.webhooks.secretLead}</p>
      <p>
        <code ref={text} className="webhook-secret">
          {webhook.secret}
        </code>
      </p>
      <div className="row-actions">
        <button type="button" className="primary" onClick={() => void copy()}>
          {isCopied ? t.webhooks.copied : t.webhooks.copy}
        </button>
        <button type="button" className="quiet" onClick={onClose}>
          {t.webhooks.close}
        </button>
      </div>
    </section>
  );
}
