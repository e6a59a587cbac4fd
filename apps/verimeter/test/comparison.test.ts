import type { MeterTruth, TruthFile } from '@verimeter/simulator';
import { expect, test } from 'vitest';
import { comparisonText, repeatText } from '../src/lib/up/comparison.ts';

const meter = (deviceId: string, change: Partial<MeterTruth>): MeterTruth => ({
  deviceId,
  listedIn: 'A',
  fedBy: 'A',
  baseError: 0,
  trueError: 0,
  clockError: 0,
  fault: null,
  meanWatts: 200,
  phases: [1],
  feeder: 0,
  ...change,
});

const truth: TruthFile = {
  seed: 7,
  size: 'small',
  origin: '2026-10-19',
  days: 35,
  asOf: '2026-11-23T00:00:00Z',
  areas: [],
  sensors: [],
  water: [],
  meters: [
    meter('found', { fault: { kind: 'step', size: 0.05, sinceDay: 10.4 }, trueError: 0.052 }),
    meter('missed', {
      fault: { kind: 'ramp', size: -0.04, sinceDay: 0, untilDay: 35 },
      trueError: -0.04,
    }),
    meter('small', { fault: { kind: 'step', size: 0.02, sinceDay: 3 }, trueError: 0.021 }),
    meter('misfiled', { fedBy: 'B' }),
    meter('stopped', { fault: { kind: 'stopped', sinceDay: 20 } }),
    meter('alarm', { trueError: 0.001 }),
    meter('healthy', {}),
  ],
};

const row = (device_id: string, recommendation: string, e: number | null) => ({
  device_id,
  quantity: 'active_energy_import',
  indication: recommendation === 'reverify' ? 'drift_likely' : 'within_limits',
  recommendation,
  error_estimate: e,
  interval_low: e === null ? null : e - 0.01,
  interval_high: e === null ? null : e + 0.01,
  offset_estimate: null,
  offset_standard_error: null,
  group_status: 'ok',
  said: [],
});

test('faults stand beside what was found, false alarms are shown, healthy meters are not', () => {
  const text = comparisonText(truth, [
    row('found', 'reverify', 0.05),
    row('missed', 'none', -0.01),
    row('small', 'reverify', 0.02),
    row('misfiled', 'inspect', null),
    row('alarm', 'reverify', 0.03),
    row('healthy', 'none', 0),
  ]);
  const lines = text.split('\n');
  expect(lines.find((line) => line.startsWith('found'))).toMatch(
    /step \+5\.00 % on day 10 +\+5\.20 % +\+5\.00 % \(\+4\.00 % … \+6\.00 %\) +drift_likely +reverify/,
  );
  expect(lines.find((line) => line.startsWith('misfiled'))).toContain('fed by B, listed in A');
  expect(lines.find((line) => line.startsWith('stopped'))).toContain('no answer');
  expect(lines.find((line) => line.startsWith('alarm'))).toContain('nothing');
  expect(lines.find((line) => line.startsWith('healthy'))).toBeUndefined();
  // Only drifts of 3 % and more in the right group are judged.
  expect(text).toContain(
    '1 of 2 meters with an error of 3 % or more are to be verified again; so are 1 with a smaller one and 1 without a fault.',
  );
});

test('a city that was begun on the day it is looked at can be seen again from memory, another one cannot', () => {
  expect(repeatText(truth)).toBe(
    'The same without a database: verimeter evaluate city --seeds 7 --as-of 2026-11-23T00:00:00Z\n',
  );
  expect(repeatText({ ...truth, asOf: '2026-11-24T00:00:00Z' })).toBe('');
});
