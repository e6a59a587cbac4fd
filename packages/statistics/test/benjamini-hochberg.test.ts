import { expect, test } from 'vitest';
import { benjaminiHochberg } from '../src/index.ts';
import { expectClose } from './expect-close.ts';

// scipy.stats.false_discovery_control, printed to six digits.
const P = [
  0.032187, 0.039411, 0.051268, 0.073726, 0.115646, 0.119759, 0.131861, 0.197561, 0.263173,
  0.265764, 0.271614, 0.32871, 0.394964, 0.526857, 0.551703, 0.628887, 0.803785, 0.898939, 0.906379,
  0.961174,
];
const ADJUSTED = [
  0.341787, 0.341787, 0.341787, 0.36863, 0.376746, 0.376746, 0.376746, 0.493844, 0.493844, 0.493844,
  0.493844, 0.54785, 0.607637, 0.735604, 0.735604, 0.786109, 0.945629, 0.954083, 0.954083, 0.961174,
];

test('adjusted p values are those of scipy', () => {
  expectClose(benjaminiHochberg(P), ADJUSTED, { absolute: 5e-7 });
});

test('the order of the p values does not matter', () => {
  expectClose(benjaminiHochberg(P.toReversed()), ADJUSTED.toReversed(), { absolute: 5e-7 });
});

// Benjamini and Hochberg (1995), section 3: of these 15, four are rejected at 0.05.
test('the example of the paper', () => {
  const p = [
    0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.324, 0.4262, 0.5719,
    0.6528, 0.759, 1,
  ];
  expect(benjaminiHochberg(p).filter((value) => value <= 0.05)).toHaveLength(4);
});

test('a single p value is its own, none are none', () => {
  expect(Array.from(benjaminiHochberg([0.3]))).toEqual([0.3]);
  expect(benjaminiHochberg([])).toHaveLength(0);
});

test('equal p values get equal adjusted values', () => {
  expect(Array.from(benjaminiHochberg([0.02, 0.02, 0.9]))).toEqual([0.03, 0.03, 0.9]);
});
