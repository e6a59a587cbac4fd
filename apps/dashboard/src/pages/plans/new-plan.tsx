import type { Capacity, MadePlan } from '@verimeter/api-schema';
import { useState } from 'react';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { type ApiError, get, type Page, request } from '../../lib/api-client.ts';
import { laterMonth, monthIn, monthText } from '../../lib/months.ts';
import { planBody, planDraftHref, readPlanDraft, type PlanBody } from '../../lib/plan-draft.ts';
import { href, planHref } from '../../lib/routing.ts';
import { useSession } from '../../lib/session.tsx';
import { asApiError, useResource } from '../../lib/use-resource.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { PlanForm } from './plan-form.tsx';
import { NextTable, PlanItemTable } from './plan-item-table.tsx';
import { PlanMap } from './plan-map.tsx';
import { PlanTeams, PlanTotals } from './plan-totals.tsx';

/** The form of a new plan, and what it would be. Nothing is kept before it is saved. */
export function NewPlan({ params }: { readonly params: URLSearchParams }) {
  const { t, language } = useText();
  useTitle(t.plans.form.title);
  const { current } = useSession();
  const [now] = useState(() => new Date());
  const zone = current.state === 'signed-in' ? current.session.zone : 'UTC';
  const thisMonth = monthIn(zone, now);
  const draft = readPlanDraft(params, laterMonth(thisMonth, 1));
  const capacities = useResource('capacities', (signal) =>
    get<Page<Capacity>>('/capacities', {}, signal),
  );
  const body = planBody(draft);
  const asked = params.get('preview') === '1' && !('problems' in body) ? body : undefined;
  const preview = useResource<MadePlan | undefined>(
    `preview ${language} ${JSON.stringify(asked ?? null)}`,
    (signal) =>
      asked === undefined
        ? Promise.resolve(undefined)
        : request<MadePlan>('POST', '/plans', { body: asked, signal }),
  );
  const made = asked === undefined ? undefined : preview.data;
  return (
    <>
      <p className="crumbs">
        <a href={href('/plans')}>{t.plans.back}</a>
      </p>
      <div className="page-head">
        <h1>{t.plans.form.title}</h1>
        <p className="lead">{t.plans.form.lead}</p>
      </div>
      {capacities.error !== undefined && (
        <ProblemNote error={capacities.error} retry={capacities.reload} />
      )}
      <PlanForm
        draft={draft}
        thisMonth={thisMonth}
        capacities={capacities.data?.items}
        busy={asked !== undefined && preview.loading}
        onPreview={() => {
          replaceHash(planDraftHref(draft, true));
          if (asked !== undefined) preview.reload();
        }}
      />
      {asked !== undefined && preview.error !== undefined && (
        <ProblemNote error={preview.error} retry={preview.reload} />
      )}
      {asked !== undefined && preview.loading && (
        <>
          <p role="status">{t.plans.form.making}</p>
          <Skeleton lines={8} />
        </>
      )}
      {made !== undefined && asked !== undefined && <Preview made={made} body={asked} />}
    </>
  );
}

function Preview({ made, body }: { readonly made: MadePlan; readonly body: PlanBody }) {
  const { t, format } = useText();
  const [busy, setBusy] = useState(false);
  const [error, setError] = useState<ApiError>();
  const save = async (): Promise<void> => {
    setBusy(true);
    setError(undefined);
    try {
      const kept = await request<MadePlan>('POST', '/plans', { body: { ...body, save: true } });
      if (kept.id !== null) globalThis.location.hash = planHref(kept.id, { saved: '1' });
    } catch (caught) {
      setError(asApiError(caught));
      setBusy(false);
    }
  };
  const { currency } = made.summary;
  const whole = made.items.length === made.summary.items ? made.items : undefined;
  return (
    <section className="plan-preview" aria-label={t.plans.preview}>
      <div className="with-action">
        <div>
          <h2>{t.plans.months(monthText(made.period, format.locale))}</h2>
          <p className="hint" role="status">
            {t.plans.preview}: {t.plans.previewLead}
          </p>
        </div>
        <button type="button" className="primary" disabled={busy} onClick={() => void save()}>
          {t.plans.form.save}
        </button>
      </div>
      {error !== undefined && <ProblemNote error={error} />}
      <PlanTotals plan={made} items={whole} />
      <PlanTeams plan={made} />
      <PlanMap items={made.items} />
      <h2>{t.plans.items}</h2>
      <p className="hint">{t.plans.itemsLead}</p>
      <PlanItemTable items={made.items} asOf={made.as_of} currency={currency} />
      <h2>{t.plans.next}</h2>
      <p className="hint">{t.plans.nextLead}</p>
      <NextTable items={made.next_in_line} asOf={made.as_of} currency={currency} />
    </section>
  );
}
