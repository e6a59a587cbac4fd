import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { confirmDrift } from '../src/lib/confirmation.ts';
import { FIRST_PREVALENCE } from '../src/lib/drift-sizes.ts';
import type { Profile } from '../src/lib/drift-profiles.ts';
import type { PathEvidence } from '../src/lib/error-path.ts';

const PRIOR = { ...FIRST_PREVALENCE, lotMean: 0, lotSd: 0.003 };
const BLOCKS = 16;

/** Independent daily estimates with standard deviation `sd`. */
function evidenceOf(estimates: readonly number[], sd: number): PathEvidence {
  const blocks = estimates.length;
  const information = new Float64Array(blocks * blocks);
  for (let d = 0; d < blocks; d++) information[d * blocks + d] = 1 / sd ** 2;
  return { blocks, information, moment: Float64Array.from(estimates, (value) => value / sd ** 2) };
}

const step = (start: number): Profile => ({
  kind: 'step',
  start,
  growth: new Float64Array(BLOCKS),
  weight: 1,
  shape: Float64Array.from({ length: BLOCKS }, (_, d) => (d >= start ? 1 : 0)),
});
const path = (value: (d: number) => number): number[] =>
  Array.from({ length: BLOCKS }, (_, d) => value(d));

test('a step that is there in both halves of its time is confirmed, upwards and downwards', () => {
  for (const sign of [1, -1]) {
    const evidence = evidenceOf(
      path((d) => (d >= 8 ? sign * 0.04 : 0)),
      0.01,
    );
    expect(confirmDrift(evidence, step(8), PRIOR, 0.9999)).toBe(true);
  }
});

test('a disturbance of the first days alone is not', () => {
  const evidence = evidenceOf(
    path((d) => (d >= 8 && d < 11 ? 0.08 : 0)),
    0.01,
  );
  expect(confirmDrift(evidence, step(8), PRIOR, 0.9999)).toBe(false);
});

test('halves that point in opposite directions are not', () => {
  const evidence = evidenceOf(
    path((d) => (d < 8 ? 0 : d < 12 ? 0.08 : -0.03)),
    0.01,
  );
  expect(confirmDrift(evidence, step(8), PRIOR, 0.9999)).toBe(false);
});

test('the halves are halves of the information, not of the days', () => {
  // the meter draws nearly all its energy in its last four days, and only there the drift is seen
  const evidence = evidenceOf(
    path((d) => (d >= 8 ? 0.04 : 0)),
    0.01,
  );
  const information = Float64Array.from(evidence.information);
  const moment = Float64Array.from(evidence.moment);
  for (let d = 8; d < 12; d++) {
    information[d * BLOCKS + d] = at(information, d * BLOCKS + d) / 400;
    moment[d] = 0;
  }
  const late = { blocks: BLOCKS, information, moment };
  // by days, the first half would hold blocks 8 to 11 and nothing of the drift
  expect(confirmDrift(late, step(8), PRIOR, 0.9999)).toBe(true);
});

test('a drift of which the whole is not sure needs more than a hint in each half', () => {
  const weak = evidenceOf(
    path((d) => (d >= 8 ? 0.008 : 0)),
    0.01,
  );
  expect(confirmDrift(weak, step(8), PRIOR, 0.6)).toBe(false);
});

/** A fleet of whose drifts this share is constant. */
const among = (share: number): typeof PRIOR => ({
  ...PRIOR,
  kinds: [share, (1 - share) / 2, (1 - share) / 2],
});

test('a constant error of middling probability is confirmed where most drifts are constant', () => {
  const evidence = evidenceOf(
    path(() => 0.02),
    0.01,
  );
  const constant: Profile = {
    kind: 'constant',
    start: 0,
    growth: new Float64Array(BLOCKS),
    weight: 1,
    shape: new Float64Array(BLOCKS).fill(1),
  };
  expect(confirmDrift(evidence, constant, among(0.65), 0.85)).toBe(true);
  expect(confirmDrift(evidence, constant, among(0.65), 0.75)).toBe(false);
  expect(confirmDrift(evidence, constant, among(0.1), 0.85)).toBe(false);
  expect(confirmDrift(evidence, constant, among(0.1), 0.995)).toBe(true);
  expect(confirmDrift(evidence, step(8), among(0.65), 0.85)).toBe(false);
});
