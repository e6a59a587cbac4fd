/** Half width, in intervals, of the neighbourhood whose variance drives the smoother. */
const NEIGHBOURS = 4;

/**
 * Energies of consecutive intervals with the register's rounding smoothed out: Rauch-Tung-Striebel smoother of a counter
 * that grows by a random walk and is shown in whole quanta (rounding variance quantum^2 / 12).
 *
 * Without it the rounding stands on both sides of the regression - in the balance and in the meter's own column - and pulls
 * every beta towards +1, for a 100 W meter and 10 W.h by percents. The smoothed energy has an error that its own
 * column does not share. A load far above the quantum passes unchanged; one far below becomes its mean.
 */
export function smoothEnergies(energy: Float64Array, quantum: number): Float64Array {
  const count = energy.length;
  if (quantum <= 0 || count < 2 * NEIGHBOURS) return energy;
  const noise = (quantum * quantum) / 12;
  // counter relative to its first value: z_k = x_k + e_k, x_k = x_{k-1} + m_k + w_k with m the local mean
  const m = localMeans(energy);
  const step = localVariances(energy, m, noise);
  const predicted = new Float64Array(count + 1);
  const predictedVariance = new Float64Array(count + 1);
  const filtered = new Float64Array(count + 1);
  const filteredVariance = new Float64Array(count + 1);
  let shown = 0;
  filteredVariance[0] = noise;
  for (let k = 1; k <= count; k++) {
    shown += energy[k - 1] as number;
    const guess = (filtered[k - 1] as number) + (m[k - 1] as number);
    const variance = (filteredVariance[k - 1] as number) + (step[k - 1] as number);
    const gain = variance / (variance + noise);
    predicted[k] = guess;
    predictedVariance[k] = variance;
    filtered[k] = guess + gain * (shown - guess);
    filteredVariance[k] = (1 - gain) * variance;
  }
  let after = filtered[count] as number;
  const out = new Float64Array(count);
  for (let k = count - 1; k >= 0; k--) {
    const gain =
      (filteredVariance[k] as number) / Math.max(predictedVariance[k + 1] as number, 1e-300);
    const smoothed = (filtered[k] as number) + gain * (after - (predicted[k + 1] as number));
    out[k] = after - smoothed;
    after = smoothed;
  }
  return out;
}

function localMeans(energy: Float64Array): Float64Array {
  const count = energy.length;
  const out = new Float64Array(count);
  // twice the width: a mean over few quanta would itself be quantised
  const width = 4 * NEIGHBOURS;
  let sum = 0;
  let from = 0;
  let to = 0;
  for (let k = 0; k < count; k++) {
    while (to < Math.min(count, k + width + 1)) sum += energy[to++] as number;
    while (from < k - width) sum -= energy[from++] as number;
    out[k] = sum / (to - from);
  }
  return out;
}

/** Mean square of the energy around the expected growth, less what rounding adds to a difference of two counters. */
function localVariances(energy: Float64Array, centre: Float64Array, noise: number): Float64Array {
  const count = energy.length;
  const out = new Float64Array(count);
  for (let k = 0; k < count; k++) {
    let squares = 0;
    let weight = 0;
    for (let j = Math.max(0, k - NEIGHBOURS); j <= Math.min(count - 1, k + NEIGHBOURS); j++) {
      squares += ((energy[j] as number) - (centre[j] as number)) ** 2;
      weight++;
    }
    out[k] = Math.max(squares / weight - 2 * noise, 0.02 * noise);
  }
  return out;
}
