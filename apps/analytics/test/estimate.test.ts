import { analyzeElectricityFleet, answerElectricityFleet, type FleetInput } from '@verimeter/drift';
import { describe, expect, test } from 'vitest';
import { estimate, sharesOf } from '../src/lib/estimate.ts';

const DAY = 96;

/** Two areas of five meters over 14 days; loads by a formula, one meter that shows 10 % more from the sixth day on. */
function smallFleet(): FleetInput {
  const count = 14 * DAY + 1;
  const meters: FleetInput['meters'][number][] = [];
  const areas: FleetInput['areas'][number][] = [];
  let state = 7;
  const random = (): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
  for (let area = 0; area < 2; area++) {
    const supply = new Float64Array(count);
    const members: FleetInput['areas'][number]['members'][number][] = [];
    for (let meter = 0; meter < 5; meter++) {
      const register = new Float64Array(count);
      for (let k = 1; k < count; k++) {
        const energy = 0.05 + 0.2 * random() * random() + (random() < 0.1 ? 0.3 : 0);
        const gain = meter === 2 && area === 1 && k > 6 * DAY ? 1.1 : 1;
        register[k] = (register[k - 1] ?? 0) + energy * gain;
        supply[k] = (supply[k] ?? 0) + energy * 1.02;
      }
      members.push({ meter: meters.length, role: 'consumer', fromUs: -Infinity, toUs: Infinity });
      meters.push({
        deviceId: `E-${area}-${meter}`,
        lot: 'lot',
        limit: 0.01,
        inServiceLimit: 0.02,
        importRegister: register.map((value) => Math.floor(value * 1000) / 1000),
        voltages: [],
      });
    }
    for (let k = 1; k < count; k++) supply[k] = (supply[k] ?? 0) + (supply[k - 1] ?? 0);
    members.push({ meter: meters.length, role: 'supply', fromUs: -Infinity, toUs: Infinity });
    meters.push({
      deviceId: `S-${area}`,
      lot: 'supply',
      limit: 0.005,
      inServiceLimit: 0.01,
      importRegister: supply.map((value) => Math.floor(value * 1000) / 1000),
      voltages: [],
    });
    areas.push({ groupId: `A${area}`, members, asOfUs: (count - 1) * 900e6 });
  }
  return { grid: { startUs: 0, stepUs: 900e6, count }, meters, areas };
}

describe('estimation in threads', () => {
  test('one thread, two threads and none give the same answer, and the 10 % meter is seen', async () => {
    const { devices } = analyzeElectricityFleet(smallFleet());
    const drifted = devices.find((device) => device.deviceId === 'E-1-2');
    expect(drifted?.errorEstimate).toBeCloseTo(0.1, 1);
    const alone = answerElectricityFleet(smallFleet());
    expect(await estimate(smallFleet(), { threads: 1 })).toEqual(alone);
    expect(await estimate(smallFleet(), { threads: 2 })).toEqual(alone);
  });

  test('an analysis that is stopped ends with that reason', async () => {
    const controller = new AbortController();
    const running = estimate(smallFleet(), { signal: controller.signal, threads: 2 });
    controller.abort();
    await expect(running).rejects.toThrow('the analysis was stopped');
  });

  test('threads get shares of the members, the largest areas first; never more threads than areas', () => {
    expect(sharesOf([10, 50, 20, 30], 2)).toEqual([
      [0, 1],
      [2, 3],
    ]);
    expect(sharesOf([10], 8)).toEqual([[0]]);
    expect(sharesOf([], 2)).toEqual([]);
  });
});
