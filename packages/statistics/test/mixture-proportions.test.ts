import { expect, test } from 'vitest';
import { at, dot, type MixtureLikelihoods, mixtureShares, normalDensity } from '../src/index.ts';
import { expectClose } from './expect-close.ts';
import reference from './reference/mixtures.json' with { type: 'json' };

const values = Float64Array.from(reference.values);

function likelihoods(): MixtureLikelihoods {
  const { estimates, standard_errors: errors, means, sds } = reference;
  return {
    rows: estimates.length,
    parts: means.length,
    values: Float64Array.from(
      estimates.flatMap((x, i) =>
        means.map((mean, k) => {
          const sd = Math.hypot(at(sds, k), at(errors, i));
          return normalDensity((x - mean) / sd) / sd;
        }),
      ),
    ),
  };
}

test('the most likely shares are those of the solver of R ashr', () => {
  const found = mixtureShares(likelihoods(), { leastGain: 1e-9 });
  expectClose(found.logLikelihood, reference.log_likelihood, { absolute: 1e-5 });
  expect(found.logLikelihood).toBeLessThanOrEqual(reference.log_likelihood + 1e-9);
  // flat along some shares: what is told of the errors beyond a limit agrees closely
  expectClose(dot(found.shares, values), reference.share_beyond, { absolute: 2e-4 });
  expectClose(
    found.shares.reduce((sum, share) => sum + share, 0),
    1,
    { absolute: 1e-12 },
  );
});

test('with a given mean they are those of constrained optimisation by scipy', () => {
  for (const { mean, log_likelihood: wanted } of reference.constrained) {
    const found = mixtureShares(likelihoods(), {
      constraint: { values, mean },
      leastGain: 1e-9,
    });
    expectClose(dot(found.shares, values), mean, { absolute: 1e-9 });
    expectClose(found.logLikelihood, wanted, { absolute: 1e-4 });
  }
});

test('where parts do not overlap the shares are counts', () => {
  const found = mixtureShares({
    rows: 4,
    parts: 3,
    values: Float64Array.of(1, 0, 0, 1, 0, 0, 0, 1, 0, 1, 0, 0),
  });
  expectClose(found.shares, [0.75, 0.25, 0], { absolute: 1e-6 });
});
