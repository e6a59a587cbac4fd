import type { Device, Verification } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { validFrom } from '../src/lib/electricity-input.ts';

const device = (dates: Partial<Pick<Device, 'verifiedOn' | 'installedOn'>>): Device => ({
  deviceId: 'm1',
  kind: 'electricity_meter',
  serial: null,
  manufacturer: null,
  model: null,
  typeApproval: null,
  accuracyClass: null,
  nominal: null,
  phases: null,
  builtYear: null,
  installedOn: null,
  verifiedOn: null,
  validUntil: null,
  lat: null,
  lon: null,
  ...dates,
});

const verification = (verifiedOn: string): Verification => ({
  deviceId: 'm1',
  verifiedOn,
  certificateNo: '',
  testPoint: '',
  result: 'pass',
  kind: null,
  body: null,
  validUntil: null,
  error: null,
  expandedUncertainty: null,
  coverageFactor: null,
  asFound: null,
});

const us = (text: string): number => Date.parse(text) * 1000;
const asOf = us('2026-11-01T00:00:00Z');

test('data counts from the day after the last verification or from the installation', () => {
  expect(validFrom(device({}), [], asOf)).toBeUndefined();
  expect(validFrom(device({ verifiedOn: '2026-05-01' }), [], asOf)).toBe(
    us('2026-05-02T00:00:00Z'),
  );
  expect(validFrom(device({ verifiedOn: '2026-05-01' }), [verification('2026-06-30')], asOf)).toBe(
    us('2026-07-01T00:00:00Z'),
  );
  expect(validFrom(device({ verifiedOn: '2026-05-01', installedOn: '2026-08-01' }), [], asOf)).toBe(
    us('2026-08-01T00:00:00Z'),
  );
});

test('what happens after as-of is not known yet', () => {
  expect(validFrom(device({ verifiedOn: '2026-05-01' }), [verification('2026-11-02')], asOf)).toBe(
    us('2026-05-02T00:00:00Z'),
  );
});
