import { expect, test } from 'vitest';
import { clopperPearson, wilsonInterval } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/reference.json' with { type: 'json' };

const { proportions } = reference.distributions;

test('the exact interval is that of scipy', () => {
  for (const { successes, trials, exact } of proportions) {
    const { low, high } = clopperPearson(successes, trials);
    // scipy solves for the limits by root finding, to 1e-12.
    expectClose([low, high], exact, { absolute: 2e-12 });
  }
});

test('the score interval is that of its formula in 50 digits', () => {
  for (const { successes, trials, wilson } of proportions) {
    const { low, high } = wilsonInterval(successes, trials);
    expectClose([low, high], wilson, { absolute: 1e-15 });
  }
});

// R. G. Newcombe, Statistics in Medicine 17 (1998), table I: 81 of 263 and 15 of 148, 95 %.
test('the published examples of Newcombe', () => {
  const digits = { absolute: 5e-5 };
  const [exact, score] = [clopperPearson(81, 263), wilsonInterval(81, 263)];
  expectClose(
    [exact.low, exact.high, score.low, score.high],
    [0.2527, 0.3676, 0.2553, 0.3662],
    digits,
  );
  const [exactRare, scoreRare] = [clopperPearson(15, 148), wilsonInterval(15, 148)];
  expectClose(
    [exactRare.low, exactRare.high, scoreRare.low, scoreRare.high],
    [0.0578, 0.1617, 0.0624, 0.1605],
    digits,
  );
});

test('none and all reach the ends', () => {
  expect([clopperPearson(0, 7).low, wilsonInterval(0, 7).low]).toEqual([0, 0]);
  expect([clopperPearson(7, 7).high, wilsonInterval(7, 7).high]).toEqual([1, 1]);
});

test('more confidence is a wider interval', () => {
  expect(clopperPearson(3, 20, 0.99).high).toBeGreaterThan(clopperPearson(3, 20, 0.95).high);
  expect(wilsonInterval(3, 20, 0.99).low).toBeLessThan(wilsonInterval(3, 20, 0.95).low);
});
