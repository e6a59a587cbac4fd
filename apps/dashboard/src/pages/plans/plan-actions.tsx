import type { PlanDetail } from '@verimeter/api-schema';
import { Printer } from 'lucide-react';
import { useRef, useState } from 'react';
import { ProblemNote } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import { type ApiError, request, requestPath } from '../../lib/api-client.ts';
import { downloadTable } from '../../lib/download.ts';
import { planHref } from '../../lib/routing.ts';
import { asApiError } from '../../lib/use-resource.ts';
import { useMayWrite } from '../quarantine-actions.tsx';

interface ActionsProps {
  readonly plan: PlanDetail;
  readonly onDone: (said: string) => void;
}

type Step = 'issue' | 'close';

/** What can be done with a plan as a whole; what cannot be taken back is asked again. */
export function PlanActions({ plan, onDone }: ActionsProps) {
  const { t, language } = useText();
  const mayWrite = useMayWrite();
  const [asked, setAsked] = useState<Step>();
  const asker = useRef<HTMLElement>(null);
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const { id } = plan;
  if (id === null) return null;
  const ask = (step: Step, button: HTMLElement): void => {
    asker.current = button;
    setAsked(step);
  };
  const leave = (): void => {
    setAsked(undefined);
    asker.current?.focus();
  };
  const run = async (work: () => Promise<void>): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      await work();
    } catch (caught) {
      setError(asApiError(caught));
    } finally {
      setBusy(false);
    }
  };
  const take = (step: Step) =>
    run(async () => {
      await request<PlanDetail>('POST', `/plans/${id}/${step}`);
      setAsked(undefined);
      onDone(step === 'issue' ? t.plans.issued : t.plans.closed);
    });
  return (
    <div className="plan-actions">
      <div className="row-actions">
        {mayWrite && plan.status === 'draft' && (
          <button
            type="button"
            className="primary"
            onClick={(event) => ask('issue', event.currentTarget)}
          >
            {t.plans.issue}
          </button>
        )}
        {mayWrite && plan.status !== 'closed' && (
          <button type="button" onClick={(event) => ask('close', event.currentTarget)}>
            {t.plans.close}
          </button>
        )}
        <a className="button" href={planHref(id, { view: 'print' })}>
          <Printer size={17} aria-hidden="true" />
          {t.plans.printView}
        </a>
        {plan.status !== 'draft' && (
          <a
            className="button"
            href={requestPath(`/plans/${id}/work-orders.pdf`, { lang: language })}
            download={`work-orders-${plan.period}-${id}.pdf`}
          >
            {t.plans.pdf}
          </a>
        )}
        <a
          className="button"
          href={requestPath(`/plans/${id}.xlsx`, { lang: language })}
          download={`plan-${plan.period}-${id}.xlsx`}
        >
          {t.plans.workbook}
        </a>
        <button
          type="button"
          disabled={busy}
          onClick={() =>
            void run(() => downloadTable(`/plans/${id}.csv`, `plan-${plan.period}-${id}.csv`))
          }
        >
          {t.plans.csv}
        </button>
      </div>
      {asked !== undefined && (
        <div
          className="confirm"
          role="alertdialog"
          aria-label={t.plans[asked]}
          onKeyDown={(event) => {
            if (event.key === 'Escape') leave();
          }}
        >
          <p>{asked === 'issue' ? t.plans.issueAsk : t.plans.closeAsk}</p>
          <div className="row-actions">
            <button
              type="button"
              className="primary"
              disabled={busy}
              // The question is the answer to what was just pressed.
              // oxlint-disable-next-line jsx-a11y/no-autofocus -- see above
              autoFocus
              onClick={() => void take(asked)}
            >
              {asked === 'issue' ? t.plans.issueYes : t.plans.closeYes}
            </button>
            <button type="button" className="quiet" onClick={leave}>
              {t.plans.no}
            </button>
          </div>
        </div>
      )}
      {error !== undefined && <ProblemNote error={error} />}
    </div>
  );
}
