import { beforeAll, expect, test } from 'vitest';
import { LOOKED_AT, shortlists } from '../src/lib/water/candidate-screen.ts';
import { type PreparedDistrict, prepareDistrict } from '../src/lib/water/district-analysis.ts';
import { asFleet } from '../src/lib/water/fleet-view.ts';
import { prepareDistricts } from '../src/lib/water/prepare-districts.ts';
import type { WaterFleetInput } from '../src/lib/water/water-types.ts';
import { healthyHomes, homesWith, madeWater } from './made-district.ts';

const found = ({ district, status, candidates }: PreparedDistrict) => ({
  groupId: district.groupId,
  status,
  candidates,
});

/** Each district with every meter of the fleet in its close look. */
function exhaustive(input: WaterFleetInput): PreparedDistrict[] {
  const view = asFleet(input);
  return input.districts.map((district) => {
    const listed = new Set(district.members.map(({ meter }) => meter));
    const others = [...input.meters.keys()].filter(
      (meter) => !listed.has(meter) && input.meters[meter]?.lot !== 'supply',
    );
    const gates = prepareDistrict(input, view, district);
    let step = gates.next();
    if (step.done !== true) step = gates.next(others);
    if (step.done !== true) throw new TypeError('asked twice');
    return step.value;
  });
}

let fleet: WaterFleetInput;
beforeAll(() => {
  fleet = madeWater(
    [
      { groupId: 'W1', homes: homesWith(20, 4, { daily: 500, fedBy: 'W2' }) },
      { groupId: 'W2', homes: healthyHomes(20) },
      { groupId: 'W3', homes: homesWith(21, 20, { daily: 300, unlisted: true }) },
      { groupId: 'W4', homes: healthyHomes(24) },
    ],
    45,
  );
});

test('of more meters than are looked at closely the same are named as if all were', () => {
  expect(fleet.meters.length).toBeGreaterThan(2 * LOOKED_AT);
  const all = exhaustive(fleet);
  expect(all.map(({ candidates }) => candidates.length)).toEqual([0, 1, 1, 0]);
  expect(prepareDistricts(fleet, asFleet(fleet)).map(found)).toEqual(all.map(found));
});

test('who explains what is left over is first on the list, members are on none', () => {
  const view = asFleet(fleet);
  const [, second] = fleet.districts;
  if (second === undefined) throw new RangeError('no district');
  const step = prepareDistrict(fleet, view, second).next();
  if (step.done === true) throw new TypeError('the district asks for nobody');
  const members = new Set(second.members.map(({ meter }) => meter));
  const strangers = [...fleet.meters.keys()];
  const lists = shortlists(fleet, view, strangers, [{ evidence: step.value, phaseUs: 0, members }]);
  expect(lists[0]?.length).toBeLessThanOrEqual(LOOKED_AT);
  expect(fleet.meters[lists[0]?.[0] ?? -1]?.deviceId).toBe('W1-04');
  expect(lists[0]?.some((meter) => members.has(meter))).toBe(false);
});
