import type { PlanDetail, PlanItem } from '@verimeter/api-schema';
import { useText } from '../../i18n/i18n.tsx';
import { daysOf, type DayVisits } from '../../lib/plan-items.ts';
import { useMayWrite } from '../quarantine-actions.tsx';
import { ItemActions } from './item-actions.tsx';
import { DeviceCell, LegalCell } from './plan-cells.tsx';
import { ItemState } from './plan-progress.tsx';

interface VisitsProps {
  readonly plan: PlanDetail;
  readonly items: readonly PlanItem[];
  readonly onChanged: (said: string) => void;
}

/** The visits by team and day, streets together, in the order they are made. */
export function PlanVisits({ plan, items, onChanged }: VisitsProps) {
  return daysOf(items).map((day) => (
    <Day key={day.key} plan={plan} day={day} onChanged={onChanged} />
  ));
}

function Day({ plan, day, onChanged }: Omit<VisitsProps, 'items'> & { readonly day: DayVisits }) {
  const { t, format } = useText();
  const mayWrite = useMayWrite() && plan.status !== 'closed';
  const title = t.plans.dayOf(day.team, format.integer(day.day));
  return (
    <section className="plan-day">
      <div className="card-head">
        <h2>
          {title}
          {day.visitOn !== null && `: ${format.date(day.visitOn)}`}
        </h2>
        <span className="hint">
          {day.workOrder !== null && `${t.plans.workOrder(day.workOrder)} · `}
          {t.plans.stopsOf(format.integer(day.items.length), format.integer(day.minutes))}
          {day.visitOn === null && ` · ${t.plans.noDay}`}
        </span>
      </div>
      <div className="table-frame">
        <table className="stacking plan-visits">
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col" className="number">
                {t.plans.stopColumn}
              </th>
              <th scope="col">{t.plans.column.device}</th>
              <th scope="col">{t.plans.column.why}</th>
              <th scope="col">{t.plans.column.legal}</th>
              <th scope="col">{t.plans.state}</th>
              {mayWrite && <th scope="col">{t.plans.actions}</th>}
            </tr>
          </thead>
          {day.streets.map(({ street, items }) => (
            <tbody key={items[0]?.device_id}>
              <tr className="street">
                <th scope="rowgroup" colSpan={mayWrite ? 6 : 5}>
                  {street ?? t.plans.noAddress}
                </th>
              </tr>
              {items.map((item) => (
                <tr key={item.device_id}>
                  <td className="number" data-label={t.plans.stopColumn}>
                    {format.integer(item.stop)}
                  </td>
                  <th scope="row" data-label={t.plans.column.device}>
                    <DeviceCell item={item} />
                  </th>
                  <td data-label={t.plans.column.why}>{item.reasons[0]?.text}</td>
                  <td data-label={t.plans.column.legal}>
                    <LegalCell item={item} asOf={plan.as_of} />
                  </td>
                  <td data-label={t.plans.state}>
                    <ItemState value={item.state} />
                    {item.state_reason !== null && <span className="sub">{item.state_reason}</span>}
                    {item.changed_at !== null && (
                      <span className="sub">
                        {item.changed_by_name ?? item.changed_by},{' '}
                        {format.dateTime(item.changed_at)}
                      </span>
                    )}
                  </td>
                  {mayWrite && (
                    <td className="wide-cell" data-label={t.plans.actions}>
                      <ItemActions plan={plan} item={item} onChanged={onChanged} />
                    </td>
                  )}
                </tr>
              ))}
            </tbody>
          ))}
        </table>
      </div>
    </section>
  );
}
