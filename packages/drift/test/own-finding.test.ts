import { describe, expect, test } from 'vitest';
import type { Indication } from '@verimeter/telemetry';
import {
  type OwnFinding,
  strongestOf,
  withOwnFinding,
} from '../src/lib/self-consistency/check-device.ts';

const finding = (indication: Indication | undefined, code: string): OwnFinding => ({
  indication,
  recommendation:
    indication === undefined || indication === 'consumption_changed' ? 'none' : 'inspect',
  evidence: [{ code, values: {} }],
});
const said = (
  indication: Indication,
  recommendation: 'none' | 'inspect' | 'reverify' = 'none',
) => ({
  indication,
  recommendation,
  evidence: [{ code: 'before', values: {} }],
});

describe('what the balance says and what a meter contradicts itself in', () => {
  test.each([
    'within_limits',
    'not_resolvable',
    'insufficient_data',
    'no_reference',
    'group_inconsistent',
    'drift_possible',
    'register_fault',
  ] as const)('%s gives way', (indication) => {
    expect(withOwnFinding(said(indication), finding('tamper_or_fault', 'phase_neutral'))).toEqual({
      indication: 'tamper_or_fault',
      recommendation: 'inspect',
      evidence: [
        { code: 'before', values: {} },
        { code: 'phase_neutral', values: {} },
      ],
    });
  });

  test.each(['stopped', 'tamper_or_fault', 'not_in_group', 'clock_fault', 'drift_likely'] as const)(
    '%s stands, with the evidence beside',
    (indication) => {
      const before = said(indication, indication === 'drift_likely' ? 'reverify' : 'inspect');
      expect(withOwnFinding(before, finding('tamper_or_fault', 'creep'))).toMatchObject({
        indication,
        recommendation: before.recommendation,
        evidence: [{ code: 'before' }, { code: 'creep' }],
      });
    },
  );

  test('a change of consumption is said only where nothing else is', () => {
    const changed = finding('consumption_changed', 'consumption_changed');
    expect(withOwnFinding(said('no_reference'), changed)).toMatchObject({
      indication: 'consumption_changed',
      recommendation: 'none',
    });
    expect(withOwnFinding(said('no_reference', 'inspect'), changed).indication).toBe(
      'no_reference',
    );
    expect(withOwnFinding(said('within_limits'), changed).indication).toBe('within_limits');
  });

  test('nothing found changes nothing; a weak battery is told beside', () => {
    expect(withOwnFinding(said('within_limits'), undefined)).toEqual(said('within_limits'));
    expect(
      withOwnFinding(said('within_limits'), finding(undefined, 'event_battery_low')),
    ).toMatchObject({
      indication: 'within_limits',
      recommendation: 'none',
      evidence: [{ code: 'before' }, { code: 'event_battery_low' }],
    });
  });
});

test('of several findings the strongest, with the evidence of all', () => {
  expect(
    strongestOf([
      finding(undefined, 'a'),
      finding('consumption_changed', 'b'),
      finding('reverse', 'c'),
      finding('tamper_or_fault', 'd'),
    ]),
  ).toMatchObject({
    indication: 'tamper_or_fault',
    recommendation: 'inspect',
    evidence: [{ code: 'd' }, { code: 'c' }, { code: 'b' }, { code: 'a' }],
  });
  expect(strongestOf([])).toBeUndefined();
});
