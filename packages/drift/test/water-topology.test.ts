import { beforeAll, describe, expect, test } from 'vitest';
import type { AreaResult, DeviceResult } from '../src/lib/fleet-types.ts';
import { analyzeWaterFleet } from '../src/lib/water/water-fleet.ts';
import type { WaterFleetResult } from '../src/lib/water/water-types.ts';
import { healthyHomes, homesWith, madeWater } from './made-district.ts';

const DAY_MS = 86_400e3;
const statuses = ({ areas }: WaterFleetResult): string[] => areas.map(({ status }) => status);
const item = (area: AreaResult | undefined, code: string) =>
  area?.evidence.find((own) => own.code === code)?.values;
const homesOf = ({ devices }: WaterFleetResult, groupId: string): DeviceResult[] =>
  devices.filter(({ deviceId }) => deviceId.startsWith(groupId) && !deviceId.endsWith('SUM'));
const dayOf = (at: unknown): number => Date.parse(String(at)) / DAY_MS;

describe('a valve between two districts that was opened', () => {
  let result: WaterFleetResult;
  beforeAll(() => {
    result = analyzeWaterFleet(
      madeWater(
        [
          {
            groupId: 'W1',
            homes: healthyHomes(16),
            feeds: { groupId: 'W2', share: 0.2, from: 35, to: Infinity },
          },
          { groupId: 'W2', homes: healthyHomes(16) },
          { groupId: 'W3', homes: homesWith(16, 5, { error: () => -0.12 }) },
        ],
        70,
      ),
    );
  }, 60_000);

  test('both are topology_changed, with the day, the flow and each other; the third is judged', () => {
    expect(statuses(result)).toEqual(['topology_changed', 'topology_changed', 'ok']);
    const [giver, taker] = result.areas.map((area) => item(area, 'water_exchange_began'));
    expect([giver?.['group_id'], taker?.['group_id']]).toEqual(['W2', 'W1']);
    expect(Math.abs(dayOf(giver?.['at']) - 35)).toBeLessThanOrEqual(2);
    expect(taker?.['at']).toBe(giver?.['at']);
    expect(Number(giver?.['litres_per_hour'])).toBeGreaterThan(0);
    expect(taker?.['litres_per_hour']).toBe(-Number(giver?.['litres_per_hour']));
  });

  test('nothing is stated of their members', () => {
    for (const home of [...homesOf(result, 'W1'), ...homesOf(result, 'W2')]) {
      expect(home).toMatchObject({ indication: 'group_inconsistent', recommendation: 'none' });
      expect(home.errorEstimate).toBeUndefined();
    }
    expect(homesOf(result, 'W3').some(({ errorEstimate }) => errorEstimate !== undefined)).toBe(
      true,
    );
  });
});

test('once it is closed again what came after is judged alone', () => {
  const result = analyzeWaterFleet(
    madeWater(
      [
        {
          groupId: 'W1',
          homes: homesWith(16, 5, { daily: 500, error: () => -0.15 }),
          feeds: { groupId: 'W2', share: 0.25, from: 0, to: 30 },
        },
        { groupId: 'W2', homes: healthyHomes(16) },
      ],
      90,
    ),
  );
  expect(statuses(result)).toEqual(['topology_changed', 'topology_changed']);
  const ended = item(result.areas[0], 'water_exchange_ended');
  expect(Math.abs(dayOf(ended?.['at']) - 30)).toBeLessThanOrEqual(2);
  expect(item(result.areas[0], 'window_restarted')).toBeDefined();
  const drifted = result.devices.find(({ deviceId }) => deviceId === 'W1-05');
  expect(drifted?.indication).toBe('drift_likely');
  expect(drifted?.evidenceDays).toBeGreaterThan(52);
  expect(drifted?.evidenceDays).toBeLessThan(60);
});

test('too little after the end is not judged', () => {
  const result = analyzeWaterFleet(
    madeWater(
      [
        {
          groupId: 'W1',
          homes: healthyHomes(16),
          feeds: { groupId: 'W2', share: 0.25, from: 0, to: 38 },
        },
        { groupId: 'W2', homes: healthyHomes(16) },
      ],
      47,
    ),
  );
  expect(statuses(result)).toEqual(['topology_changed', 'topology_changed']);
  expect(new Set(homesOf(result, 'W1').map(({ indication }) => indication))).toEqual(
    new Set(['group_inconsistent']),
  );
});

test('a burst that begins here and one that is repaired there on the same day exchange nothing', () => {
  const homes = healthyHomes(16);
  const result = analyzeWaterFleet(
    madeWater(
      [
        { groupId: 'W1', homes, bursts: [{ from: 24 * 35, to: Infinity, flow: 60 }] },
        { groupId: 'W2', homes, bursts: [{ from: 0, to: 24 * 35, flow: 60 }] },
      ],
      70,
    ),
  );
  expect(statuses(result)).toEqual(['ok', 'ok']);
});
