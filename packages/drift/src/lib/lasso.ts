import { at, choleskyInPlace, solveCholeskyInPlace } from '@verimeter/statistics';
import { minus, plus, squaredError, type Sums } from './textbook-baselines.ts';

/** Penalties tried, from the least that sets every coefficient to zero down to a ten-thousandth of it. */
const PENALTIES = 25;
const SMALLEST_SHARE = 1e-4;
const MAX_SWEEPS = 2000;
/** Largest change of a coefficient in the last sweep, ratio. */
const TOLERANCE = 1e-7;

/**
 * Minimises ||y - Xb||^2 / 2 + penalty * sum of |b_j| by cyclic coordinate descent on X'X (Friedman, Hastie and Tibshirani,
 * J. Stat. Software 33(1), 2010). `b` is where it starts, and the solution when it returns.
 */
export function solveLasso({ gram, moment }: Sums, penalty: number, b: Float64Array): void {
  const p = moment.length;
  // gradient_j = X_j'(y - Xb), kept up to date
  const gradient = Float64Array.from(moment);
  let scale = 0;
  for (let j = 0; j < p; j++) {
    for (let k = 0; k < p; k++) gradient[j] = at(gradient, j) - at(gram, j * p + k) * at(b, k);
    scale = Math.max(scale, at(gram, j * p + j));
  }
  for (let sweep = 0; sweep < MAX_SWEEPS; sweep++) {
    let moved = 0;
    for (let j = 0; j < p; j++) {
      const curvature = at(gram, j * p + j);
      if (curvature <= 1e-12 * scale) continue;
      const shrunk = softened(at(gradient, j) + curvature * at(b, j), penalty) / curvature;
      const change = shrunk - at(b, j);
      if (change === 0) continue;
      b[j] = shrunk;
      for (let k = 0; k < p; k++) gradient[k] = at(gradient, k) - at(gram, j * p + k) * change;
      moved = Math.max(moved, Math.abs(change));
    }
    if (moved <= TOLERANCE) break;
  }
}

/**
 * The first n coefficients at the penalty that predicts left-out folds best; the others (loss, constant) are free. They are
 * solved away first (Frisch and Waugh, Econometrica 1, 1933), which leaves coordinate descent columns that differ more.
 */
export function crossValidatedLasso(folds: readonly Sums[], n: number): Float64Array {
  const whole = folds.reduce(plus);
  const p = whole.moment.length;
  const reduced = withoutFree(whole, n);
  const largest = reduced.sums.moment.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const path = Array.from(
    { length: PENALTIES },
    (_, k) => largest * SMALLEST_SHARE ** (k / (PENALTIES - 1)),
  );
  const losses = path.map(() => 0);
  for (const fold of folds) {
    const others = withoutFree(minus(whole, fold), n);
    const share = 1 - at(fold.gram, p * p - 1) / at(whole.gram, p * p - 1);
    const b = new Float64Array(n);
    path.forEach((penalty, k) => {
      // warm start: each solution begins at that of the larger penalty
      solveLasso(others.sums, penalty * share, b);
      losses[k] = (losses[k] ?? 0) + squaredError(fold, others.complete(b));
    });
  }
  const best = losses.indexOf(Math.min(...losses));
  const b = new Float64Array(n);
  for (const penalty of path.slice(0, best + 1)) solveLasso(reduced.sums, penalty, b);
  return b;
}

/** The sums of the residuals of the first n columns and of y on the free ones, and the free coefficients that go with b. */
function withoutFree(
  sums: Sums,
  n: number,
): { readonly sums: Sums; readonly complete: (b: Float64Array) => Float64Array } {
  const p = sums.moment.length;
  const m = p - n;
  const factor = new Float64Array(m * m);
  for (let i = 0; i < m; i++)
    for (let j = 0; j < m; j++) factor[i * m + j] = at(sums.gram, (n + i) * p + n + j);
  if (choleskyInPlace(factor, m) === undefined)
    throw new RangeError('loss and constant cannot be told apart');
  const solved = (right: (free: number) => number): Float64Array => {
    const x = Float64Array.from({ length: m }, (_, free) => right(free));
    solveCholeskyInPlace(factor, m, x);
    return x;
  };
  const onFree = Array.from({ length: n }, (_, j) =>
    solved((free) => at(sums.gram, (n + free) * p + j)),
  );
  const yOnFree = solved((free) => at(sums.moment, n + free));
  const gram = new Float64Array(n * n);
  const moment = new Float64Array(n);
  for (let i = 0; i < n; i++) {
    const project = (coefficients: Float64Array): number => {
      let sum = 0;
      for (let free = 0; free < m; free++)
        sum += at(sums.gram, i * p + n + free) * at(coefficients, free);
      return sum;
    };
    moment[i] = at(sums.moment, i) - project(yOnFree);
    for (let j = 0; j < n; j++)
      gram[i * n + j] = at(sums.gram, i * p + j) - project(onFree[j] ?? yOnFree);
  }
  return {
    sums: { gram, moment, square: 0 },
    complete: (b) => {
      const all = new Float64Array(p);
      all.set(b);
      for (let free = 0; free < m; free++) {
        let value = at(yOnFree, free);
        for (let j = 0; j < n; j++) value -= at(onFree[j] ?? yOnFree, free) * at(b, j);
        all[n + free] = value;
      }
      return all;
    },
  };
}

function softened(value: number, penalty: number): number {
  const size = Math.abs(value) - penalty;
  return size <= 0 ? 0 : Math.sign(value) * size;
}
