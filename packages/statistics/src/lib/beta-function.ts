import { devianceTerm, logGamma, stirlingRemainder } from './gamma-function.ts';

/** Natural logarithm of the beta function, a and b > 0. */
export function logBeta(a: number, b: number): number {
  const small = Math.min(a, b);
  const large = Math.max(a, b);
  if (small < 10) {
    if (large < 10) return logGamma(a) + logGamma(b) - logGamma(a + b);
    // log Gamma(large) - log Gamma(large + small) by the Stirling terms, which do not cancel.
    return (
      logGamma(small) +
      (stirlingRemainder(large) - stirlingRemainder(large + small)) +
      small -
      small * Math.log(large + small) -
      (large - 0.5) * Math.log1p(small / large)
    );
  }
  return (
    0.9189385332046728 -
    0.5 * Math.log(large) +
    (stirlingRemainder(small) + stirlingRemainder(large) - stirlingRemainder(small + large)) +
    (small - 0.5) * Math.log(small / (small + large)) -
    large * Math.log1p(small / large)
  );
}

/**
 * Regularised incomplete beta function I_x(a, b): the probability that a beta variable of shapes a and b > 0 is at
 * most x. `complement` is 1 - x, given where the caller knows it better than the subtraction does. Continued fraction
 * DLMF 8.17.22 with the factor by Loader's method, on the side of the mean where it converges; the far tail keeps its
 * relative accuracy.
 */
export function regularisedBeta(
  x: number,
  a: number,
  b: number,
  complement: number = 1 - x,
): number {
  if (!(a > 0 && b > 0 && x >= 0 && complement >= 0)) return NaN;
  if (x === 0) return 0;
  if (complement === 0) return 1;
  return x < (a + 1) / (a + b + 2)
    ? betaFraction(x, complement, { a, b })
    : 1 - betaFraction(complement, x, { a: b, b: a });
}

function betaFraction(
  x: number,
  y: number,
  shapes: { readonly a: number; readonly b: number },
): number {
  const { a, b } = shapes;
  let c = 1;
  let d = 1 / (1 - ((a + b) * x) / (a + 1));
  let fraction = d;
  for (let m = 1; m < 10_000_000; m++) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 / (1 + even * d);
    c = 1 + even / c;
    fraction *= c * d;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 / (1 + odd * d);
    c = 1 + odd / c;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 2.3e-16) break;
  }
  return Math.min(betaTerm(x, y, shapes) * fraction, 1);
}

/** x^a y^b / (a B(a, b)). */
function betaTerm(
  x: number,
  y: number,
  shapes: { readonly a: number; readonly b: number },
): number {
  const { a, b } = shapes;
  if (a < 1 || b < 1)
    return Math.exp(a * logOfComplement(y, x) + b * logOfComplement(x, y) - logBeta(a, b)) / a;
  const n = a + b;
  const exponent =
    stirlingRemainder(n) -
    stirlingRemainder(a) -
    stirlingRemainder(b) -
    devianceTerm(a, n * x) -
    devianceTerm(b, n * y);
  return Math.exp(exponent) * Math.sqrt(b / (2 * Math.PI * a * n));
}

/** log y, where y = 1 - x. */
function logOfComplement(x: number, y: number): number {
  return x < 0.5 ? Math.log1p(-x) : Math.log(y);
}
