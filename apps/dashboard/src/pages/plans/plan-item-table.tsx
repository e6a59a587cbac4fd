import type { NextInLine, PlanItem } from '@verimeter/api-schema';
import { useState } from 'react';
import { Empty } from '../../components/feedback.tsx';
import { useText } from '../../i18n/i18n.tsx';
import {
  DeviceCell,
  LegalCell,
  mostPoints,
  RiskCell,
  StakeCell,
  VisitCell,
  WhyCell,
} from './plan-cells.tsx';

/** Rows drawn at once; the rest on demand. */
const SHOWN = 100;

interface TableProps {
  readonly asOf: string;
  readonly currency: string | null;
}

function Headers({ visits }: { readonly visits: boolean }) {
  const { t } = useText();
  const { column } = t.plans;
  return (
    <thead>
      <tr>
        <th scope="col" className="number">
          {visits ? column.rank : t.plans.position}
        </th>
        <th scope="col">{column.device}</th>
        <th scope="col">{column.why}</th>
        <th scope="col">{column.legal}</th>
        <th scope="col" className="number">
          {column.risk}
        </th>
        <th scope="col" className="number">
          {column.stake}
        </th>
        {visits && <th scope="col">{column.visit}</th>}
      </tr>
    </thead>
  );
}

/** What is planned, by rank, each with why. */
export function PlanItemTable({
  items,
  asOf,
  currency,
}: TableProps & { readonly items: readonly PlanItem[] }) {
  const { t, format } = useText();
  const [all, setAll] = useState(false);
  const { column } = t.plans;
  const most = mostPoints(items);
  const shown = all ? items : items.slice(0, SHOWN);
  return (
    <>
      <div className="table-frame">
        <table className="stacking plan-items">
          <caption className="visually-hidden">{t.plans.items}</caption>
          <Headers visits />
          <tbody>
            {shown.map((item) => (
              <tr key={item.device_id}>
                <td className="number" data-label={column.rank}>
                  {format.integer(item.rank)}
                </td>
                <th scope="row" data-label={column.device}>
                  <DeviceCell item={item} />
                </th>
                <td className="wide-cell" data-label={column.why}>
                  <WhyCell item={item} most={most} />
                </td>
                <td data-label={column.legal}>
                  <LegalCell item={item} asOf={asOf} />
                </td>
                <td className="number" data-label={column.risk}>
                  <RiskCell item={item} />
                </td>
                <td className="number" data-label={column.stake}>
                  <StakeCell item={item} currency={currency} />
                </td>
                <td data-label={column.visit}>
                  <VisitCell item={item} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < items.length && (
        <div className="list-foot">
          <span>{t.common.shown(format.integer(shown.length))}</span>
          <button type="button" onClick={() => setAll(true)}>
            {t.plans.showAll(format.integer(items.length))}
          </button>
        </div>
      )}
    </>
  );
}

const NEXT_SHOWN = 10;

/** What the plan leaves out first, and why. */
export function NextTable({
  items,
  asOf,
  currency,
}: TableProps & { readonly items: readonly NextInLine[] }) {
  const { t, format } = useText();
  const [all, setAll] = useState(false);
  const { column } = t.plans;
  if (items.length === 0) return <Empty>{t.plans.nextNone}</Empty>;
  const most = mostPoints(items);
  const shown = all ? items : items.slice(0, NEXT_SHOWN);
  return (
    <>
      <div className="table-frame">
        <table className="stacking plan-items">
          <caption className="visually-hidden">{t.plans.next}</caption>
          <Headers visits={false} />
          <tbody>
            {shown.map((item) => (
              <tr key={item.device_id}>
                <td className="number" data-label={t.plans.position}>
                  {format.integer(item.position)}
                </td>
                <th scope="row" data-label={column.device}>
                  <DeviceCell item={item} />
                </th>
                <td className="wide-cell" data-label={column.why}>
                  <WhyCell item={lastFirst(item)} most={most} />
                </td>
                <td data-label={column.legal}>
                  <LegalCell item={item} asOf={asOf} />
                </td>
                <td className="number" data-label={column.risk}>
                  <RiskCell item={item} />
                </td>
                <td className="number" data-label={column.stake}>
                  <StakeCell item={item} currency={currency} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length < items.length && (
        <div className="list-foot">
          <span>{t.common.shown(format.integer(shown.length))}</span>
          <button type="button" onClick={() => setAll(true)}>
            {t.plans.showAll(format.integer(items.length))}
          </button>
        </div>
      )}
    </>
  );
}

/** Why it waits comes before why it would be worth a visit. */
function lastFirst(item: NextInLine): NextInLine {
  const waits = item.reasons.filter(({ code }) => code === 'plan_waits');
  return { ...item, reasons: [...waits, ...item.reasons.filter((one) => !waits.includes(one))] };
}
