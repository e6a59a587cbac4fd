import type { PlanSimulation } from '@verimeter/api-schema';
import { useText } from '../../i18n/i18n.tsx';
import { shortMonth } from '../../lib/months.ts';
import { useWidth } from '../../lib/use-width.ts';

const HEIGHT = 280;
const LEFT = 48;
/** Pixels that the name of a month needs. */
const NAME = 34;
const FOOT = 26;
const TOP = 12;

interface ChartProps {
  readonly months: PlanSimulation['months'];
  readonly label: string;
}

/** A round number at or above the largest: 1, 2 or 5 times a power of ten. */
function roundAbove(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((digit) => digit * power).find((one) => one >= value) ?? value;
}

/** Bars by month: what becomes due, what is verified, what is overdue at its end; a line for the capacity. */
export function DueChart({ months, label }: ChartProps) {
  const { t, format } = useText();
  const texts = t.plans.simulation;
  const [holder, width] = useWidth<HTMLElement>();
  const top = roundAbove(
    Math.max(
      ...months.flatMap(({ due, verified, overdue, capacity }) => [
        due,
        verified,
        overdue,
        capacity,
      ]),
    ),
  );
  const y = (count: number): number => TOP + (1 - count / top) * (HEIGHT - TOP - FOOT);
  const step = (width - LEFT) / months.length;
  const bar = step / 4.4;
  const named = Math.ceil(NAME / step);
  return (
    <figure ref={holder} className="due-chart">
      <svg width={width} height={HEIGHT} role="img" aria-label={label}>
        {[0, 0.5, 1].map((share) => (
          <g key={share}>
            <path className="due-grid" d={`M${LEFT} ${y(top * share)}H${width}`} />
            <text className="due-text" x={LEFT - 8} y={y(top * share) + 4} textAnchor="end">
              {format.number(top * share, 1)}
            </text>
          </g>
        ))}
        {months.map((month, index) => {
          const left = LEFT + index * step + step / 10;
          const bars = [
            ['due', month.due],
            ['verified', month.verified],
            ['overdue', month.overdue],
          ] as const;
          return (
            <g key={month.month}>
              {bars.map(([name, count], place) => (
                <rect
                  key={name}
                  className={`due-${name}`}
                  x={left + place * bar}
                  y={y(count)}
                  width={Math.max(2, bar - 2)}
                  height={Math.max(0, y(0) - y(count))}
                />
              ))}
              <path
                className="due-capacity"
                d={`M${left - 3} ${y(month.capacity)}H${left + 3 * bar + 3}`}
              />
              {index % named === 0 && (
                <text className="due-text" x={left + 1.5 * bar} y={HEIGHT - 8} textAnchor="middle">
                  {shortMonth(month.month, format.locale)}
                </text>
              )}
            </g>
          );
        })}
      </svg>
      <figcaption>
        <span>
          <span className="due-swatch due-due" aria-hidden="true" /> {texts.due}
        </span>
        <span>
          <span className="due-swatch due-verified" aria-hidden="true" /> {texts.verified}
        </span>
        <span>
          <span className="due-swatch due-overdue" aria-hidden="true" /> {texts.overdue}
        </span>
        <span>
          <span className="due-swatch due-line" aria-hidden="true" /> {texts.monthCapacity}
        </span>
      </figcaption>
    </figure>
  );
}
