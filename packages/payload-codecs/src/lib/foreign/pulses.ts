import type { JsonValue } from '../json.ts';
import { decimalProduct } from './decimals.ts';
import { numberOf } from './numbers.ts';

/**
 * The amount that pulses stand for, in the unit of the weight. A weight such as 0.01 is meant as one hundredth, which no double is: so it is
 * divided by 100, rounded once. What is no number is handed on as it is, for whoever rejects it.
 */
export function pulsesOf(raw: JsonValue | undefined, weight: number): JsonValue | undefined {
  const pulses = numberOf(raw);
  if (pulses === undefined) return raw;
  const perUnit = Math.round(1 / weight);
  return perUnit > 0 && 1 / perUnit === weight ? pulses / perUnit : decimalProduct(pulses, weight);
}
