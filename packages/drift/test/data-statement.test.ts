import { describe, expect, test } from 'vitest';
import { dataStatement } from '../src/lib/data-statement.ts';
import { profilesOf } from '../src/lib/drift-profiles.ts';
import { FIRST_PREVALENCE } from '../src/lib/drift-sizes.ts';
import { type PathEvidence, posteriorOfPath } from '../src/lib/error-path.ts';

const BLOCKS = 10;
const DAYS_PER_BLOCK = 7;
const PRIOR = { ...FIRST_PREVALENCE, lotMean: 0, lotSd: 0.003 };

/** What independent measurements of beta in each block say. */
function pathOf(betas: readonly number[], sd: number): PathEvidence {
  const information = new Float64Array(BLOCKS * BLOCKS);
  betas.forEach((_, d) => {
    information[d * BLOCKS + d] = 1 / (sd * sd);
  });
  return {
    blocks: BLOCKS,
    information,
    moment: Float64Array.from(betas, (beta) => beta / (sd * sd)),
  };
}

function statementOf(path: PathEvidence) {
  const profiles = profilesOf(BLOCKS);
  const posterior = posteriorOfPath(path, profiles, PRIOR);
  return {
    posterior,
    said: dataStatement(path, posterior, {
      profiles,
      time: BLOCKS,
      daysPerBlock: DAYS_PER_BLOCK,
    }),
  };
}

describe('what the data alone says of a meter', () => {
  test('has no prior in it: the mean of the measurements, not shrunk towards the lot', () => {
    const { posterior, said } = statementOf(
      pathOf(
        Array.from({ length: BLOCKS }, () => 0.006),
        0.02,
      ),
    );
    const beta = 0.006;
    const sd = 0.02 / Math.sqrt(BLOCKS);
    expect(posterior.healthyMean).toBeLessThan(0.002);
    expect(said.dataEstimate).toBeCloseTo(beta / (1 - beta), 12);
    expect(said.dataStandardError).toBeCloseTo(sd / (1 - beta) ** 2, 12);
  });

  test('growth is the slope of a straight line through the measurements, per year', () => {
    const betas = Array.from(
      { length: BLOCKS },
      (_, d) => 0.0001 * d + (d % 2 === 0 ? 1e-4 : -1e-4),
    );
    const sd = 0.004;
    const { said } = statementOf(pathOf(betas, sd));
    const centre = (BLOCKS - 1) / 2;
    const squares = betas.reduce((sum, _, d) => sum + (d - centre) ** 2, 0);
    const slope = betas.reduce((sum, beta, d) => sum + beta * (d - centre), 0) / squares;
    const perYear = 365.25 / DAYS_PER_BLOCK;
    expect(said.dataDriftPerYear).toBeCloseTo(slope * perYear, 10);
    expect(said.dataDriftPerYearSe).toBeCloseTo((sd / Math.sqrt(squares)) * perYear, 10);
  });

  test('of a meter that has stepped within the window it is the error now, not the mean of before and after', () => {
    const betas = Array.from({ length: BLOCKS }, (_, d) => (d < 6 ? 0 : -0.04));
    const { posterior, said } = statementOf(pathOf(betas, 0.002));
    expect(posterior.probabilityDrifted).toBeGreaterThan(0.99);
    expect(said.dataEstimate).toBeCloseTo(-0.04 / 1.04, 2);
    expect(said.dataEstimate).toBeLessThan(-0.036);
  });

  test('of a path that tells nothing, nothing', () => {
    expect(
      statementOf({
        blocks: BLOCKS,
        information: new Float64Array(BLOCKS * BLOCKS),
        moment: new Float64Array(BLOCKS),
      }).said,
    ).toEqual({});
  });
});
