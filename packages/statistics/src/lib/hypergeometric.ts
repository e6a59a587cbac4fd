import { logGamma } from './gamma-function.ts';

/** `marked` of `size` are marked; `drawn` of them are drawn without replacement. */
export interface Hypergeometric {
  readonly size: number;
  readonly marked: number;
  readonly drawn: number;
}

const logChoose = (n: number, k: number): number =>
  logGamma(n + 1) - logGamma(k + 1) - logGamma(n - k + 1);

/** P(X = k), X marked ones among the drawn. */
export function hypergeometricProbability(
  k: number,
  { size, marked, drawn }: Hypergeometric,
): number {
  if (k < 0 || k > marked || k > drawn || drawn - k > size - marked) return 0;
  return Math.exp(
    logChoose(marked, k) + logChoose(size - marked, drawn - k) - logChoose(size, drawn),
  );
}

/** P(X <= k). */
export function hypergeometricCdf(k: number, distribution: Hypergeometric): number {
  const { size, marked, drawn } = distribution;
  if (k >= Math.min(marked, drawn)) return 1;
  let x = Math.max(0, drawn - (size - marked));
  let term = hypergeometricProbability(x, distribution);
  let sum = 0;
  for (; x <= k; x++) {
    sum += term;
    term *= ((marked - x) * (drawn - x)) / ((x + 1) * (size - marked - drawn + x + 1));
  }
  return Math.min(1, sum);
}
