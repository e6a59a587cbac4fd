import type { SensorTruth } from '@verimeter/simulator';
import { expect, test } from 'vitest';
import { type FoundSensor, sensorComparisonText } from '../src/lib/up/sensor-comparison.ts';

const sensor = (
  deviceId: string,
  quantity: SensorTruth['quantity'],
  change: Partial<SensorTruth>,
): SensorTruth => ({
  deviceId,
  quantity,
  trueError: 0,
  replacedOnDay: null,
  fault: null,
  ...change,
});

const found = (device_id: string, quantity: string, change: Partial<FoundSensor>): FoundSensor => ({
  device_id,
  quantity,
  indication: 'within_limits',
  recommendation: 'none',
  error_estimate: null,
  interval_low: null,
  interval_high: null,
  offset_estimate: null,
  offset_standard_error: null,
  ...change,
});

test('faults of sensors stand beside what was found, quantity by quantity', () => {
  const text = sensorComparisonText(
    [
      sensor('S-01', 'pm2_5', {
        fault: { kind: 'gain_ramp', perYear: 0.8, sinceDay: 70 },
        trueError: 0.41,
      }),
      sensor('S-01', 'temperature', {}),
      sensor('S-02', 'temperature', {
        fault: { kind: 'offset_step', size: -0.9, sinceDay: 100 },
        trueError: -0.87,
      }),
      sensor('S-03', 'no2', { fault: { kind: 'stuck', sinceDay: 150 }, trueError: 0.02 }),
      sensor('S-04', 'pm2_5', { replacedOnDay: 110, trueError: 0.01 }),
      sensor('S-05', 'no2', { trueError: 0.03 }),
      sensor('S-06', 'no2', {}),
    ],
    [
      found('S-01', 'pm2_5', {
        indication: 'drift_likely',
        recommendation: 'reverify',
        error_estimate: 0.38,
        interval_low: 0.27,
        interval_high: 0.49,
      }),
      found('S-01', 'temperature', { offset_estimate: 0.02, offset_standard_error: 0.05 }),
      found('S-02', 'temperature', {
        indication: 'drift_possible',
        offset_estimate: -0.8,
        offset_standard_error: 0.1,
      }),
      found('S-05', 'no2', {
        indication: 'drift_possible',
        recommendation: 'watch',
        error_estimate: 0.2,
        interval_low: -0.1,
        interval_high: 0.5,
      }),
      found('S-06', 'no2', {}),
    ],
  );
  const line = (start: string): string | undefined =>
    text.split('\n').find((candidate) => candidate.startsWith(start));
  expect(line('S-01')).toMatch(
    /gain \+80\.0 % a year from day 70 +\+41\.0 % +\+38\.0 % \(\+27\.0 % … \+49\.0 %\) +drift_likely +reverify/,
  );
  // 1.96 standard deviations of 0.1 K on both sides
  expect(line('S-02')).toMatch(
    /-0\.90 K from day 100 +-0\.87 K +-0\.80 K \(-1\.00 … -0\.60\) +drift_possible +none/,
  );
  expect(line('S-03')).toMatch(/one value from day 150 +- +no answer/);
  expect(line('S-04')).toContain('exchanged on day 110');
  expect(line('S-05')).toContain('nothing');
  expect(line('S-06')).toBeUndefined();
  expect(text).not.toMatch(/S-01 +temperature/);
  expect(text).toContain(
    '1 of 3 faults of sensors are to be seen to; so are 1 of 4 quantities without a fault.',
  );
});
