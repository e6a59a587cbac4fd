import type { PlanDetail, PlanItem } from '@verimeter/api-schema';
import { type FormEvent, useEffect, useId, useRef, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request } from '../../lib/api-client.ts';
import { entryHref } from '../../lib/routing.ts';
import { asApiError } from '../../lib/use-resource.ts';

interface ActionsProps {
  readonly plan: PlanDetail;
  readonly item: PlanItem;
  readonly onChanged: (said: string) => void;
}

/** What becomes of one device of the plan: its result, skipped with a reason, or taken back. */
export function ItemActions({ plan, item, onChanged }: ActionsProps) {
  const { t } = useText();
  const [asking, setAsking] = useState(false);
  const skipButton = useRef<HTMLButtonElement>(null);
  const left = useRef(false);
  // Who thinks better of it goes on where the question was asked.
  useEffect(() => {
    if (!asking && left.current) skipButton.current?.focus();
    left.current = false;
  }, [asking]);
  const leave = (): void => {
    left.current = true;
    setAsking(false);
  };
  const [reason, setReason] = useState('');
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const listId = useId();
  const fieldId = useId();
  const device = item.device_id;
  const open = item.state === 'planned' || item.state === 'ordered';
  const change = async (state: PlanItem['state'], why: string | null): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const path = `/plans/${plan.id}/items/${encodeURIComponent(device)}`;
      await request<PlanItem>('PATCH', path, { body: { state, reason: why } });
      setAsking(false);
      setReason('');
      onChanged(state === 'skipped' ? t.plans.skipped(device) : t.plans.takenBack(device));
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  const skip = (event: FormEvent<HTMLFormElement>): void => {
    event.preventDefault();
    void change('skipped', reason.trim());
  };
  return (
    <div className="item-actions">
      {!asking && (
        <div className="row-actions compact">
          {open && (
            <a className="button" href={entryHref(device)} aria-label={t.plans.enterOf(device)}>
              {t.plans.enter}
            </a>
          )}
          {open && (
            <button
              ref={skipButton}
              type="button"
              className="quiet"
              aria-label={t.plans.skipOf(device)}
              onClick={() => setAsking(true)}
            >
              {t.plans.skip}
            </button>
          )}
          {item.state === 'skipped' && (
            <button
              type="button"
              className="quiet"
              disabled={busy}
              aria-label={t.plans.takeBackOf(device)}
              onClick={() => void change(plan.status === 'issued' ? 'ordered' : 'planned', null)}
            >
              {t.plans.takeBack}
            </button>
          )}
        </div>
      )}
      {asking && (
        <form className="skip-form" onSubmit={skip}>
          <label htmlFor={fieldId}>{t.plans.skipReason(device)}</label>
          <input
            id={fieldId}
            value={reason}
            required
            maxLength={1000}
            list={listId}
            // oxlint-disable-next-line jsx-a11y/no-autofocus -- opened by the button it replaces
            autoFocus
            autoComplete="off"
            onChange={(event) => setReason(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Escape') leave();
            }}
          />
          <datalist id={listId}>
            {t.plans.skipReasons.map((one) => (
              <option key={one} value={one} />
            ))}
          </datalist>
          <div className="row-actions compact">
            <button type="submit" disabled={busy || reason.trim() === ''}>
              {t.plans.skipSave}
            </button>
            <button type="button" className="quiet" onClick={leave}>
              {t.plans.no}
            </button>
          </div>
        </form>
      )}
      {error !== undefined && <ProblemNote error={error} />}
    </div>
  );
}
