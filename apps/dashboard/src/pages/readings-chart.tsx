import type { Channel, ReadingAggregate, RegisterEventItem } from '@verimeter/api-schema';
import { useMemo } from 'react';
import { TimeChart } from '../components/time-chart.tsx';
import { useText } from '../i18n/i18n.tsx';
import { bucketColumns } from '../lib/chart-data.ts';
import { unitLabel } from '../lib/format.ts';

interface ReadingsChartProps {
  readonly channel: Channel;
  readonly buckets: readonly ReadingAggregate[];
  readonly register: boolean;
  readonly events: readonly RegisterEventItem[];
}

/** Registers as the amount of each interval; other quantities as the mean within the smallest and largest value. */
export function ReadingsChart({ channel, buckets, register, events }: ReadingsChartProps) {
  const { t, words, format } = useText();
  const columns = useMemo(
    () =>
      register
        ? bucketColumns(buckets, [(bucket) => bucket.sum])
        : bucketColumns(buckets, [
            (bucket) => bucket.mean,
            (bucket) => bucket.max,
            (bucket) => bucket.min,
          ]),
    [buckets, register],
  );
  const name = words.quantity[channel.quantity] ?? channel.quantity;
  const unit = unitLabel(channel.unit);
  const label = unit === '' ? name : `${name} (${unit})`;
  return (
    <TimeChart
      label={`${t.device.readings}: ${label}`}
      columns={columns}
      series={
        register
          ? [{ label: `${t.device.sum}, ${unit}`, color: '--accent', style: 'bars' }]
          : [
              { label: `${t.device.mean}, ${unit}`, color: '--accent', style: 'line' },
              { label: t.device.largest, color: '--accent', style: 'edge' },
              { label: t.device.smallest, color: '--accent', style: 'edge' },
            ]
      }
      {...(register ? {} : { area: [2, 3] as const })}
      marks={events.map(({ ts }) => Date.parse(ts) / 1000)}
      height={260}
      formatValue={(value) => format.number(value)}
    />
  );
}
