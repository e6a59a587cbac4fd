import type { GroupBalance, GroupDetail } from '@verimeter/api-schema';
import { useMemo } from 'react';
import { Segments } from '../components/choice.tsx';
import { ProblemNote, Skeleton } from '../components/feedback.tsx';
import { TimeChart } from '../components/time-chart.tsx';
import { useText } from '../i18n/i18n.tsx';
import { get } from '../lib/api-client.ts';
import { unitLabel } from '../lib/format.ts';
import {
  amountColumns,
  BALANCE_PERIODS,
  balanceQuery,
  type BalancePeriod,
  balanceTotal,
  differenceOf,
  shareColumns,
} from '../lib/group-balance.ts';
import { areaHref } from '../lib/routing.ts';
import { useResource } from '../lib/use-resource.ts';
import { replaceHash } from '../lib/use-route.ts';

const USUAL: BalancePeriod = '30d';

function BalanceTable({ balance }: { readonly balance: GroupBalance }) {
  const { t, format } = useText();
  const unit = balance.unit === null ? '' : unitLabel(balance.unit);
  const amount = (value: number | null | undefined): string =>
    value === null || value === undefined
      ? t.common.none
      : `${format.number(value, 1)}\u00A0${unit}`;
  const passesOn = balance.items.some(({ supply_out: out }) => out !== null);
  return (
    <details>
      <summary>{t.balance.table}</summary>
      <div className="table-scroll">
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t.balance.period}</th>
              <th scope="col" className="number">
                {t.balance.supply}
              </th>
              {passesOn && (
                <th scope="col" className="number">
                  {t.balance.supplyOut}
                </th>
              )}
              <th scope="col" className="number">
                {t.balance.consumers}
              </th>
              <th scope="col" className="number">
                {t.balance.difference}
              </th>
              <th scope="col" className="number">
                {t.balance.coverage}
              </th>
            </tr>
          </thead>
          <tbody>
            {balance.items.toReversed().map((bucket) => (
              <tr key={bucket.start}>
                <th scope="row">{format.dateTime(bucket.start)}</th>
                <td className="number">{amount(bucket.supply)}</td>
                {passesOn && <td className="number">{amount(bucket.supply_out)}</td>}
                <td className="number">{amount(bucket.consumers)}</td>
                <td className="number">{amount(differenceOf(bucket))}</td>
                <td className="number">
                  {bucket.consumer_coverage === null
                    ? t.common.none
                    : format.percent(bucket.consumer_coverage, 0)}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function BalanceCharts({
  balance,
  group,
}: {
  readonly balance: GroupBalance;
  readonly group: GroupDetail;
}) {
  const { t, format } = useText();
  const amounts = useMemo(() => amountColumns(balance), [balance]);
  const shares = useMemo(() => shareColumns(balance), [balance]);
  const total = balanceTotal(balance.items);
  const unit = balance.unit === null ? '' : unitLabel(balance.unit);
  const amount = (value: number): string =>
    `${format.number(value, Math.abs(value) < 100 ? 1 : 0)}\u00A0${unit}`;
  if (total.complete === 0)
    return (
      <>
        <p className="empty">{t.balance.noneComplete}</p>
        <BalanceTable balance={balance} />
      </>
    );
  return (
    <>
      <p>
        {t.balance.total(
          amount(total.difference),
          total.supply > 0 ? format.percent(total.difference / total.supply) : t.common.none,
          amount(total.supply),
          format.integer(total.complete),
        )}{' '}
        {group.technical_loss !== null && t.balance.stated(format.percent(group.technical_loss))}{' '}
        {total.partial > 0 && t.balance.partial(format.integer(total.partial))}
      </p>
      <TimeChart
        label={`${t.balance.supply}, ${t.balance.consumers}`}
        columns={amounts}
        series={[
          { label: t.balance.supply, color: '--accent', style: 'line' },
          { label: t.balance.consumers, color: '--muted', style: 'line' },
        ]}
        area={[1, 2]}
        height={230}
        formatValue={(value) => `${format.number(value, 1)}\u00A0${unit}`}
      />
      <h3>{t.balance.share}</h3>
      <TimeChart
        label={t.balance.share}
        columns={shares}
        series={[{ label: t.balance.difference, color: '--accent', style: 'line' }]}
        height={150}
        formatValue={(value) => format.percent(value)}
      />
      <BalanceTable balance={balance} />
    </>
  );
}

interface BalanceCardProps {
  readonly group: GroupDetail;
  readonly params: URLSearchParams;
}

/** What came into a group against what its consumers took, by day or hour; nothing for networks of sensors. */
export function BalanceCard({ group, params }: BalanceCardProps) {
  const { t, format } = useText();
  const period = BALANCE_PERIODS.find((one) => one === params.get('balance')) ?? USUAL;
  const path = `/groups/${encodeURIComponent(group.group_id)}/balance`;
  const balance = useResource(`balance ${group.group_id} ${period} ${format.zone}`, (signal) =>
    get<GroupBalance>(path, { zone: format.zone, ...balanceQuery(period) }, signal),
  );
  if (group.kind === 'sensor_network') return null;
  const { data } = balance;
  return (
    <section className="card balance">
      <div className="card-head">
        <h2>{t.balance.title}</h2>
        <Segments
          label={t.balance.period}
          value={period}
          options={BALANCE_PERIODS.map((one) => [one, t.balance.periods[one]])}
          onChange={(chosen) =>
            replaceHash(
              `${areaHref(group.group_id)}?${new URLSearchParams({ ...Object.fromEntries(params), balance: chosen }).toString()}`,
            )
          }
        />
      </div>
      <p className="hint">{t.balance.lead}</p>
      {balance.error !== undefined && <ProblemNote error={balance.error} retry={balance.reload} />}
      {data === undefined && balance.error === undefined && <Skeleton lines={6} />}
      {data !== undefined &&
        (data.items.length === 0 ? (
          <p className="empty">{t.balance.none}</p>
        ) : (
          <BalanceCharts balance={data} group={group} />
        ))}
    </section>
  );
}
