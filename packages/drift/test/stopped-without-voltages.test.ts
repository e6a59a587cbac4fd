import { expect, test } from 'vitest';
import { analyzeElectricityFleet } from '../src/lib/electricity-fleet.ts';
import { madeFleet } from './made-fleet.ts';

// Without voltages nobody knows what a stopped meter's customer still takes: its neighbours must not be blamed for it.
test.each([8, 10, 16, 30])(
  'of %i healthy meters one of which stops, none is on a list, and the area stays ok',
  (count) => {
    const meters = Array.from({ length: count }, (_, i) => ({
      power: 0.2 + 0.03 * (i % 7),
      ...(i === 6 ? { stops: 18 } : {}),
    }));
    const { devices, areas } = analyzeElectricityFleet(madeFleet([{ groupId: 'A', meters }], 35));
    expect(areas.map(({ status }) => status)).toEqual(['ok']);
    const listed = devices.filter(
      ({ recommendation }) => recommendation === 'reverify' || recommendation === 'watch',
    );
    expect(listed.map(({ deviceId }) => deviceId)).toEqual([]);
    expect(devices.find(({ deviceId }) => deviceId === 'A-06')?.indication).toBe('stopped');
  },
);
