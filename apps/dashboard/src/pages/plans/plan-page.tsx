import type { PlanDetail, PlanItem } from '@verimeter/api-schema';
import { useEffect, useRef, useState } from 'react';
import { ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { get, getAll } from '../../lib/api-client.ts';
import { useLiveEvent, useThrottled } from '../../lib/live.tsx';
import { monthText } from '../../lib/months.ts';
import { href, planHref } from '../../lib/routing.ts';
import { useResource } from '../../lib/use-resource.ts';
import { replaceHash } from '../../lib/use-route.ts';
import { PlanActions } from './plan-actions.tsx';
import { NextTable, PlanItemTable } from './plan-item-table.tsx';
import { PlanMap } from './plan-map.tsx';
import { PlanProgress, PlanStatus } from './plan-progress.tsx';
import { PlanSheets } from './plan-sheets.tsx';
import { PlanTeams, PlanTotals } from './plan-totals.tsx';
import { PlanVisits } from './plan-visits.tsx';

/** Items shown of a plan; the table (CSV) has all of them. */
const MOST_ITEMS = 5000;
const NUMBER = /^\d{1,15}$/;

interface PageProps {
  readonly id: string;
  readonly params: URLSearchParams;
}

/** One plan: its visits in order, what became of them, and why they were chosen. */
export function PlanPage({ id, params }: PageProps) {
  const { t, language } = useText();
  useTitle(`${t.plans.plan} ${id}`);
  // Not a number: the API says what is wrong with it.
  const path = `/plans/${NUMBER.test(id) ? id : encodeURIComponent(id)}`;
  const plan = useResource(`plan ${id} ${language}`, (signal) => get<PlanDetail>(path, {}, signal));
  const items = useResource(`items of plan ${id} ${language}`, (signal) =>
    getAll<PlanItem>(`${path}/items`, {}, MOST_ITEMS, signal),
  );
  const reload = (): void => {
    plan.reload();
    items.reload();
  };
  useLiveEvent('finding', useThrottled(reload, 3000));
  const error = plan.error ?? items.error;
  const { data } = plan;
  const rows = items.data?.items;
  if (data === undefined)
    return (
      <>
        <p className="crumbs">
          <a href={href('/plans')}>{t.plans.back}</a>
        </p>
        <h1>
          {t.plans.plan} {id}
        </h1>
        {error === undefined ? (
          <Skeleton lines={8} />
        ) : (
          <ProblemNote error={error} retry={reload} />
        )}
      </>
    );
  if (params.get('view') === 'print' && rows !== undefined)
    return <PlanSheets plan={data} items={rows} />;
  return (
    <Loaded
      plan={data}
      items={rows}
      complete={items.data?.complete === true}
      saved={params.get('saved') === '1'}
      error={error === undefined ? null : <ProblemNote error={error} retry={reload} />}
      reload={reload}
    />
  );
}

interface LoadedProps {
  readonly plan: PlanDetail;
  readonly items: readonly PlanItem[] | undefined;
  readonly complete: boolean;
  /** Just saved: said once. */
  readonly saved: boolean;
  readonly error: React.ReactNode;
  readonly reload: () => void;
}

function Loaded({ plan, items, complete, saved, error, reload }: LoadedProps) {
  const { t, format } = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const [done, setDone] = useState<string | undefined>(saved ? t.plans.saved : undefined);
  useEffect(() => {
    if (saved) replaceHash(planHref(plan.id ?? 0));
  }, [saved, plan.id]);
  const said = (text: string): void => {
    setDone(text);
    // What had the focus may be gone.
    heading.current?.focus();
    reload();
  };
  const { currency } = plan.summary;
  const by = (who: string | null, name: string | null, at: string | null): string =>
    at === null ? '' : `${name ?? who ?? ''}, ${format.dateTime(at)}`;
  return (
    <>
      <p className="crumbs">
        <a href={href('/plans')}>{t.plans.back}</a>
      </p>
      <div className="page-head with-action">
        <div>
          <h1 ref={heading} tabIndex={-1}>
            {t.plans.name(String(plan.id), monthText(plan.period, format.locale))}
          </h1>
          <p className="plan-head">
            <PlanStatus value={plan.status} />
            <span>{t.plans.form.policies[plan.policy]}</span>
          </p>
          <p className="hint">
            {t.plans.madeBy}: {by(plan.made_by, plan.made_by_name, plan.made_at)}
            {plan.issued_at !== null &&
              ` · ${t.plans.statuses.issued}: ${by(plan.issued_by, plan.issued_by_name, plan.issued_at)}`}
            {plan.closed_at !== null &&
              ` · ${t.plans.statuses.closed}: ${by(plan.closed_by, plan.closed_by_name, plan.closed_at)}`}
          </p>
          {plan.note !== null && (
            <p>
              {t.plans.note}: {plan.note}
            </p>
          )}
        </div>
        <PlanActions plan={plan} onDone={said} />
      </div>
      {error}
      <p className="done" role="status">
        {done}
      </p>
      <section className="card">
        <h2>{t.plans.progress}</h2>
        <PlanProgress plan={plan} />
      </section>
      {items === undefined ? (
        <Skeleton lines={8} />
      ) : (
        <>
          <PlanVisits plan={plan} items={items} onChanged={said} />
          <PlanMap items={items} />
          <PlanTotals plan={plan} items={complete ? items : undefined} />
          <PlanTeams plan={plan} />
          <h2>{t.plans.items}</h2>
          <p className="hint">{t.plans.itemsLead}</p>
          <PlanItemTable items={items} asOf={plan.as_of} currency={currency} />
        </>
      )}
      <h2>{t.plans.next}</h2>
      <p className="hint">{t.plans.nextLead}</p>
      <NextTable items={plan.next_in_line} asOf={plan.as_of} currency={currency} />
    </>
  );
}
