import { at } from '@verimeter/statistics';
import { expect, test } from 'vitest';
import { factorArea } from '../src/lib/area-posterior.ts';
import { type FleetPrior, initialPrior, NO_FLEET } from '../src/lib/fleet-prior.ts';
import { areaLots, lotEvidence } from '../src/lib/lot-shifts.ts';
import { buildDesign } from '../src/lib/area-design.ts';
import { gatherEvidence } from '../src/lib/area-evidence.ts';
import { smallAreaInput, smallAreaIntervals } from './small-area.ts';

const evidence = gatherEvidence(
  buildDesign(smallAreaInput(), smallAreaIntervals(), { useVoltages: false, stoppedAt: new Map() }),
  [],
);
const n = evidence.design.n;
const healthy = Array.from({ length: n }, () => ({ mean: 0, sd: 0.003 }));
const lotOf = Array.from({ length: n }, (_, i) => (i === 4 ? undefined : i % 2 === 0 ? 'a' : 'b'));

test('members by lot, in the order of the names; a consumer that teaches nothing is in none', () => {
  const { names, shifts } = areaLots(lotOf, NO_FLEET);
  expect(names).toEqual(['a', 'b']);
  expect(shifts.members.flat()).not.toContain(4);
  expect(shifts.members[0]?.every((i) => i % 2 === 0)).toBe(true);
});

test('what an area says of its lots does not depend on what was known of them', () => {
  const weak = areaLots(lotOf, NO_FLEET);
  const sharp = {
    names: weak.names,
    shifts: { members: weak.shifts.members, precision: Float64Array.of(4e6, -1e6, -1e6, 3e6) },
  };
  const say = (lots: typeof weak): ReturnType<typeof lotEvidence> =>
    lotEvidence(factorArea(evidence, healthy, [], lots.shifts), lots, NO_FLEET, 'A');
  const [first, second] = [say(weak), say(sharp)];
  // The prior of 4e6 is taken off again: what is left has lost some six of sixteen digits.
  first.information.forEach((value, k) => {
    expect(at(second.information, k) / value).toBeCloseTo(1, 5);
  });
  first.moment.forEach((value, k) => {
    expect(Math.abs(at(second.moment, k) - value)).toBeLessThan(1e-4 * Math.abs(value) + 1);
  });
  // it says something, and is a covariance's inverse
  expect(at(first.information, 0)).toBeGreaterThan(0);
  expect(
    at(first.information, 0) * at(first.information, 3) - at(first.information, 1) ** 2,
  ).toBeGreaterThan(0);
});

test('it is stated about the means themselves, not about their change', () => {
  const lots = areaLots(lotOf, NO_FLEET);
  const fleet: FleetPrior = {
    names: ['a', 'b'],
    lots: new Map(
      ['a', 'b'].map((name) => [
        name,
        { ...initialPrior(), lotMean: 0.002, lotSd: 0.003, lotMeanSd: 0.005 },
      ]),
    ),
    biasScales: new Map(),
    covariance: Float64Array.of(25e-6, 0, 0, 25e-6),
    areas: 1,
  };
  const zero = lotEvidence(factorArea(evidence, healthy, [], lots.shifts), lots, NO_FLEET, 'A');
  const moved = lotEvidence(
    factorArea(
      evidence,
      healthy.map((prior, i) => (lotOf[i] === undefined ? prior : { ...prior, mean: 0.002 })),
      [],
      lots.shifts,
    ),
    lots,
    fleet,
    'A',
  );
  zero.moment.forEach((value, k) => {
    expect(Math.abs(at(moved.moment, k) - value)).toBeLessThan(1e-6 * Math.abs(value) + 1e-3);
  });
});
