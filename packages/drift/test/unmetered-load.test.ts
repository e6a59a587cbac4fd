import { beforeAll, describe, expect, test } from 'vitest';
import { analyzeElectricityFleet } from '../src/index.ts';
import type { AreaResult, DeviceResult, FleetResult } from '../src/lib/fleet-types.ts';
import { healthyMeters, madeFleet, type MadeMeter } from './made-fleet.ts';

const with5 = (made: Partial<MadeMeter>): MadeMeter[] =>
  healthyMeters(24).map((meter, i) => (i === 5 ? { ...meter, ...made } : meter));

/** Lit from 11 to 23 h UTC. */
const street = (hour: number): number => (hour >= 11 && hour < 23 ? 0.25 : 0);

let result: FleetResult;
beforeAll(() => {
  result = analyzeElectricityFleet(
    madeFleet(
      [
        { groupId: 'A', meters: with5({ error: () => 0.04 }), unmetered: street, loss: 0.01 },
        { groupId: 'B', meters: with5({ silent: true, power: 0.25 }), loss: 0.01 },
        { groupId: 'C', meters: with5({ error: () => 0.04 }) },
      ],
      30,
    ),
  );
}, 60_000);

const areaOf = (id: string): AreaResult => {
  const found = result.areas.find(({ groupId }) => groupId === id);
  if (found === undefined) throw new Error(`no area ${id}`);
  return found;
};
const consumersOf = (id: string): DeviceResult[] =>
  result.devices.filter(({ deviceId, groupId }) => groupId === id && !deviceId.endsWith('SUM'));
const codes = (id: string): string[] => areaOf(id).evidence.map(({ code }) => code);

describe('a load that keeps to hours of the day', () => {
  test('is told with its power and its hours', () => {
    expect(areaOf('A').status).toBe('ok');
    const found = areaOf('A').evidence.find(({ code }) => code === 'unmetered_hours');
    const watts = Number(found?.values['watts']);
    expect(watts).toBeGreaterThan(200);
    expect(watts).toBeLessThan(300);
    expect(Number(found?.values['hour'])).toBeGreaterThanOrEqual(11);
    expect(Number(found?.values['hour'])).toBeLessThan(23);
  });

  test('costs the members nothing: a drift is found, and nobody else', () => {
    const listed = consumersOf('A').filter(({ recommendation }) => recommendation !== 'none');
    expect(listed.map(({ deviceId, indication }) => [deviceId, indication])).toEqual([
      ['A-05', 'drift_likely'],
    ]);
    for (const { deviceId, errorEstimate } of consumersOf('A'))
      expect(Math.abs((errorEstimate ?? 1) - (deviceId === 'A-05' ? 0.04 : 0))).toBeLessThan(0.01);
  });
});

test('a customer whom nobody counts: unregistered_consumer without candidates, nothing published', () => {
  const area = areaOf('B');
  expect(area.status).toBe('unregistered_consumer');
  expect(area.candidates).toEqual([]);
  const found = area.evidence.find(({ code }) => code === 'unmetered_load');
  expect(Number(found?.values['watts'])).toBeGreaterThan(100);
  expect(Number(found?.values['ratio'])).toBeGreaterThan(1);
  expect(consumersOf('B')).toHaveLength(23);
  for (const { indication, recommendation, errorEstimate } of consumersOf('B')) {
    expect(`${indication} / ${recommendation}`).toBe('group_inconsistent / none');
    expect(errorEstimate).toBeUndefined();
  }
});

test('a clean area has neither', () => {
  expect(areaOf('C').status).toBe('ok');
  expect(codes('C')).not.toContain('unmetered_hours');
  expect(codes('C')).not.toContain('unmetered_load');
});
