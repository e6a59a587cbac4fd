import { monotoneRoot, normalCdf, normalQuantile } from '@verimeter/statistics';
import type { Component } from './error-path.ts';

/** P(beta <= x) under the mixture. */
export function mixtureCdf(components: readonly Component[], x: number): number {
  let sum = 0;
  let total = 0;
  for (const part of components) {
    sum += part.weight * normalCdf((x - part.mean) / Math.sqrt(part.variance));
    total += part.weight;
  }
  return sum / total;
}

function within(x: number): number {
  return Math.min(10, Math.max(-10, x));
}

/** Beyond so many standard deviations a normal distribution function is 0 or 1 to the last digit of a sum. */
const FAR = 8.5;
/** Error of a quantile, and the last step of a search whose steps shrink faster than geometrically. */
const EXACT = 1e-13;
const LAST_STEP = 1e-11;
const MOST_STEPS = 12;

/** A mixture of normals in columns. */
interface Packed {
  readonly count: number;
  readonly means: Float64Array;
  /** 1 / sd */
  readonly rates: Float64Array;
  /** Add up to 1. */
  readonly weights: Float64Array;
}

function packed(components: readonly Component[]): Packed {
  const count = components.length;
  const means = new Float64Array(count);
  const rates = new Float64Array(count);
  const weights = new Float64Array(count);
  let total = 0;
  for (let k = 0; k < count; k++) {
    const { mean, variance, weight } = components[k] as Component;
    means[k] = mean;
    rates[k] = 1 / Math.sqrt(variance);
    weights[k] = weight;
    total += weight;
  }
  for (let k = 0; k < count; k++) weights[k] = (weights[k] as number) / total;
  return { count, means, rates, weights };
}

function cdf({ count, means, rates, weights }: Packed, x: number): number {
  let sum = 0;
  for (let k = 0; k < count; k++) {
    const place = (x - (means[k] as number)) * (rates[k] as number);
    if (place > FAR) sum += weights[k] as number;
    else if (place > -FAR) sum += (weights[k] as number) * normalCdf(place);
  }
  return sum;
}

/** Quantiles of the mixture to 1e-13, between the quantiles of its parts and within -10 to 10. */
export function mixtureQuantiles(
  components: readonly Component[],
  probabilities: readonly number[],
): number[] {
  const mixture = packed(components);
  return probabilities.map((probability) => quantile(mixture, probability));
}

/**
 * In standard deviations of a normal distribution the mixture's distribution function is nearly a line where one part outweighs the others:
 * the secant from the quantile of that part arrives in a few steps. Where it does not, the root is enclosed.
 */
function quantile(mixture: Packed, probability: number): number {
  const { count, means, rates, weights } = mixture;
  const z = normalQuantile(probability);
  let low = Infinity;
  let high = -Infinity;
  let heaviest = 0;
  for (let k = 0; k < count; k++) {
    const own = (means[k] as number) + z / (rates[k] as number);
    low = Math.min(low, own);
    high = Math.max(high, own);
    if ((weights[k] as number) > (weights[heaviest] as number)) heaviest = k;
  }
  low = within(low);
  high = within(high);
  let x = within((means[heaviest] as number) + z / (rates[heaviest] as number));
  let slope = rates[heaviest] as number;
  let before = x;
  let excessBefore = NaN;
  for (let step = 0; step < MOST_STEPS; step++) {
    const excess = normalQuantile(Math.min(1, cdf(mixture, x))) - z;
    if (excess === 0) return x;
    if (excess > 0) high = x;
    else low = x;
    if (step > 0) slope = (excess - excessBefore) / (x - before);
    before = x;
    excessBefore = excess;
    x -= excess / slope;
    if (!(x > low && x < high)) break;
    if (Math.abs(x - before) < LAST_STEP) return x;
  }
  return monotoneRoot((at) => cdf(mixture, at) - probability, low, high, EXACT);
}

export function mixtureMoments(components: readonly Component[]): { mean: number; sd: number } {
  let weight = 0;
  let first = 0;
  let second = 0;
  for (const part of components) {
    weight += part.weight;
    first += part.weight * part.mean;
    second += part.weight * (part.variance + part.mean * part.mean);
  }
  const centre = first / weight;
  return { mean: centre, sd: Math.sqrt(Math.max(0, second / weight - centre * centre)) };
}
