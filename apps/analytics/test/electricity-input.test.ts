import type { Device, StoredRegisterEvent, Verification } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { validFrom } from '../src/lib/electricity-input.ts';
import { deviceOf } from './made-device.ts';

const device = (dates: Partial<Pick<Device, 'verifiedOn' | 'installedOn'>>): Device =>
  deviceOf('m1', 'electricity_meter', dates);

const verification = (verifiedOn: string): Verification => ({
  deviceId: 'm1',
  verifiedOn,
  certificateNo: '',
  testPoint: '',
  result: 'pass',
  kind: null,
  body: null,
  validUntil: null,
  validUntilPrecision: 'day',
  serial: null,
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

const countsFrom = (event: StoredRegisterEvent, until = asOf): number | undefined =>
  validFrom(device({ verifiedOn: '2026-05-01' }), [], until, [event]);

test('data counts from a swap that a person confirmed, not from one that was only found', () => {
  const swap: StoredRegisterEvent = {
    deviceId: 'm1',
    quantity: 'active_energy_import',
    kind: 'swap',
    state: 'confirmed',
    tsUs: us('2026-08-09T10:00:00Z'),
    value: 3,
    before: { tsUs: us('2026-08-09T09:00:00Z'), value: 7000 },
    after: { tsUs: us('2026-08-09T10:00:00Z'), value: 3 },
    settledUs: us('2026-08-09T11:00:00Z'),
  };
  expect(countsFrom(swap)).toBe(us('2026-08-09T10:00:00Z'));
  expect(countsFrom(swap, us('2026-08-09T09:30:00Z'))).toBe(us('2026-05-02T00:00:00Z'));
  expect(countsFrom({ ...swap, state: 'open' })).toBe(us('2026-05-02T00:00:00Z'));
  expect(countsFrom({ ...swap, kind: 'reset' })).toBe(us('2026-05-02T00:00:00Z'));
});

test('what happens after as-of is not known yet', () => {
  expect(validFrom(device({ verifiedOn: '2026-05-01' }), [verification('2026-11-02')], asOf)).toBe(
    us('2026-05-02T00:00:00Z'),
  );
});
