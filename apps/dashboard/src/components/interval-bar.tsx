import { useText } from '../i18n/i18n.tsx';
import { type Estimate, estimateTexts } from '../lib/estimate.ts';

const WIDTH = 180;
const HEIGHT = 22;
/** Limits to each side of zero; farther out an arrow says that it goes on. */
const SPAN = 4;

/**
 * The 95 % interval on a scale of limits: ±1 is the limit of this very device, so that a class 0.5 meter and a water
 * meter can be compared by eye.
 */
export function IntervalBar({ estimate }: { readonly estimate: Estimate }) {
  const { t, format } = useText();
  const texts = estimateTexts(estimate, format);
  const x = (value: number): number => {
    const inLimits = value / estimate.limit;
    const clamped = Math.max(-SPAN, Math.min(SPAN, inLimits));
    return WIDTH / 2 + (clamped / SPAN) * (WIDTH / 2 - 8);
  };
  const middle = HEIGHT / 2;
  const low = x(estimate.low);
  const high = x(estimate.high);
  const beyond = Math.abs(estimate.value) > estimate.limit;
  const cutLow = estimate.low / estimate.limit < -SPAN;
  const cutHigh = estimate.high / estimate.limit > SPAN;
  return (
    <svg
      className={beyond ? 'interval beyond' : 'interval'}
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      width={WIDTH}
      height={HEIGHT}
      role="img"
      aria-label={t.fleet.interval(texts.value, texts.low, texts.high, texts.limit)}
    >
      <rect
        className="interval-limit"
        x={x(-estimate.limit)}
        width={x(estimate.limit) - x(-estimate.limit)}
        y="2"
        height={HEIGHT - 4}
      />
      <path
        className="interval-marks"
        d={`M${x(-estimate.limit)} 1V${HEIGHT - 1}M${x(estimate.limit)} 1V${HEIGHT - 1}`}
      />
      <path className="interval-zero" d={`M${WIDTH / 2} 4V${HEIGHT - 4}`} />
      <path className="interval-line" d={`M${low} ${middle}H${Math.max(high, low + 1)}`} />
      {cutLow ? (
        <path className="interval-line" d={`M${low + 4} ${middle - 4}L${low} ${middle}l4 4`} />
      ) : (
        <path className="interval-line" d={`M${low} ${middle - 4}v8`} />
      )}
      {cutHigh ? (
        <path className="interval-line" d={`M${high - 4} ${middle - 4}L${high} ${middle}l-4 4`} />
      ) : (
        <path className="interval-line" d={`M${high} ${middle - 4}v8`} />
      )}
      <circle className="interval-dot" cx={x(estimate.value)} cy={middle} r="4" />
    </svg>
  );
}
