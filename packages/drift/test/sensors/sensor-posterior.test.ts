import { expect, test } from 'vitest';
import { driftPaths } from '../../src/lib/sensors/drift-paths.ts';
import { posteriorAt, type Posterior } from '../../src/lib/sensors/sensor-posterior.ts';
import { filterWander } from '../../src/lib/sensors/wander-filter.ts';
import type { WeeklyRow } from '../../src/lib/sensors/weekly-rows.ts';

const WEEKS = 52;
const LIMIT = 0.2;
const WANDER = { short: 0.005, weeks: 4, long: 0.005, season: 0.005, walk: 0.005 };

/** Quiet neighbours, each week known to 0.5 %, and what the sensor errs by week. */
function posterior(error: (week: number) => number): Posterior {
  const rows = Array.from({ length: WEEKS }, (_, week): WeeklyRow => ({
    week,
    gain: 200,
    offset: 0,
    value: 200 * error(week),
    kind: 'neighbours',
    cos: Math.cos((2 * Math.PI * week) / 52),
    sin: Math.sin((2 * Math.PI * week) / 52),
  }));
  const paths = driftPaths(WEEKS, false);
  const setting = { placeSd: 0.3, offsetSd: 0.3, startSd: 0.03, from: 0, weeks: WEEKS };
  const filtered = [filterWander(rows, paths, { ...setting, wander: WANDER })];
  return posteriorAt(
    {
      weeks: WEEKS,
      paths,
      filtered,
      factors: [1],
      sizeUnit: LIMIT,
      wander: Math.hypot(WANDER.short, WANDER.long),
      levelNow: 1,
    },
    WEEKS - 1,
    0.25,
  );
}

const rampTo = (size: number) => (week: number) =>
  (size * Math.max(0, week + 0.5 - 26)) / (WEEKS - 26);

test('a drift counts from a quarter of the limit on', () => {
  const slight = posterior(rampTo(0.2 * LIMIT));
  const plain = posterior(rampTo(0.5 * LIMIT));
  expect(slight.probabilityBegun).toBeGreaterThan(0.2);
  expect(slight.probabilityDrifted).toBeLessThan(0.2 * slight.probabilityBegun);
  expect(plain.probabilityBegun).toBeGreaterThan(0.95);
  expect(plain.probabilityDrifted).toBeGreaterThan(0.95);
});

test('of a sensor that only strays as healthy ones do, what may have begun of late is no drift yet', () => {
  const { probabilityBegun, probabilityDrifted } = posterior(() => 0);
  expect(probabilityBegun).toBeGreaterThan(0.01);
  expect(probabilityDrifted).toBeLessThan(0.1 * probabilityBegun);
});
