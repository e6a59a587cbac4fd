import type { HealthDetail } from '@verimeter/api-schema';
import { useMemo } from 'react';
import { TimeChart } from '../components/time-chart.tsx';
import { useText } from '../i18n/i18n.tsx';
import { type ChartColumns, seconds } from '../lib/chart-data.ts';

/** How the estimate and its uncertainty developed, against the permissible error. */
export function ErrorHistory({ health }: { readonly health: HealthDetail }) {
  const { t, words, format } = useText();
  const points = useMemo(
    () => health.history.filter((point) => point.error_estimate !== null),
    [health.history],
  );
  const columns = useMemo<ChartColumns>(
    () => [
      points.map((point) => seconds(point.as_of)),
      points.map((point) => point.error_estimate),
      points.map((point) => point.interval_high),
      points.map((point) => point.interval_low),
    ],
    [points],
  );
  const name = words.quantity[health.quantity] ?? health.quantity;
  // A device about which nothing may be claimed has no history to wait for.
  if (points.length === 0 && health.error_estimate === null) return null;
  return (
    <section className="card">
      <h2>
        {t.device.history}: {name}
      </h2>
      {points.length === 0 ? (
        <p className="empty">{t.device.historyEmpty}</p>
      ) : (
        <>
          <TimeChart
            label={`${t.device.history}, ${name}`}
            columns={columns}
            series={[
              { label: t.device.estimate, color: '--accent', style: 'points' },
              { label: t.device.upper, color: '--accent', style: 'edge' },
              { label: t.device.lower, color: '--accent', style: 'edge' },
            ]}
            area={[2, 3]}
            {...(health.limit === null ? {} : { limit: health.limit })}
            height={240}
            formatValue={(value) => format.signedPercent(value)}
          />
          <details>
            <summary>{t.device.historyTable}</summary>
            <table className="plain">
              <thead>
                <tr>
                  <th scope="col">{t.device.time}</th>
                  <th scope="col" className="number">
                    {t.device.estimate}
                  </th>
                  <th scope="col" className="number">
                    {t.device.interval}
                  </th>
                </tr>
              </thead>
              <tbody>
                {points.toReversed().map((point) => (
                  <tr key={point.as_of}>
                    <th scope="row">{format.date(point.as_of)}</th>
                    <td className="number">{format.signedPercent(point.error_estimate ?? 0)}</td>
                    <td className="number">
                      {point.interval_low !== null && format.signedPercent(point.interval_low)} …{' '}
                      {point.interval_high !== null && format.signedPercent(point.interval_high)}
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </details>
        </>
      )}
    </section>
  );
}
