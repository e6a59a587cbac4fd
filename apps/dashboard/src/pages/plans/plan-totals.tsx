import type { Plan, PlanItem } from '@verimeter/api-schema';
import type { ReactNode } from 'react';
import { useText } from '../../i18n/i18n.tsx';
import { expectedFinds } from '../../lib/plan-items.ts';

interface TotalProps {
  readonly name: string;
  readonly hint?: string;
  readonly below?: ReactNode;
  readonly children: ReactNode;
}

function Total({ name, hint, below, children }: TotalProps) {
  return (
    <div title={hint}>
      <dt>{name}</dt>
      <dd>
        {children}
        {below !== undefined && <span className="sub">{below}</span>}
      </dd>
    </div>
  );
}

interface TotalsProps {
  readonly plan: Plan;
  /** All of the plan's items, else undefined: the range of the finds needs each. */
  readonly items: readonly PlanItem[] | undefined;
}

/** What the plan comes to. */
export function PlanTotals({ plan, items }: TotalsProps) {
  const { t, format } = useText();
  const { summary, teams } = plan;
  const { total } = t.plans;
  const used = teams.reduce((sum, team) => sum + team.minutes_used, 0);
  const travel = teams.reduce((sum, team) => sum + team.travel_minutes, 0);
  const hours = (minutes: number): string => format.number(minutes / 60, 1);
  const finds = items === undefined ? undefined : expectedFinds(items);
  const amounts = [
    ...(summary.mismeasured_kwh > 0 ? [[summary.mismeasured_kwh, 'kWh'] as const] : []),
    ...(summary.mismeasured_m3 > 0 ? [[summary.mismeasured_m3, 'm³'] as const] : []),
  ].map(([amount, unit]) => t.plans.amount(format.integer(amount), unit));
  return (
    <section className="card">
      <h2>{t.plans.totals}</h2>
      <dl className="facts-grid">
        <Total
          name={total.visits}
          below={summary.random === 0 ? undefined : total.random(format.integer(summary.random))}
        >
          {format.integer(summary.items)}
        </Total>
        <Total name={total.minutes} below={total.travel(hours(travel))}>
          {total.hours(hours(used))}
        </Total>
        <Total name={total.finds} hint={total.findsHint}>
          {summary.expected_beyond_limit === 0 ? (
            <span className="sub">{total.noFinds}</span>
          ) : (
            <>
              {format.number(summary.expected_beyond_limit, 1)}
              {finds !== undefined && (
                <span className="sub">
                  {format.integer(finds.low)} … {format.integer(finds.high)} (95 %)
                </span>
              )}
            </>
          )}
        </Total>
        <Total name={total.stake} hint={total.stakeHint}>
          {amounts.length === 0 ? t.common.none : amounts.join(' · ')}
        </Total>
        <Total name={total.money}>
          {summary.money === null ? (
            <span className="sub">{total.noMoney}</span>
          ) : (
            `${format.integer(summary.money)} ${summary.currency ?? ''}`
          )}
        </Total>
        <Total
          name={total.must}
          below={
            summary.must_left === 0
              ? total.mustNone
              : total.mustLeft(format.integer(summary.must_left))
          }
        >
          {format.integer(summary.must)}
        </Total>
        <Total
          name={total.candidates}
          below={
            summary.without_team === 0
              ? undefined
              : total.withoutTeam(format.integer(summary.without_team))
          }
        >
          {format.integer(summary.candidates)}
        </Total>
      </dl>
    </section>
  );
}

/** Each team's work against its capacity. */
export function PlanTeams({ plan }: { readonly plan: Plan }) {
  const { t, format } = useText();
  const texts = t.plans.teamColumns;
  const of = (capacity: number | null) =>
    capacity !== null && <span className="sub">{texts.of(format.integer(capacity))}</span>;
  return (
    <div className="table-frame">
      <table className="stacking">
        <caption className="visually-hidden">{t.plans.teams}</caption>
        <thead>
          <tr>
            <th scope="col">{texts.team}</th>
            <th scope="col" className="number">
              {texts.planned}
            </th>
            <th scope="col" className="number">
              {texts.minutes}
            </th>
            <th scope="col" className="number">
              {texts.days}
            </th>
            <th scope="col" className="number">
              {texts.eligible}
            </th>
          </tr>
        </thead>
        <tbody>
          {plan.teams.map((team) => (
            <tr key={team.team}>
              <th scope="row" data-label={texts.team}>
                {team.team}
              </th>
              <td className="number" data-label={texts.planned}>
                {format.integer(team.planned)}
                {of(team.visits)}
              </td>
              <td className="number" data-label={texts.minutes}>
                {format.integer(team.minutes_used)}
                {of(team.minutes)}
              </td>
              <td className="number" data-label={texts.days}>
                {format.integer(team.days)}
                <span className="sub">{texts.workingDays(format.integer(team.working_days))}</span>
                {team.days > team.working_days && (
                  <span className="sub warning">{texts.tooManyDays}</span>
                )}
              </td>
              <td className="number" data-label={texts.eligible}>
                {format.integer(team.eligible)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
