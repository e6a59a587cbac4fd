import { logGamma } from './gamma-function.ts';

/**
 * P(X = k) for k = 0..n, X the number of successes of n independent trials with a probability each: exact, by convolution.
 */
export function poissonBinomial(probabilities: ArrayLike<number>): Float64Array {
  const mass = new Float64Array(probabilities.length + 1);
  mass[0] = 1;
  addTrials(mass, probabilities);
  return mass;
}

/** Adds independent trials to a distribution of counts, in place; what goes beyond the end of the array is lost. */
export function addTrials(mass: Float64Array, probabilities: ArrayLike<number>): void {
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i] as number;
    const q = 1 - p;
    for (let k = mass.length - 1; k > 0; k--)
      mass[k] = q * (mass[k] as number) + p * (mass[k - 1] as number);
    mass[0] = q * (mass[0] as number);
  }
}

/** P(X = k) for k = 0..length - 1, X binomial. */
export function binomialMass(trials: number, success: number, length: number): Float64Array {
  const mass = new Float64Array(length);
  if (success <= 0 || trials === 0) {
    mass[0] = 1;
    return mass;
  }
  if (success >= 1) {
    if (trials < length) mass[trials] = 1;
    return mass;
  }
  const all = logGamma(trials + 1);
  const yes = Math.log(success);
  const no = Math.log1p(-success);
  for (let k = 0; k < Math.min(length, trials + 1); k++)
    mass[k] = Math.exp(
      all - logGamma(k + 1) - logGamma(trials - k + 1) + k * yes + (trials - k) * no,
    );
  return mass;
}
