import { expect, test } from 'vitest';
import { buildTrialNetwork, sensorError, type TrialNetworkOptions } from '../src/index.ts';

const OPTIONS: TrialNetworkOptions = {
  seed: 106,
  network: 2,
  sensors: 5,
  references: 3,
  days: 40,
  quantities: ['pm2_5'],
  drift: {
    quantity: 'pm2_5',
    share: 0.4,
    fault: { kind: 'gain_ramp', perYear: 0.2, sinceDay: 20 },
  },
};
const METRES_PER_DEGREE = 111_200;

/** Pairs of a device and a reference with the same air, hour by hour, of PM2.5. */
function sharing(options: TrialNetworkOptions): { sensor: string; reference: string }[] {
  const { input, truths } = buildTrialNetwork(options);
  return input.series.flatMap((one, i) =>
    input.series.flatMap((other, j) => {
      if (one.role !== 'sensor' || other.role !== 'reference') return [];
      if (one.quantity !== 'pm2_5' || other.quantity !== 'pm2_5') return [];
      const same = truths[i]?.actual.every((value, k) => value === truths[j]?.actual[k]) ?? false;
      const metres = METRES_PER_DEGREE * Math.abs(one.latitude - other.latitude);
      expect(metres < 50 && Math.abs(one.longitude - other.longitude) < 50 / 109_000).toBe(same);
      return same ? [{ sensor: one.deviceId, reference: other.deviceId }] : [];
    }),
  );
}

test('references stand at places of their own, on masts of sensors, or with all on a roof', () => {
  expect(sharing(OPTIONS)).toEqual([]);
  const beside = sharing({ ...OPTIONS, masts: 'beside' });
  expect(new Set(beside.map(({ reference }) => reference)).size).toBe(3);
  expect(new Set(beside.map(({ sensor }) => sensor)).size).toBe(3);
  // those that drift have one first
  const { truths } = buildTrialNetwork({ ...OPTIONS, masts: 'beside' });
  for (const { deviceId, faults } of truths)
    if (faults.length > 0) expect(beside.map(({ sensor }) => sensor)).toContain(deviceId);
  expect(sharing({ ...OPTIONS, masts: 'roof' })).toHaveLength(15);
});

test('a reference that goes round checks every sensor in turn, with its uncertainty', () => {
  const { input, truths } = buildTrialNetwork({
    ...OPTIONS,
    references: 0,
    days: 600,
    rounds: { firstDay: 10, everyDays: 50, standardUncertainty: 0.03 },
  });
  const deviations: number[] = [];
  input.series.forEach(({ quantity, measured = [] }, s) => {
    if (quantity !== 'pm2_5') {
      expect(measured).toEqual([]);
      return;
    }
    const days = measured.map(({ atUs }) => (atUs - input.grid.startUs) / 86_400e6);
    expect(days[1]).toBe((days[0] ?? 0) + 50);
    const truth = truths[s];
    if (truth === undefined) throw new Error('no truth');
    measured.forEach(({ error }, i) =>
      deviations.push((error - sensorError(truth, 24 * (days[i] ?? 0))) / 0.03),
    );
  });
  // five sensors, each 12 times in 600 days but for the beginning
  expect(deviations.length).toBeGreaterThan(55);
  const sd = Math.sqrt(deviations.reduce((sum, z) => sum + z * z, 0) / deviations.length);
  // 59 values of one standard deviation: 0.8 to 1.2 nearly always
  expect(sd).toBeGreaterThan(0.75);
  expect(sd).toBeLessThan(1.25);
});
