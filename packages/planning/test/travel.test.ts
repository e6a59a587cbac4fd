import { expect, test } from 'vitest';
import { DEFAULT_SETTINGS, streetOf } from '../src/index.ts';
import { placesOf, travelOf } from '../src/lib/travel.ts';
import { tourMinutes, visitingOrder } from '../src/lib/visiting-order.ts';
import { DEPOT, madeFleet } from './made-fleet.ts';

test.each([
  ['12 Lê Thánh Tông, Hồng Gai', 'lê thánh tông, hồng gai'],
  ['Số nhà 12A/3 Lê Thánh Tông, Hồng  Gai', 'lê thánh tông, hồng gai'],
  ['số 7, Lê Thánh Tông, Hồng Gai', 'lê thánh tông, hồng gai'],
  ['P1203 Tòa A', 'tòa a'],
  ['Lê Thánh Tông', 'lê thánh tông'],
  ['12', '12'],
])('the street of %s', (address, street) => {
  expect(streetOf(address)).toBe(street);
});

test('by coordinates a way is the great circle with detours, without them what street and area say', () => {
  const device = {
    kind: 'water_meter',
    recommendation: 'none',
    legal: { state: 'unknown' },
  } as const;
  const where = placesOf([
    { ...device, deviceId: 'a', lat: 20, lon: 107 },
    { ...device, deviceId: 'b', lat: 20.01, lon: 107 },
    { ...device, deviceId: 'c', groupId: 'g', address: '1 Phố A' },
    { ...device, deviceId: 'd', groupId: 'g', address: '2 Phố A' },
    { ...device, deviceId: 'e', groupId: 'g', address: '2 Phố B' },
    { ...device, deviceId: 'f', groupId: 'h', address: '2 Phố A' },
  ]);
  const travel = travelOf(where, DEFAULT_SETTINGS.travel);
  // 0.01 degrees of latitude: 1.112 km, 1.557 km by road, at 25 km/h 3.74 minutes, and 2 to stop
  expect(travel.between(0, 1)).toBeCloseTo(5.74, 2);
  expect(travel.between(1, 0)).toBe(travel.between(0, 1));
  expect([
    travel.between(2, 3),
    travel.between(2, 4),
    travel.between(2, 5),
    travel.between(0, 2),
  ]).toEqual([3, 8, 25, 25]);
  expect(travel.fromDepot(0)).toBe(25);
});

/** The shortest tour, by trying all orders. */
function shortest(stops: readonly number[], travel: ReturnType<typeof travelOf>): number {
  let best = Infinity;
  const go = (order: readonly number[], rest: readonly number[]): void => {
    if (rest.length === 0) best = Math.min(best, tourMinutes(order, travel));
    for (const next of rest)
      go(
        [...order, next],
        rest.filter((stop) => stop !== next),
      );
  };
  go([], stops);
  return best;
}

test('the order of visits is that of the shortest tour, or nearly', () => {
  let found = 0;
  let least = 0;
  for (let seed = 1; seed <= 20; seed += 1) {
    const stops = madeFleet({ devices: 8, seed, perGroup: 2, located: 1 });
    const travel = travelOf(placesOf(stops), DEFAULT_SETTINGS.travel, DEPOT);
    const indices = stops.map((_, index) => index);
    const order = visitingOrder(indices, travel);
    expect(order.toSorted((left, right) => left - right)).toEqual(indices);
    found += tourMinutes(order, travel);
    least += shortest(indices, travel);
  }
  expect(found / least).toBeLessThan(1.01);
});
