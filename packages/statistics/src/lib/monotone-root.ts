/**
 * Root of an increasing function between `low` and `high`, where it is negative and positive, to `within` or the last digits
 * of x. T. R. Chandrupatla, "A new hybrid quadratic/bisection algorithm for finding the zero of a nonlinear function
 * without using derivatives", Advances in Engineering Software 28 (1997).
 */
export function monotoneRoot(
  f: (x: number) => number,
  low: number,
  high: number,
  within = 0,
): number {
  let a = high;
  let fa = f(a);
  if (fa <= 0) return a;
  let b = low;
  let fb = f(b);
  if (fb >= 0) return b;
  let c = a;
  let fc = fa;
  let share = 0.5;
  for (let step = 0; step < 200; step++) {
    const x = a + share * (b - a);
    const fx = f(x);
    if (Math.sign(fx) === Math.sign(fa)) {
      c = a;
      fc = fa;
    } else {
      c = b;
      fc = fb;
      b = a;
      fb = fa;
    }
    a = x;
    fa = fx;
    const best = Math.abs(fa) < Math.abs(fb) ? a : b;
    const tolerance = Math.max(within, Number.EPSILON * Math.abs(best) + Number.MIN_VALUE);
    const smallest = tolerance / Math.abs(b - a);
    if (fa === 0) return a;
    if (!(smallest < 0.5)) return best;
    // Inverse quadratic interpolation where it is safe (Chandrupatla's criterion), else halving.
    const xi = (a - b) / (c - b);
    const phi = (fa - fb) / (fc - fb);
    share =
      phi * phi < xi && (1 - phi) * (1 - phi) < 1 - xi
        ? (fa / (fb - fa)) * (fc / (fb - fc)) +
          (((c - a) / (b - a)) * (fa / (fc - fa)) * fb) / (fc - fb)
        : 0.5;
    share = Math.min(Math.max(share, smallest), 1 - smallest);
  }
  return a;
}
