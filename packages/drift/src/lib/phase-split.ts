/**
 * Drop of one phase per ampere by which its current differs from the mean of the three, over the drop per ampere of the
 * three together: with four equal cores a balanced current drops R/3 per total ampere (no neutral current), a deviation
 * drops R in its own core and 3/2 R in the neutral.
 */
const UNBALANCE_OVER_TOTAL = 7.5;

/**
 * How a three-phase meter's current divides over its phases: the voltages of its phases deviate from each other by
 * what its own unbalance drops. `deviation` = own part of the drop of each phase minus their mean; `totalSlope` = V per total
 * ampere of their mean. Each phase stays between 0 and the total, which is negative where a roof feeds back.
 */
export function splitCurrent(
  total: Float64Array,
  deviation: readonly Float64Array[],
  totalSlope: number,
): Float64Array[] {
  const m = deviation.length;
  const parts = deviation.map(() => new Float64Array(total.length));
  const gain = totalSlope > 1e-3 ? 1 / (UNBALANCE_OVER_TOTAL * totalSlope) : 0;
  const raw = new Float64Array(m);
  const sorted = new Float64Array(m);
  for (let t = 0; t < total.length; t++) {
    const sign = (total[t] as number) < 0 ? -1 : 1;
    const current = Math.abs(total[t] as number);
    for (let c = 0; c < m; c++) {
      const part = (deviation[c] as Float64Array)[t] as number;
      // without the voltages of this step the current counts as balanced
      raw[c] = current / m + (Number.isFinite(part) ? sign * gain * part : 0);
    }
    projectOnSimplex(raw, current, sorted);
    for (let c = 0; c < m; c++) (parts[c] as Float64Array)[t] = sign * (raw[c] as number);
  }
  return parts;
}

/** Nearest non-negative vector with the given sum; `sorted` is work space. */
function projectOnSimplex(values: Float64Array, sum: number, sorted: Float64Array): void {
  const m = values.length;
  // two or three phases: falling order by insertion
  for (let k = 0; k < m; k++) {
    const value = values[k] as number;
    let j = k;
    for (; j > 0 && (sorted[j - 1] as number) < value; j--) sorted[j] = sorted[j - 1] as number;
    sorted[j] = value;
  }
  let running = 0;
  let shift = 0;
  for (let k = 0; k < m; k++) {
    running += sorted[k] as number;
    const candidate = (running - sum) / (k + 1);
    if ((sorted[k] as number) >= candidate) shift = candidate;
  }
  for (let k = 0; k < m; k++) values[k] = Math.max(0, (values[k] as number) - shift);
}
