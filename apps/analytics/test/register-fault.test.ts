import type { StoredRegisterEvent } from '@verimeter/registry';
import { expect, test } from 'vitest';
import { registerFault, withRegisterFault } from '../src/lib/register-fault.ts';

const DAY_US = 86_400e6;
const AS_OF_US = 100 * DAY_US;

const event = (day: number, change: Partial<StoredRegisterEvent> = {}): StoredRegisterEvent => ({
  deviceId: 'm1',
  quantity: 'water_volume',
  kind: 'glitch',
  state: 'open',
  tsUs: day * DAY_US,
  value: 0,
  before: { tsUs: day * DAY_US - 1, value: 5 },
  after: { tsUs: day * DAY_US + 1, value: 5 },
  settledUs: day * DAY_US + 1,
  ...change,
});
const faultOf = (...events: StoredRegisterEvent[]) =>
  registerFault(events, 'water_volume', AS_OF_US);

test('a register has a fault where it was odd three times in a month and nobody said why', () => {
  expect(faultOf(event(71), event(80, { kind: 'swap' }), event(100, { kind: 'reset' }))).toEqual({
    code: 'register_events',
    values: { count: 3, days: 30 },
  });
  expect(faultOf(event(80), event(90))).toBeUndefined();
  expect(faultOf(event(70), event(80), event(90))).toBeUndefined();
  expect(faultOf(event(80), event(90), event(101))).toBeUndefined();
});

test.each([
  { state: 'confirmed' },
  { state: 'reversed' },
  { kind: 'rollover' },
  { kind: 'backwards' },
  { quantity: 'water_volume_reverse' },
] as const)('an event with %o is none of these', (change) => {
  expect(faultOf(event(80), event(90), event(95, change))).toBeUndefined();
});

test('it is said in place of what is no reason to look, and beside what is', () => {
  const fault = { code: 'register_events', values: {} };
  const healthy = {
    indication: 'within_limits',
    recommendation: 'none',
    evidence: [{ code: 'balance', values: {} }],
  } as const;
  expect(withRegisterFault(healthy, undefined)).toBe(healthy);
  expect(withRegisterFault(healthy, fault)).toEqual({
    indication: 'register_fault',
    recommendation: 'inspect',
    evidence: [...healthy.evidence, fault],
  });
  const drifted = { ...healthy, indication: 'drift_likely', recommendation: 'reverify' } as const;
  expect(withRegisterFault(drifted, fault)).toEqual({
    ...drifted,
    evidence: [...healthy.evidence, fault],
  });
  const supply = { ...healthy, indication: 'no_reference' } as const;
  expect(withRegisterFault(supply, fault).indication).toBe('no_reference');
});
