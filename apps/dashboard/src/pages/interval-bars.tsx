import type { Interval } from '@verimeter/api-schema';
import { useText } from '../i18n/i18n.tsx';

const WIDTH = 960;
const HEIGHT = 120;
/** So much of a step is left between neighbouring bars. */
const GAP = 0.15;
const STEP_MS = 900_000;

interface IntervalBarsProps {
  readonly intervals: readonly Interval[];
  readonly label: string;
  readonly textOf: (interval: Interval) => string;
}

/**
 * Each interval as a bar as wide as its time and as high as its amount per step, so that its area is the amount: a merged one is long and
 * low. Where the amount is not known the time is shaded.
 */
export function IntervalBars({ intervals, label, textOf }: IntervalBarsProps) {
  const { format } = useText();
  const [first, last] = [intervals[0], intervals.at(-1)];
  if (first === undefined || last === undefined) return null;
  const startMs = Date.parse(first.start);
  const perMs = WIDTH / (Date.parse(last.end) - startMs);
  const bars = intervals.map((interval) => {
    const from = Date.parse(interval.start);
    const to = Date.parse(interval.end);
    return {
      interval,
      x: (from - startMs) * perMs,
      width: (to - from - GAP * STEP_MS) * perMs,
      level: interval.amount === null ? undefined : (interval.amount * STEP_MS) / (to - from),
    };
  });
  const highest = Math.max(...bars.map(({ level = 0 }) => level));
  const heightOf = (level: number): number =>
    highest === 0 ? 1 : Math.max(1, (level / highest) * (HEIGHT - 4));
  return (
    <figure className="interval-bars">
      <svg
        viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={label}
      >
        {bars.map(({ interval, x, width, level }) => (
          <rect
            key={interval.start}
            className={classOf(interval)}
            x={x}
            width={width}
            y={level === undefined ? 0 : HEIGHT - heightOf(level)}
            height={level === undefined ? HEIGHT : heightOf(level)}
          >
            <title>{textOf(interval)}</title>
          </rect>
        ))}
      </svg>
      <figcaption>
        <span>{format.dateTime(first.start)}</span>
        <span>{format.dateTime(last.end)}</span>
      </figcaption>
    </figure>
  );
}

function classOf({ amount, quality }: Interval): string {
  if (amount === null) return 'unknown';
  return quality.includes('merged') ? 'merged' : 'whole';
}
