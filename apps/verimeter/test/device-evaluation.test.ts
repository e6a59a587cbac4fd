import { expect, test } from 'vitest';
import { devicesText } from '../src/lib/evaluate/devices/devices-text.ts';
import { judgeRealHomes, registersOf } from '../src/lib/evaluate/devices/real-homes.ts';
import { judgeRests } from '../src/lib/evaluate/devices/rests.ts';

/** Homes of four weeks that take turns in what they use; the last one uses half from the third week on. */
const homes = Array.from({ length: 30 }, (_, id) => ({
  id,
  quantum: 0.01,
  energy: Float32Array.from({ length: 28 * 96 }, (__, k) =>
    id === 29 && k >= 14 * 96 ? 0.1 : 0.2 + 0.01 * ((k + id) % 3),
  ),
}));

test('levels of homes that stay as they are do not change; the one that does is counted', () => {
  const judged = judgeRealHomes(homes);
  expect(judged).toMatchObject({ homes: 30, weeks: 4 });
  expect(judged.spread).toBeLessThan(0.001);
  expect(judged.over30 * judged.homes).toBeCloseTo(1);
});

test('registers that run have not stopped; the same held still are found after three days', () => {
  const { meters, falseStops, stopped, delays, meterYears } = judgeRests(registersOf(homes));
  expect({ meters, falseStops, stopped }).toEqual({ meters: 30, falseStops: 0, stopped: 30 });
  expect(meterYears).toBeCloseTo((30 * 14) / 365);
  // two weeks of history are needed, and the register is held from then on
  expect(delays.every((delay) => delay >= 4 && delay <= 5)).toBe(true);
});

test('counts are told with their exact ranges', () => {
  const cell = { area: 0, meters: 80, resolvable: 0, delays: [], sizes: [], falseAlarms: {} };
  const text = devicesText({
    cells: [
      { ...cell, cell: 'healthy', healthyDays: 3650 },
      {
        ...cell,
        cell: 'fault',
        healthyDays: 80,
        resolvable: 60,
        delays: Array.from({ length: 40 }, () => 3),
        sizes: Array.from({ length: 40 }, () => 0.4),
      },
    ],
    consumption: { homes: 10, homeYears: 20, falseSpells: 2, changes: [] },
  });
  // no event in ten meter-years: at most 3.7 (Garwood); two in twenty: 0.24 to 7.22
  expect(text).toMatch(/healthy +80 +10\.0 +0 +0\.0 \(0\.0 to 3\.7\)/);
  expect(text).toContain('2 times in 20 home-years, 1.0 (0.1 to 3.6) per 10');
  expect(text).toMatch(/fault +80 +40 +50 \(39 to 61\) +67 of 60 +3 +0\.40/);
});
