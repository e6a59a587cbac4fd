import { type CusumChart } from './cusum.ts';
import { type EwmaChart, ewmaDeviation } from './ewma.ts';
import { solveLinearInPlace } from './linear-solve.ts';
import { normalCdf } from './normal.ts';
import { at } from './vector.ts';

export interface RunLengthOptions {
  /** Mean of the values, in their standard deviations; 0 (in control) by default. */
  readonly shift?: number;
  /** Transient states of the Markov chain; the error falls with their square. 100 by default. */
  readonly states?: number;
}

/**
 * Mean number of independent N(shift, 1) values until the upper sum exceeds the threshold. D. Brook and D. A. Evans,
 * "An approach to the probability distribution of CUSUM run length", Biometrika 59 (1972): the sum is rounded to
 * `states` values of spacing 2 h / (2 states - 1). Two chains of `states` and half as many are extrapolated in the
 * square of the spacing.
 */
export function cusumRunLength(chart: CusumChart, options: RunLengthOptions = {}): number {
  const { shift = 0, states = 100 } = options;
  const coarse = Math.max(states >> 1, 2);
  const spacing = (count: number): number => (2 * chart.threshold) / (2 * count - 1);
  return extrapolate(
    { spacing: spacing(states), value: cusumChain(chart, shift, states) },
    { spacing: spacing(coarse), value: cusumChain(chart, shift, coarse) },
  );
}

/**
 * Mean number of independent N(shift, 1) values until either sum exceeds the threshold: from the one-sided means, C.
 * S. Van Dobben de Bruyn (1968) without a head start, Lucas and Crosier (1982) with one. Exact for a head start of at
 * most threshold / 2 + allowance: both sums together fall by 2 x allowance a step while both are positive, so that
 * one is at zero when the other raises the alarm.
 */
export function twoSidedCusumRunLength(chart: CusumChart, options: RunLengthOptions = {}): number {
  const { shift = 0 } = options;
  const plain = { allowance: chart.allowance, threshold: chart.threshold };
  const upper = cusumRunLength(plain, options);
  const lower = cusumRunLength(plain, { ...options, shift: -shift });
  if ((chart.headStart ?? 0) === 0) return 1 / (1 / upper + 1 / lower);
  const upperAhead = cusumRunLength(chart, options);
  const lowerAhead = cusumRunLength(chart, { ...options, shift: -shift });
  return (upperAhead * lower + lowerAhead * upper - upper * lower) / (upper + lower);
}

/**
 * Mean number of independent N(shift, 1) values until the average leaves its limits of fixed width, from 0. Lucas and
 * Saccucci, "Exponentially weighted moving average control schemes: properties and enhancements", Technometrics 32
 * (1990). Two chains are extrapolated as for the CUSUM.
 */
export function ewmaRunLength(chart: EwmaChart, options: RunLengthOptions = {}): number {
  const { shift = 0, states = 100 } = options;
  const fine = states | 1;
  const coarse = Math.max(states >> 1, 3) | 1;
  return extrapolate(
    { spacing: 1 / fine, value: ewmaChain(chart, shift, fine) },
    { spacing: 1 / coarse, value: ewmaChain(chart, shift, coarse) },
  );
}

/**
 * Threshold of the two-sided chart without head start whose mean run length in control is `runLength`, to 1e-9; by
 * bisection.
 */
export function cusumThreshold(allowance: number, runLength: number): number {
  return solveIncreasing(
    (threshold) => twoSidedCusumRunLength({ allowance, threshold }),
    runLength,
  );
}

/** Width of the chart whose mean run length in control is `runLength`, to 1e-9; by bisection. */
export function ewmaWidth(lambda: number, runLength: number): number {
  return solveIncreasing((width) => ewmaRunLength({ lambda, width }), runLength);
}

function cusumChain(chart: CusumChart, shift: number, states: number): number {
  const { allowance, threshold, headStart = 0 } = chart;
  const spacing = (2 * threshold) / (2 * states - 1);
  // cumulative[d + states] = P(step rounds to at most d spacings).
  const cumulative = new Float64Array(2 * states + 1);
  for (let d = -states; d <= states; d++)
    cumulative[d + states] = normalCdf((d + 0.5) * spacing + allowance - shift);
  const matrix = new Float64Array(states * states);
  for (let i = 0; i < states; i++) {
    matrix[i * states] = -at(cumulative, states - i);
    for (let j = 1; j < states; j++)
      matrix[i * states + j] = at(cumulative, states + j - i - 1) - at(cumulative, states + j - i);
    matrix[i * states + i] = at(matrix, i * states + i) + 1;
  }
  const lengths = new Float64Array(states).fill(1);
  if (!solveLinearInPlace(matrix, states, lengths)) return Infinity;
  // Between two states the mean run length is interpolated.
  const position = Math.min(headStart / spacing, states - 1);
  const below = Math.min(Math.floor(position), states - 2);
  return at(lengths, below) + (position - below) * (at(lengths, below + 1) - at(lengths, below));
}

function ewmaChain(chart: EwmaChart, shift: number, states: number): number {
  const { lambda, width } = chart;
  const limit = width * ewmaDeviation(lambda);
  const spacing = (2 * limit) / states;
  const matrix = new Float64Array(states * states);
  for (let i = 0; i < states; i++) {
    const kept = (1 - lambda) * (-limit + (i + 0.5) * spacing);
    let below = normalCdf((-limit - kept) / lambda - shift);
    for (let j = 0; j < states; j++) {
      const upTo = normalCdf((-limit + (j + 1) * spacing - kept) / lambda - shift);
      matrix[i * states + j] = below - upTo + (i === j ? 1 : 0);
      below = upTo;
    }
  }
  const lengths = new Float64Array(states).fill(1);
  if (!solveLinearInPlace(matrix, states, lengths)) return Infinity;
  return at(lengths, states >> 1);
}

/** The value at spacing 0 of one that is linear in the square of the spacing. */
function extrapolate(
  fine: { readonly spacing: number; readonly value: number },
  coarse: { readonly spacing: number; readonly value: number },
): number {
  const ratio = (coarse.spacing / fine.spacing) ** 2;
  if (!Number.isFinite(fine.value) || !Number.isFinite(coarse.value)) return fine.value;
  return fine.value + (fine.value - coarse.value) / (ratio - 1);
}

function solveIncreasing(value: (x: number) => number, target: number): number {
  let low = 0;
  let high = 1;
  while (value(high) < target && high < 64) {
    low = high;
    high *= 2;
  }
  while (high - low > 1e-9) {
    const middle = (low + high) / 2;
    if (value(middle) < target) low = middle;
    else high = middle;
  }
  return (low + high) / 2;
}
