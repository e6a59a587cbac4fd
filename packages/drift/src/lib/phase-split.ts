import { at } from '@verimeter/statistics';

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
  for (let t = 0; t < total.length; t++) {
    const sign = at(total, t) < 0 ? -1 : 1;
    const current = Math.abs(at(total, t));
    for (let c = 0; c < m; c++) {
      const part = at(deviation[c] as Float64Array, t);
      // without the voltages of this step the current counts as balanced
      raw[c] = current / m + (Number.isFinite(part) ? sign * gain * part : 0);
    }
    projectOnSimplex(raw, current);
    for (let c = 0; c < m; c++) (parts[c] as Float64Array)[t] = sign * at(raw, c);
  }
  return parts;
}

/** Nearest non-negative vector with the given sum. */
function projectOnSimplex(values: Float64Array, sum: number): void {
  const sorted = Float64Array.from(values).toSorted().toReversed();
  let running = 0;
  let shift = 0;
  for (let k = 0; k < sorted.length; k++) {
    running += at(sorted, k);
    const candidate = (running - sum) / (k + 1);
    if (at(sorted, k) >= candidate) shift = candidate;
  }
  for (let k = 0; k < values.length; k++) values[k] = Math.max(0, at(values, k) - shift);
}
