import type { PlanDetail, PlanItem } from '@verimeter/api-schema';
import { Printer } from 'lucide-react';
import { useText, useTitle } from '../../i18n/i18n.tsx';
import { monthText } from '../../lib/months.ts';
import { daysOf, type DayVisits } from '../../lib/plan-items.ts';
import { deviceHref, planHref } from '../../lib/routing.ts';

interface SheetsProps {
  readonly plan: PlanDetail;
  readonly items: readonly PlanItem[];
}

/** Work orders as they are printed: a sheet for each day of a team, with fields to fill in by hand. */
export function PlanSheets({ plan, items }: SheetsProps) {
  const { t, format } = useText();
  const name = t.plans.name(String(plan.id), monthText(plan.period, format.locale));
  useTitle(`${t.plans.printView} · ${name}`);
  // What is skipped or done needs no visit.
  const open = items.filter(({ state }) => state === 'planned' || state === 'ordered');
  return (
    <>
      <div className="screen-only">
        <p className="crumbs">
          <a href={planHref(plan.id ?? 0)}>{t.plans.printBack}</a>
        </p>
        <div className="page-head with-action">
          <div>
            <h1>{t.plans.printView}</h1>
            <p className="lead">
              {name}. {t.plans.printLead}
            </p>
          </div>
          <button type="button" className="primary" onClick={() => globalThis.print()}>
            <Printer size={17} aria-hidden="true" />
            {t.plans.print}
          </button>
        </div>
      </div>
      {daysOf(open).map((day) => (
        <Sheet key={day.key} plan={plan} day={day} name={name} />
      ))}
    </>
  );
}

interface SheetProps {
  readonly plan: PlanDetail;
  readonly day: DayVisits;
  readonly name: string;
}

function Sheet({ plan, day, name }: SheetProps) {
  const { t, format } = useText();
  const texts = t.plans.sheet;
  const title = day.workOrder ?? t.plans.dayOf(day.team, format.integer(day.day));
  return (
    <section className="sheet" aria-label={`${texts.title} ${title}`}>
      <header className="sheet-head">
        <h2>
          {texts.title} {title}
        </h2>
        <p>{name}</p>
        {plan.status === 'draft' && <p className="sheet-draft">{texts.draft}</p>}
        <dl>
          <div>
            <dt>{texts.team}</dt>
            <dd>{day.team}</dd>
          </div>
          <div>
            <dt>{texts.date}</dt>
            <dd>{day.visitOn === null ? texts.noDate : format.date(day.visitOn)}</dd>
          </div>
          <div>
            <dt>{texts.stops}</dt>
            <dd>
              {t.plans.stopsOf(format.integer(day.items.length), format.integer(day.minutes))}
            </dd>
          </div>
        </dl>
      </header>
      <div className="sheet-frame">
        <table className="sheet-table">
          <caption className="visually-hidden">{title}</caption>
          <thead>
            <tr>
              <th scope="col">{t.plans.position}</th>
              <th scope="col">{texts.device}</th>
              <th scope="col">{texts.address}</th>
              <th scope="col">{texts.look}</th>
              <th scope="col">{texts.indication}</th>
              <th scope="col">{texts.error}</th>
              <th scope="col">{texts.result}</th>
              <th scope="col">{texts.mark}</th>
              <th scope="col">{texts.seal}</th>
            </tr>
          </thead>
          <tbody>
            {day.items.map((item) => (
              <tr key={item.device_id}>
                <td className="number">{format.integer(item.stop)}</td>
                <th scope="row">
                  <a href={deviceHref(item.device_id)}>{item.device_id}</a>
                  <span className="sub">{item.serial}</span>
                </th>
                <td>{item.address ?? t.plans.noAddress}</td>
                <td className="sheet-why">{item.reasons[0]?.text}</td>
                <td className="blank" />
                <td className="blank" />
                <td className="boxes">
                  <span>☐ {texts.pass}</span>
                  <span>☐ {texts.fail}</span>
                </td>
                <td className="blank wide" />
                <td className="blank" />
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <footer className="sheet-foot">
        <p>{texts.remarks}:</p>
        <p className="sheet-signatures">
          <span>{texts.signed}:</span>
          <span>{texts.witnessed}:</span>
        </p>
        <p className="hint">{texts.notice}</p>
      </footer>
    </section>
  );
}
