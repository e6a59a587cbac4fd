import { at } from './vector.ts';

const HALF_LOG_2PI = 0.9189385332046728;
const ONE_LESS_EULER = 0.42278433509846713;

/** (-1)^k (zeta(k) - 1) / k for k from 2: Abramowitz and Stegun, table 23.3. */
const ZETA_TERMS = [
  0.3224670334241132, -0.0673523010531981, 0.020580808427784546, -0.007385551028673986,
  0.0028905103307415234, -0.001192753911703261, 0.0005096695247430425, -0.00022315475845357936,
  9.945751278180853e-5, -4.492623673813314e-5, 2.0507212775670694e-5, -9.439488275268395e-6,
  4.374866789907487e-6, -2.039215753801366e-6, 9.55141213040742e-7, -4.492469198764566e-7,
  2.1207184805554667e-7, -1.00432248239681e-7, 4.769810169363981e-8, -2.2711094608943164e-8,
  1.0838659214896955e-8, -5.183475041970047e-9, 2.4836745438024785e-9, -1.1921401405860912e-9,
  5.731367241678862e-10, -2.7595228851242334e-10, 1.3304764374244491e-10,
];

/** B(2k) / (2k (2k - 1)): Abramowitz and Stegun 6.1.40. */
const STIRLING_TERMS = [
  0.08333333333333333, -0.002777777777777778, 0.0007936507936507937, -0.0005952380952380953,
  0.0008417508417508417, -0.0019175269175269176, 0.00641025641025641, -0.029550653594771242,
];

/**
 * Natural logarithm of the gamma function of x > 0, relative error about 1e-15 also near its zeros at 1 and 2;
 * Infinity at 0, NaN below. Abramowitz and Stegun 6.1.33 about 2, recurrence 6.1.15 up to 10, Stirling's series
 * 6.1.40 beyond.
 */
export function logGamma(x: number): number {
  if (!(x > 0)) return x === 0 ? Infinity : NaN;
  if (x >= 10) return (x - 0.5) * Math.log(x) - x + HALF_LOG_2PI + stirlingRemainder(x);
  if (x < 0.5) return logGammaAboutTwo(x) - Math.log1p(x) - Math.log(x);
  if (x < 1.5) return logGammaAboutTwo(x - 1) - Math.log1p(x - 1);
  let product = 1;
  let y = x;
  while (y >= 2.5) {
    y -= 1;
    product *= y;
  }
  return Math.log(product) + logGammaAboutTwo(y - 2);
}

/** log Gamma(2 + e), |e| <= 1/2. */
function logGammaAboutTwo(e: number): number {
  let sum = 0;
  for (let k = ZETA_TERMS.length - 1; k >= 0; k--) sum = sum * e + at(ZETA_TERMS, k);
  return e * (ONE_LESS_EULER + e * sum);
}

/** log Gamma(x) - [(x - 1/2) log x - x + log(2 pi) / 2], x > 0: `stirlerr` of Loader (2000), for x in place of n. */
export function stirlingRemainder(x: number): number {
  if (x < 10) return logGamma(x) - (x - 0.5) * Math.log(x) + x - HALF_LOG_2PI;
  const s = 1 / (x * x);
  let sum = 0;
  for (let k = STIRLING_TERMS.length - 1; k >= 0; k--) sum = sum * s + at(STIRLING_TERMS, k);
  return sum / x;
}

/**
 * x log(x / m) + m - x >= 0, without cancellation near x = m: the deviance part `bd0` of C. Loader, "Fast and
 * accurate computation of binomial probabilities" (2000).
 */
export function devianceTerm(x: number, m: number): number {
  if (x === 0) return m;
  const v = (x - m) / (x + m);
  if (Math.abs(v) > 0.1) return x * Math.log(x / m) + m - x;
  // x log((1 + v) / (1 - v)) = 2 x (v + v^3/3 + ...), and m - x = -v (x + m).
  const square = v * v;
  let sum = 0;
  let power = 2 * x * v;
  for (let k = 3; ; k += 2) {
    power *= square;
    const next = sum + power / k;
    if (next === sum) break;
    sum = next;
  }
  return (x - m) * v + sum;
}

/** x^a e^-x / Gamma(a + 1), the Poisson probability, by Loader's method. */
function poissonTerm(a: number, x: number): number {
  if (x === 0) return a === 0 ? 1 : 0;
  if (a < 1) return Math.exp(a * Math.log(x) - x - logGamma(a + 1));
  return Math.exp(-stirlingRemainder(a) - devianceTerm(a, x)) / Math.sqrt(2 * Math.PI * a);
}

/**
 * Regularised lower incomplete gamma function P(a, x): the probability that a gamma variable of shape a > 0 is at
 * most x >= 0. Series (Abramowitz and Stegun 6.5.29) below x = a + 1, else one less Q.
 */
export function regularisedGamma(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return NaN;
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? gammaSeries(a, x) : 1 - gammaFraction(a, x);
}

/**
 * Regularised upper incomplete gamma function Q(a, x) = 1 - P(a, x), accurate where it is small: continued fraction
 * (Abramowitz and Stegun 6.5.31, even part) from x = a + 1.
 */
export function regularisedGammaTail(a: number, x: number): number {
  if (!(a > 0 && x >= 0)) return NaN;
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? 1 - gammaSeries(a, x) : gammaFraction(a, x);
}

function gammaSeries(a: number, x: number): number {
  let term = 1;
  let sum = 1;
  for (let k = 1; ; k++) {
    term *= x / (a + k);
    const next = sum + term;
    if (next === sum) break;
    sum = next;
  }
  return Math.min(poissonTerm(a, x) * sum, 1);
}

/** By W. J. Lentz' method: steps until the fraction stands still, about 5 sqrt(a) of them. */
function gammaFraction(a: number, x: number): number {
  let b = x + 1 - a;
  let c = Infinity;
  let d = 1 / b;
  let fraction = d;
  for (let k = 1; k < 10_000_000; k++) {
    const numerator = -k * (k - a);
    b += 2;
    d = 1 / (b + numerator * d);
    c = b + numerator / c;
    const factor = c * d;
    fraction *= factor;
    if (Math.abs(factor - 1) < 2.3e-16) break;
  }
  return poissonTerm(a, x) * a * fraction;
}
