import { type CycleRule, RULE_SETS, rulesOfTenant } from '@verimeter/metrology';
import type { LegalEventFact, Verification } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { healthRows } from '../src/lib/health-rows.ts';
import { deviceOf } from './made-device.ts';

const AS_OF_US = Date.UTC(2026, 5, 1) * 1000;

const OWN: CycleRule = {
  id: 'office',
  category: 'electricity_meter',
  technology: 'electronic',
  phases: 1,
  basis: 'cycle',
  months: 72,
  from: '2020-01-01',
  source: '02/VBHN-BKHCN 2024',
  status: 'confirmed',
  replaces: 'vn-electricity-electronic-1-phase-2020',
};

function legalOf(more: {
  readonly events?: readonly LegalEventFact[];
  readonly rules?: readonly CycleRule[];
  readonly verifications?: readonly Verification[];
}) {
  const device = deviceOf('m1', 'electricity_meter', {
    verifiedOn: '2024-06-01',
    phases: 1,
    technology: 'electronic',
  });
  const [row] = healthRows(
    {
      devices: [device],
      groups: [],
      members: [],
      channels: new Map(),
      registerEvents: new Map(),
      verifications: new Map([['m1', more.verifications ?? []]]),
      legalEvents: new Map([['m1', more.events ?? []]]),
      cycleRules: more.rules ?? RULE_SETS.VN,
    },
    { latest: AS_OF_US, groups: new Map(), devices: new Map([['m1', AS_OF_US]]) },
    [],
  );
  return [row?.legalStatus, row?.validUntil];
}

test('health states what the rules of the tenant give, and nothing by unverified ones', () => {
  expect(legalOf({})).toEqual(['unknown', null]);
  expect(legalOf({ rules: rulesOfTenant('VN', [OWN]) })).toEqual(['valid', '2030-06-01']);
});

test('health is void by what happened up to as-of, and not by what came later', () => {
  const rules = rulesOfTenant('VN', [OWN]);
  const broken = (on: string) =>
    legalOf({ rules, events: [{ deviceId: 'm1', kind: 'seal_broken', on }] });
  expect(broken('2026-06-01')).toEqual(['void', null]);
  expect(broken('2026-06-02')).toEqual(['valid', '2030-06-01']);
});

test('health has a month of validity as its last day', () => {
  const verification: Verification = {
    deviceId: 'm1',
    verifiedOn: '2025-01-01',
    certificateNo: '',
    testPoint: '',
    result: 'pass',
    kind: 'periodic',
    body: null,
    validUntil: '2027-03-31',
    validUntilPrecision: 'month',
    serial: null,
    error: null,
    expandedUncertainty: null,
    coverageFactor: null,
    asFound: null,
  };
  expect(legalOf({ verifications: [verification] })).toEqual(['valid', '2027-03-31']);
});
