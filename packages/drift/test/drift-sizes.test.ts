import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { FIRST_PREVALENCE, FIRST_SIZES, learnPrevalence } from '../src/lib/drift-sizes.ts';
import { driftProfiles } from '../src/lib/drift-profiles.ts';
import { posteriorOfPath } from '../src/lib/error-path.ts';
import { bellSequence } from './sequence.ts';

const SD = 0.0035;
const PROFILES = driftProfiles(1);
const PRIOR = { ...FIRST_PREVALENCE, lotMean: 0, lotSd: 0.003 };

/** What is said of a fleet of which every `each`-th meter has a drift of +-`size`. */
function factorsOf(count: number, each: number, size: number): Float64Array[] {
  const z = bellSequence(2 * count, 9);
  return Array.from({ length: count }, (_, i) => {
    const drift = i % each === 0 ? (i % (2 * each) === 0 ? size : -size) : 0;
    const level = 0.003 * at(z, 2 * i) + drift + SD * at(z, 2 * i + 1);
    const evidence = {
      blocks: 1,
      information: Float64Array.of(1 / SD ** 2),
      moment: Float64Array.of(level / SD ** 2),
    };
    return posteriorOfPath(evidence, PROFILES, PRIOR).bayesFactors;
  });
}

const meanSize = (prior: ReturnType<typeof learnPrevalence>): number =>
  prior.sizes
    .filter(({ centre }) => centre > 0)
    .reduce((sum, { centre, weight }) => sum + weight * centre, 0) /
  prior.sizes.filter(({ centre }) => centre > 0).reduce((sum, { weight }) => sum + weight, 0);

describe('the sizes of drifts', () => {
  test('begin as a mixture whose weights add up to 1', () => {
    expect(FIRST_SIZES.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(1, 12);
    for (const { sd } of FIRST_SIZES) expect(sd).toBeGreaterThan(0);
  });

  test('are learned, and the share of drifted meters with them', () => {
    for (const size of [0.02, 0.04]) {
      const learned = learnPrevalence(factorsOf(1200, 20, size));
      // 60 of 1200 drifted, pulled to 2 % with the weight of 50 meters: 4.9 %; a size near the healthy spread leaves some open
      expect(Math.abs(learned.drifted - 0.049)).toBeLessThan(0.012);
      // sizes are a third apart and smeared by 0.46 %; 6 drifted meters of all sizes are assumed besides
      expect(Math.abs(Math.log(meanSize(learned) / size))).toBeLessThan(0.35);
    }
  });

  test('of a fleet without drifts stay as they were, and few are taken to have drifted', () => {
    const learned = learnPrevalence(factorsOf(1200, Infinity, 0));
    expect(learned.drifted).toBeLessThan(0.008);
  });

  test('of no fleet are those assumed', () => {
    const learned = learnPrevalence([]);
    expect(learned.drifted).toBeCloseTo(FIRST_PREVALENCE.drifted, 12);
    learned.sizes.forEach(({ weight }, k) => {
      expect(weight).toBeCloseTo(FIRST_SIZES[k]?.weight ?? NaN, 12);
    });
  });
});
