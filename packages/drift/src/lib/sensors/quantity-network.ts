import { at } from '@verimeter/statistics';
import type { Calendar } from './calendar.ts';
import { type ComparedDays, comparedDays } from './compared-days.ts';
import { dailyMeans, EVEN_HOURS } from './daily-means.ts';
import { blendOf } from './neighbour-blend.ts';
import { type Comparison, networkLevel } from './network-level.ts';
import { anomaliesOf, type Neighbourhood, neighbourhoodOf } from './neighbours.ts';
import type { SensorSeries } from './sensor-types.ts';
import { type Stretch, stretchesOf } from './stretches.ts';
import { type WeeklyRow, weeklyRows } from './weekly-rows.ts';

/** One quantity of one network, with values that count only. */
export interface QuantityNetwork {
  readonly groupId: string;
  readonly quantity: string;
  readonly calendar: Calendar;
  readonly comparison: Comparison;
  readonly series: readonly SensorSeries[];
  readonly values: readonly Float64Array[];
  readonly stretches: readonly Stretch[];
  /** Rows of each stretch beside its second element, where it has one. */
  readonly pairs: readonly (readonly WeeklyRow[] | undefined)[];
  readonly daily: readonly Float64Array[];
  readonly anomalies: readonly Float64Array[];
}

/** A stretch beside its neighbours. */
export interface ComparedStretch {
  readonly stretch: number;
  readonly neighbourhood: Neighbourhood;
  readonly days: ComparedDays;
  readonly rows: readonly WeeklyRow[];
}

export function openQuantity(
  groupId: string,
  series: readonly SensorSeries[],
  values: readonly Float64Array[],
  calendar: Calendar,
): QuantityNetwork {
  const comparison = series[0]?.limitOf === 'offset' ? 'difference' : 'ratio';
  const stretches = series.flatMap((one, i) => stretchesOf(one, i, calendar));
  const daily = stretches.map((stretch) =>
    dailyMeans(values[stretch.series] as Float64Array, stretch, calendar, EVEN_HOURS),
  );
  return {
    groupId,
    quantity: series[0]?.quantity ?? '',
    calendar,
    comparison,
    series,
    values,
    stretches,
    pairs: stretches.map((stretch) => pairRows(series, values, { stretch, calendar, comparison })),
    daily,
    anomalies: daily.map((one) => anomaliesOf(one, comparison)),
  };
}

/** The first element beside the second, day by day like beside neighbours; the air is the same for both. */
function pairRows(
  series: readonly SensorSeries[],
  values: readonly Float64Array[],
  of: { readonly stretch: Stretch; readonly calendar: Calendar; readonly comparison: Comparison },
): readonly WeeklyRow[] | undefined {
  const { stretch, calendar, comparison } = of;
  const partner = series[stretch.series]?.partner;
  if (partner === undefined) return undefined;
  const own = series[stretch.series]?.values as Float64Array;
  const points = calendar.points;
  const counted = (values[stretch.series] as Float64Array).map((value, k) =>
    Number.isFinite(value) ? at(own, k) : NaN,
  );
  const blend = { values: partner.slice(0, points), spread: new Float64Array(points) };
  const days = comparedDays(counted, blend, stretch, { calendar, comparison });
  return weeklyRows(days, calendar, comparison === 'ratio').filter(({ gain }) => gain > 0);
}

/** Every stretch beside a blend of the others, without those left out. */
export function compareAll(
  network: QuantityNetwork,
  leftOut: ReadonlySet<number>,
): ComparedStretch[] {
  const { calendar, comparison, series, stretches, values, daily, anomalies } = network;
  const level = networkLevel(daily, comparison, leftOut);
  const data = { series, stretches, daily, anomalies, network: level, comparison };
  return stretches.map((stretch, index): ComparedStretch => {
    const neighbourhood = Number.isFinite(at(level.levels, index))
      ? neighbourhoodOf(index, data, leftOut)
      : { neighbours: [], correlated: 0, nearReferences: 0, samePlace: false };
    const startLevel = neighbourhood.samePlace ? undefined : at(level.startLevels, index);
    const blend = blendOf(stretch, startLevel, neighbourhood.neighbours, {
      values,
      stretches,
      levels: level.levels,
      comparison,
      points: calendar.points,
    });
    const days = comparedDays(values[stretch.series] as Float64Array, blend, stretch, {
      calendar,
      comparison,
    });
    return {
      stretch: index,
      neighbourhood,
      days,
      rows: weeklyRows(days, calendar, comparison === 'ratio'),
    };
  });
}
