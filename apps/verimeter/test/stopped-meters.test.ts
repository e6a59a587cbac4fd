import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { judgeStopped } from '../src/lib/evaluate/water-meters/judge-stopped.ts';
import { judgeRawRegisters } from '../src/lib/evaluate/water-meters/raw-registers.ts';
import { quietTimes, stoppedFleet } from '../src/lib/evaluate/water-meters/stopped-fleet.ts';

test('times without water are whole ones, from the hour after water to the last without', () => {
  const actual = new Float64Array(24 * 12).fill(0.01);
  actual.fill(0, 48, 48 + 24 * 5);
  expect(quietTimes(actual, 3)).toEqual([{ from: 48, to: 48 + 24 * 5 }]);
  expect(quietTimes(actual, 6)).toEqual([]);
});

describe('stops put into a fleet without faults', () => {
  const fleet = stoppedFleet({ seed: 101, days: 142, districts: 1, homesPerDistrict: 6, pool: [] });

  test('are found where electricity is used as ever, and each is counted', () => {
    const [withUse] = judgeStopped(fleet, { seed: 3, stopsPerHome: 1, witnesses: ['with-use'] });
    expect(withUse?.stops).toHaveLength(6);
    expect(withUse?.homeYears).toBeCloseTo((6 * 82) / 365.25, 9);
    const atHome = withUse?.stops.filter((stop) => stop.atHome) ?? [];
    expect(atHome.length).toBeGreaterThanOrEqual(4);
    // who draws as people do draws water
    for (const { byPeople, atHome: isDrawn } of withUse?.stops ?? [])
      expect(isDrawn || !byPeople).toBe(true);
    for (const { delay } of atHome) {
      expect(delay).not.toBeNull();
      expect(delay).toBeLessThanOrEqual(14);
      expect(delay).toBeGreaterThan(3);
    }
    expect(withUse?.falseStops).toEqual([]);
  }, 60_000);
});

describe('registers as they came', () => {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'raw-registers-'));
    const lines = ['user key;datetime;meter reading;diff'];
    for (let day = 1; day <= 28; day += 1)
      for (let hour = 0; hour < 24; hour += 1) {
        const litres = 1000 + 240 * day + 10 * hour;
        // a jump and back, and a litre backwards
        const shown =
          day === 12 && hour === 5
            ? litres + 248_000
            : hour === 7 && day === 9
              ? litres - 11
              : litres;
        lines.push(
          `home;${String(day).padStart(2, '0')}/02/2016 ${String(hour).padStart(2, '0')}:28:55;${shown};10`,
        );
      }
    await writeFile(path.join(folder, 'raw_registers.csv'), `${lines.join('\n')}\n`);
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('are read by their full hours; a jump and a litre backwards are no finding', async () => {
    expect(await judgeRawRegisters(folder)).toEqual({
      meters: 1,
      falls: 2,
      // ten litres in every hour
      findings: { continuous_flow: 1 },
    });
  });

  test('are left out where there are none', async () => {
    expect(await judgeRawRegisters(path.join(folder, 'nothing'))).toBeUndefined();
  });
});
