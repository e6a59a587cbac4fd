import { describe, expect, test } from 'vitest';
import {
  type PublishedAnswer,
  mayTellFoundState,
  scoreVerification,
  selectionOf,
} from '../src/index.ts';

const LIMIT = 0.01;
const answer = (change: Partial<PublishedAnswer> = {}): PublishedAnswer => ({
  recommendation: 'none',
  errorEstimate: -0.004,
  intervalLow: -0.007,
  intervalHigh: -0.001,
  ...change,
});
const measured = (error: number, standardUncertainty = 0) => ({
  measured: { error, standardUncertainty },
  result: 'pass' as const,
});

describe('the outcome', () => {
  test.each([
    ['reverify', -0.02, 'hit'],
    ['reverify', 0.0099, 'false_alarm'],
    ['none', 0.0101, 'miss'],
    ['watch', -0.0101, 'miss'],
    ['none', -0.01, 'correct_silence'],
    ['watch', 0, 'correct_silence'],
    ['inspect', -0.3, 'inspected'],
  ] as const)('%s and %f measured is %s', (recommendation, error, outcome) => {
    const score = scoreVerification(answer({ recommendation }), measured(error), LIMIT);
    expect(score.outcome).toBe(outcome);
    expect(score.foundBeyond).toBe(Math.abs(error) > LIMIT);
  });

  test('without an estimate nothing was claimed, whatever is found', () => {
    const nothing = {
      errorEstimate: undefined,
      intervalLow: undefined,
      intervalHigh: undefined,
    };
    expect(scoreVerification(answer(nothing), measured(0.5), LIMIT)).toEqual({
      outcome: 'no_claim',
      foundBeyond: true,
      predicted: undefined,
      covered: undefined,
    });
  });

  test('the measured error decides, not the result; a result alone decides where none is measured', () => {
    const failed = { measured: { error: 0.001, standardUncertainty: 0 }, result: 'fail' } as const;
    expect(scoreVerification(answer(), failed, LIMIT).outcome).toBe('correct_silence');
    const untold = { measured: undefined, result: 'fail' } as const;
    expect(scoreVerification(answer(), untold, LIMIT)).toMatchObject({
      outcome: 'miss',
      covered: undefined,
    });
  });
});

describe('the interval', () => {
  test('of an exact measurement is the published one', () => {
    const { predicted } = scoreVerification(answer(), measured(0), LIMIT);
    expect(predicted?.low).toBeCloseTo(-0.007, 12);
    expect(predicted?.high).toBeCloseTo(-0.001, 12);
    expect(scoreVerification(answer(), measured(-0.0071), LIMIT).covered).toBe(false);
    expect(scoreVerification(answer(), measured(-0.0069), LIMIT).covered).toBe(true);
  });

  test('is not told where the measurement tells no uncertainty', () => {
    const found = { measured: { error: -0.004 }, result: 'pass' } as const;
    expect(scoreVerification(answer(), found, LIMIT)).toMatchObject({
      outcome: 'correct_silence',
      predicted: undefined,
      covered: undefined,
    });
  });

  test('is widened by the variance of the measurement, each side by its own', () => {
    const skewed = answer({ intervalLow: -0.008, intervalHigh: -0.003 });
    // 1.96 x standard uncertainty = 0.003: hypot(0.004, 0.003) = 0.005, hypot(0.001, 0.003) = 0.00316
    const { predicted } = scoreVerification(skewed, measured(0, 0.003 / 1.959963984540054), LIMIT);
    expect(predicted?.low).toBeCloseTo(-0.009, 12);
    expect(predicted?.high).toBeCloseTo(-0.004 + Math.sqrt(1e-5), 12);
  });
});

test('selection: what was drawn stays random, else a finding comes first', () => {
  const seen = { drawn: false, hadFinding: true };
  const unseen = { drawn: false, hadFinding: false };
  expect(selectionOf('cross_check', seen)).toBe('random');
  expect(selectionOf('periodic', { drawn: true, hadFinding: true })).toBe('random');
  expect(selectionOf('periodic', seen)).toBe('flagged');
  expect(selectionOf('extraordinary', seen)).toBe('flagged');
  expect(selectionOf('extraordinary', unseen)).toBe('complaint');
  expect(selectionOf('periodic', unseen)).toBe('routine');
  expect(selectionOf(undefined, unseen)).toBe('routine');
});

test('initial verifications and those after a repair tell nothing of how a meter was found', () => {
  expect(
    (['initial', 'after_repair', 'periodic', 'cross_check', undefined] as const).map(
      mayTellFoundState,
    ),
  ).toEqual([false, false, true, true, true]);
});
