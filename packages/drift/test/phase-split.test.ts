import { at } from '@verimeter/statistics';
import { test } from 'vitest';
import { splitCurrent } from '../src/lib/phase-split.ts';
import { expectClose } from './expect-close.ts';

/** Drop per ampere of one core, ohm: balanced R/3 per total ampere; off the mean, R in the core and 3/2 R in the neutral. */
const CORE = 0.3;
const TOTAL_SLOPE = CORE / 3;

/** Deviations of the three drops from their mean when the currents are `amperes`. */
function deviations(amperes: readonly number[]): Float64Array[] {
  const usual = amperes.reduce((sum, a) => sum + a, 0) / 3;
  return amperes.map((a) => Float64Array.of((a - usual) * CORE * 2.5));
}

test('unequal currents come back from the voltages they drop', () => {
  const amperes = [12, 5, 1];
  const parts = splitCurrent(Float64Array.of(18), deviations(amperes), TOTAL_SLOPE);
  expectClose(
    parts.map((part) => at(part, 0)),
    amperes,
    1e-9,
  );
});

test('no phase is negative, none more than all, and the sum is kept', () => {
  const parts = splitCurrent(
    Float64Array.of(6),
    [Float64Array.of(9), Float64Array.of(-1), Float64Array.of(-8)],
    TOTAL_SLOPE,
  );
  // raw 14, 0.67, -8.67: the nearest point of the simplex is all on the first phase
  expectClose(
    parts.map((part) => at(part, 0)),
    [6, 0, 0],
    1e-12,
  );
});

test('without a voltage, or without a slope to read it by, the current counts as balanced', () => {
  const missing = [Float64Array.of(NaN), Float64Array.of(NaN), Float64Array.of(NaN)];
  const parts = splitCurrent(Float64Array.of(9), missing, TOTAL_SLOPE);
  expectClose(
    parts.map((part) => at(part, 0)),
    [3, 3, 3],
    1e-12,
  );
  const flat = splitCurrent(Float64Array.of(9), deviations([9, 0, 0]), 0);
  expectClose(
    flat.map((part) => at(part, 0)),
    [3, 3, 3],
    1e-12,
  );
});

test('what a roof feeds back divides in the same way', () => {
  const amperes = [-12, -5, -1];
  const parts = splitCurrent(Float64Array.of(-18), deviations(amperes), TOTAL_SLOPE);
  expectClose(
    parts.map((part) => at(part, 0)),
    amperes,
    1e-9,
  );
});
