import { useEffect, useRef, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import type { ApiError } from '../../lib/api-client.ts';
import { asApiError } from '../../lib/use-resource.ts';

interface ConfirmProps {
  readonly label: string;
  /** What the button does, for those who do not see what it stands beside. */
  readonly name: string;
  readonly question: string;
  readonly onYes: () => Promise<void>;
}

/** A button that asks before it does what cannot be done by halves. */
export function Confirm({ label, name, question, onYes }: ConfirmProps) {
  const { t } = useText();
  const [isAsked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const first = useRef<HTMLButtonElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const wasAsked = useRef(false);
  useEffect(() => {
    if (isAsked) first.current?.focus();
    else if (wasAsked.current) opener.current?.focus();
    wasAsked.current = isAsked;
  }, [isAsked]);
  const run = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await onYes();
      setAsked(false);
    } catch (caught) {
      setError(asApiError(caught));
    }
    setBusy(false);
  };
  if (!isAsked)
    return (
      <button ref={opener} type="button" aria-label={name} onClick={() => setAsked(true)}>
        {label}
      </button>
    );
  return (
    <div
      className="confirm"
      role="group"
      aria-label={name}
      onKeyDown={(event) => {
        if (event.key === 'Escape') setAsked(false);
      }}
    >
      <p>{question}</p>
      {error !== undefined && <ProblemNote error={error} title={t.common.notDone} />}
      <div className="row-actions">
        <button
          ref={first}
          type="button"
          className="danger"
          disabled={busy}
          onClick={() => void run()}
        >
          {t.settings.rules.yes}
        </button>
        <button type="button" className="quiet" onClick={() => setAsked(false)}>
          {t.settings.rules.no}
        </button>
      </div>
    </div>
  );
}
