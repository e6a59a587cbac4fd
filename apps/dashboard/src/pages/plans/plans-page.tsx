import type { Plan } from '@verimeter/api-schema';
import { Empty, ProblemNote, Skeleton } from '../../components/feedback.tsx';
import { ListFoot } from '../../components/list-foot.tsx';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { monthText } from '../../lib/months.ts';
import { href, planHref } from '../../lib/routing.ts';
import { usePages } from '../../lib/use-pages.ts';
import { useMayWrite } from '../quarantine-actions.tsx';
import { Capacities } from './capacities.tsx';
import { NewPlan } from './new-plan.tsx';
import { PlanProgress, PlanStatus } from './plan-progress.tsx';
import { Simulation } from './simulation.tsx';

const VIEWS = ['list', 'simulation', 'capacities'] as const;
type View = (typeof VIEWS)[number];

function PlanRow({ plan }: { readonly plan: Plan }) {
  const { t, format } = useText();
  if (plan.id === null) return null;
  return (
    <tr>
      <th scope="row" data-label={t.plans.plan}>
        <a href={planHref(plan.id)}>
          {t.plans.name(String(plan.id), monthText(plan.period, format.locale))}
        </a>
        <span className="sub">{t.plans.form.policies[plan.policy]}</span>
      </th>
      <td data-label={t.plans.status}>
        <PlanStatus value={plan.status} />
      </td>
      <td className="number" data-label={t.plans.devices}>
        {format.integer(plan.summary.items)}
      </td>
      <td data-label={t.plans.progress}>
        <PlanProgress plan={plan} />
      </td>
      <td data-label={t.plans.madeBy}>
        {plan.made_by_name ?? plan.made_by}
        <span className="sub">{format.dateTime(plan.made_at)}</span>
      </td>
    </tr>
  );
}

function PlanList({ mayWrite }: { readonly mayWrite: boolean }) {
  const { t } = useText();
  const list = usePages<Plan>('/plans', { limit: 50 });
  return (
    <>
      {!mayWrite && <p className="hint tab-lead">{t.plans.readOnly}</p>}
      {list.error !== undefined && <ProblemNote error={list.error} retry={list.reload} />}
      {list.loading && list.items.length === 0 && <Skeleton lines={5} />}
      {list.items.length > 0 && (
        <>
          <div className="table-frame">
            <table className="stacking">
              <caption className="visually-hidden">{t.plans.title}</caption>
              <thead>
                <tr>
                  <th scope="col">{t.plans.plan}</th>
                  <th scope="col">{t.plans.status}</th>
                  <th scope="col" className="number">
                    {t.plans.devices}
                  </th>
                  <th scope="col">{t.plans.progress}</th>
                  <th scope="col">{t.plans.madeBy}</th>
                </tr>
              </thead>
              <tbody>
                {list.items.map((plan) => (
                  <PlanRow key={plan.id} plan={plan} />
                ))}
              </tbody>
            </table>
          </div>
          <ListFoot list={list} />
        </>
      )}
      {!list.loading && list.items.length === 0 && list.error === undefined && (
        <Empty>
          {t.plans.empty} {mayWrite && t.plans.emptyStart}
        </Empty>
      )}
    </>
  );
}

/** Plans, what the next months ask for, and what the teams can do. */
export function PlansPage({ params }: { readonly params: URLSearchParams }) {
  const mayWrite = useMayWrite();
  if (mayWrite && params.has('new')) return <NewPlan params={params} />;
  return <Overview params={params} mayWrite={mayWrite} />;
}

interface OverviewProps {
  readonly params: URLSearchParams;
  readonly mayWrite: boolean;
}

function Overview({ params, mayWrite }: OverviewProps) {
  const { t } = useText();
  useTitle(t.plans.title);
  const view: View = VIEWS.find((one) => one === params.get('view')) ?? 'list';
  return (
    <>
      <div className="page-head with-action">
        <div>
          <h1>{t.plans.title}</h1>
          <p className="lead">{t.plans.lead}</p>
        </div>
        {mayWrite && (
          <a className="button primary" href={href('/plans', { new: '1' })}>
            {t.plans.new}
          </a>
        )}
      </div>
      <nav className="tabs" aria-label={t.plans.views}>
        {VIEWS.map((one) => (
          <a
            key={one}
            href={href('/plans', { view: one === 'list' ? undefined : one })}
            aria-current={one === view ? 'page' : undefined}
          >
            {t.plans.view[one]}
          </a>
        ))}
      </nav>
      {view === 'list' && <PlanList mayWrite={mayWrite} />}
      {view === 'simulation' && <Simulation params={params} />}
      {view === 'capacities' && <Capacities params={params} mayWrite={mayWrite} />}
    </>
  );
}
