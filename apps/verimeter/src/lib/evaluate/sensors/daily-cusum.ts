const LEAST_HOURS = 12;
const ALLOWANCE = 0.5;
const THRESHOLD = 5;
const LEAST_DAYS = 20;

/**
 * Whether a two-sided CUSUM of daily residuals beside a proxy is above its threshold on the last day. Residuals are logarithms of ratios
 * of daily means, or differences of them, standardised by the days before `trained`; a day without enough hours is skipped.
 */
export function cusumOf(
  own: Float64Array,
  proxy: Float64Array,
  span: {
    readonly from: number;
    readonly trained: number;
    readonly to: number;
    readonly relative: boolean;
  },
): boolean {
  const residuals: number[] = [];
  let trainedDays = 0;
  for (let begin = span.from; begin + 24 <= span.to; begin += 24) {
    const residual = dailyResidual(own, proxy, begin, span.relative);
    if (!Number.isFinite(residual)) continue;
    residuals.push(residual);
    if (begin < span.trained) trainedDays += 1;
  }
  if (trainedDays < LEAST_DAYS) return false;
  const usual = residuals.slice(0, trainedDays);
  const mean = usual.reduce((sum, value) => sum + value, 0) / trainedDays;
  const sd = Math.sqrt(
    usual.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (trainedDays - 1),
  );
  let [up, down] = [0, 0];
  for (const residual of residuals.slice(trainedDays)) {
    const z = (residual - mean) / sd;
    up = Math.max(0, up + z - ALLOWANCE);
    down = Math.max(0, down - z - ALLOWANCE);
  }
  return Math.max(up, down) > THRESHOLD;
}

function dailyResidual(
  own: Float64Array,
  proxy: Float64Array,
  begin: number,
  relative: boolean,
): number {
  let [count, sumOwn, sumProxy] = [0, 0, 0];
  for (let k = begin; k < begin + 24; k += 1) {
    const [x, y] = [own[k] ?? Number.NaN, proxy[k] ?? Number.NaN];
    if (Number.isNaN(x + y)) continue;
    count += 1;
    sumOwn += x;
    sumProxy += y;
  }
  if (count < LEAST_HOURS) return Number.NaN;
  return relative ? Math.log(sumOwn / sumProxy) : (sumOwn - sumProxy) / count;
}
