import { useEffect, useRef } from 'react';
import uPlot from 'uplot';
import { useText } from '../i18n/i18n.tsx';
import type { ChartColumns } from '../lib/chart-data.ts';
import type { Formatter } from '../lib/format.ts';
import { useDarkTheme } from '../lib/use-dark-theme.ts';

/** Names of the CSS variables that the canvas takes its colours from. */
type ColorName = '--accent' | '--accent-soft' | '--alert' | '--muted' | '--band';

interface ChartSeries {
  readonly label: string;
  readonly color: ColorName;
  readonly style: 'line' | 'bars' | 'points' | 'edge';
}

export interface ChartProps {
  readonly label: string;
  readonly columns: ChartColumns;
  readonly series: readonly ChartSeries[];
  /** Area between two series (1-based), such as the smallest and the largest value. */
  readonly area?: readonly [upper: number, lower: number];
  /** Horizontal band, such as the permissible error. */
  readonly limit?: number;
  /** Seconds since 1970 at which a dashed line stands. */
  readonly marks?: readonly number[];
  readonly height: number;
  readonly formatValue: (value: number) => string;
  readonly barWidth?: number;
}

const FONT = '12px system-ui, "Segoe UI", Roboto, "Noto Sans", sans-serif';

function limitHook(limit: number, color: string, edge: string): (chart: uPlot) => void {
  return (chart) => {
    const { ctx, bbox } = chart;
    const top = Math.max(bbox.top, chart.valToPos(limit, 'y', true));
    const bottom = Math.min(bbox.top + bbox.height, chart.valToPos(-limit, 'y', true));
    ctx.save();
    ctx.fillStyle = color;
    ctx.fillRect(bbox.left, top, bbox.width, bottom - top);
    ctx.fillStyle = edge;
    ctx.fillRect(bbox.left, top, bbox.width, 1);
    ctx.fillRect(bbox.left, bottom, bbox.width, 1);
    ctx.restore();
  };
}

function marksHook(marks: readonly number[], color: string): (chart: uPlot) => void {
  return (chart) => {
    const { ctx, bbox } = chart;
    ctx.save();
    ctx.strokeStyle = color;
    ctx.setLineDash([4, 4]);
    ctx.beginPath();
    for (const mark of marks) {
      const x = Math.round(chart.valToPos(mark, 'x', true));
      if (x < bbox.left || x > bbox.left + bbox.width) continue;
      ctx.moveTo(x, bbox.top);
      ctx.lineTo(x, bbox.top + bbox.height);
    }
    ctx.stroke();
    ctx.restore();
  };
}

function seriesOptions(series: ChartSeries, color: string, props: ChartProps): uPlot.Series {
  const shared = {
    label: series.label,
    stroke: color,
    value: (_chart: uPlot, value: number | null) =>
      value === null || value === undefined ? '–' : props.formatValue(value),
  };
  switch (series.style) {
    case 'bars': {
      const paths = uPlot.paths.bars?.({ size: [props.barWidth ?? 0.8, 40] });
      return { ...shared, fill: color, width: 0, points: { show: false }, ...(paths && { paths }) };
    }
    case 'points':
      return { ...shared, width: 1.5, points: { show: true, size: 6, fill: color } };
    case 'edge':
      return { ...shared, width: 0, points: { show: false } };
    case 'line':
      return { ...shared, width: 1.6 };
  }
}

function chartOptions(
  props: ChartProps,
  width: number,
  { locale, zone }: Formatter,
  timeLabel: string,
): uPlot.Options {
  const style = getComputedStyle(document.documentElement);
  const color = (name: string): string => style.getPropertyValue(name).trim();
  const axis = {
    stroke: color('--muted'),
    font: FONT,
    grid: { stroke: color('--line'), width: 1 },
    ticks: { stroke: color('--line'), width: 1, size: 4 },
  };
  const clock = new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short' });
  const full = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'short' });
  const tick = (second: number, step: number): string => {
    const at = new Date(second * 1000);
    if (step >= 86_400) return day.format(at);
    return at.getHours() === 0 && at.getMinutes() === 0 ? day.format(at) : clock.format(at);
  };
  const options: uPlot.Options = {
    width,
    height: props.height,
    tzDate: (second) => uPlot.tzDate(new Date(second * 1000), zone),
    cursor: { drag: { x: false, y: false } },
    legend: { live: true },
    axes: [
      {
        ...axis,
        space: 70,
        size: 34,
        values: (_chart, splits, _axis, _space, step) => splits.map((at) => tick(at, step)),
      },
      {
        ...axis,
        size: 68,
        values: (_chart, splits) =>
          splits.map((value) => (value === null ? '' : props.formatValue(value))),
      },
    ],
    series: [
      {
        label: timeLabel,
        value: (_chart, at) => (at === null ? '–' : full.format(new Date(at * 1000))),
      },
      ...props.series.map((one) => seriesOptions(one, color(one.color), props)),
    ],
  };
  if (props.area !== undefined)
    options.bands = [{ series: [props.area[0], props.area[1]], fill: color('--accent-soft') }];
  if (props.marks !== undefined && props.marks.length > 0)
    options.hooks = { draw: [marksHook(props.marks, color('--alert'))] };
  if (props.limit !== undefined) {
    const { limit } = props;
    options.hooks = {
      ...options.hooks,
      drawClear: [limitHook(limit, color('--band'), color('--band-edge'))],
    };
    // The band must be seen as a band: both limits belong to the scale.
    options.scales = {
      y: {
        range: (_chart, low, high) => {
          const reach = Math.max(Math.abs(low), Math.abs(high), limit * 1.25) * 1.08;
          return [-reach, reach];
        },
      },
    };
  }
  return options;
}

/** A chart over time on a canvas. What it shows must also be said in text beside it: canvases are mute. */
export function TimeChart(props: ChartProps) {
  const { t, format } = useText();
  const holder = useRef<HTMLDivElement>(null);
  const dark = useDarkTheme();
  const { columns } = props;
  const timeLabel = t.device.time;
  const chart = useRef<uPlot>(undefined);
  const latest = useRef(props);
  useEffect(() => {
    latest.current = props;
  });
  // Everything but the data: uPlot takes new data in place, the rest only anew.
  const shape = JSON.stringify([
    props.label,
    props.series,
    props.limit,
    props.height,
    props.area,
    props.marks,
  ]);

  useEffect(() => {
    const element = holder.current;
    if (element === null) return undefined;
    const options = chartOptions(latest.current, element.clientWidth, format, timeLabel);
    const plot = new uPlot(options, latest.current.columns, element);
    chart.current = plot;
    const resize = new ResizeObserver(() =>
      plot.setSize({ width: element.clientWidth, height: latest.current.height }),
    );
    resize.observe(element);
    return () => {
      resize.disconnect();
      plot.destroy();
    };
    // oxlint-disable-next-line react/exhaustive-effect-dependencies -- shape and theme are read through props and CSS
  }, [shape, dark, format, timeLabel]);

  useEffect(() => {
    chart.current?.setData(columns);
  }, [columns]);
  return (
    <div
      ref={holder}
      className="chart"
      role="img"
      aria-label={props.label}
      // Kept free before the chart is drawn, so that nothing below it jumps.
      style={{ minHeight: props.height }}
    />
  );
}
