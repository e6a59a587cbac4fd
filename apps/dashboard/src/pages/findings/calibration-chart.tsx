import type { TrackRecord } from '@verimeter/api-schema';
import { useText } from '../../i18n/i18n.tsx';

const SIZE = 320;
const EDGE = 34;
const TICKS = [0, 0.25, 0.5, 0.75, 1];

/** Published probabilities against the share found beyond, with its interval; the table beside it has the same numbers. */
export function CalibrationChart({ bins }: { readonly bins: TrackRecord['calibration'] }) {
  const { t, format } = useText();
  const span = SIZE - EDGE - 24;
  const x = (value: number): number => EDGE + value * span;
  const y = (value: number): number => SIZE - EDGE - value * span;
  const points = bins.map(({ predicted, found }) =>
    t.trackRecord.calibrationPoint(
      format.percent(predicted, 0),
      format.percent(found.value ?? 0, 0),
      format.integer(found.k),
      format.integer(found.n),
    ),
  );
  return (
    <svg
      className="calibration"
      viewBox={`0 0 ${SIZE} ${SIZE}`}
      role="img"
      aria-label={t.trackRecord.calibrationChart(points.join('; '))}
    >
      {TICKS.map((tick) => (
        <g key={tick} className="calibration-grid">
          <path d={`M${x(tick)} ${y(0)}V${y(1)}M${x(0)} ${y(tick)}H${x(1)}`} />
          <text x={x(tick)} y={y(0) + 16} textAnchor="middle">
            {format.percent(tick, 0)}
          </text>
          {tick > 0 && (
            <text x={x(0) - 5} y={y(tick) + 4} textAnchor="end">
              {format.percent(tick, 0)}
            </text>
          )}
        </g>
      ))}
      <path className="calibration-line" d={`M${x(0)} ${y(0)}L${x(1)} ${y(1)}`} />
      {bins.map(({ from, predicted, found }) => (
        <g key={from} className={found.enough ? 'calibration-point' : 'calibration-point few'}>
          <path d={`M${x(predicted)} ${y(found.low)}V${y(found.high)}`} />
          <circle cx={x(predicted)} cy={y(found.value ?? 0)} r="5" />
        </g>
      ))}
      <text className="calibration-name" x={x(0.5)} y={SIZE - 2} textAnchor="middle">
        {t.trackRecord.range}
      </text>
    </svg>
  );
}
