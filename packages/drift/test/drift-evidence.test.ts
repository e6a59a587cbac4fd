import { expect, test } from 'vitest';
import { driftEvidence } from '../src/lib/drift-evidence.ts';
import { driftProfiles, type Profile } from '../src/lib/drift-profiles.ts';
import type { Component } from '../src/lib/error-path.ts';

const profiles = driftProfiles(15);
const find = (pick: (profile: Profile) => boolean): number => profiles.findIndex(pick);
const part = (profile: number, weight: number, size = 0.05): Component => ({
  profile,
  weight,
  size,
  mean: size,
  variance: 1e-6,
  sizeVariance: 1e-6,
  sizeCovariance: 0,
});
const step = find(({ kind, start }) => kind === 'step' && start === 5);
const later = find(({ kind, start }) => kind === 'step' && start === 6);
const ramp = find(({ kind, start }) => kind === 'ramp' && start === 4);
const before = find(({ kind, start }) => kind === 'ramp' && start < 0);

test('the kind with most of the probability is told, with the start of its heaviest profile', () => {
  // e = beta / (1 - beta)
  expect(
    driftEvidence([part(-1, 0.1), part(step, 0.5), part(later, 0.3), part(ramp, 0.1)], profiles, 2),
  ).toEqual({ code: 'step', values: { size: 0.05 / 0.95, start_day: 10 } });
  expect(driftEvidence([part(ramp, 0.9, -0.06), part(step, 0.1)], profiles, 2)).toEqual({
    code: 'ramp',
    values: { size: -0.06 / 1.06, start_day: 8 },
  });
});

test('one profile may be the heaviest and another kind the likelier', () => {
  const steps = profiles.flatMap(({ kind }, k) => (kind === 'step' ? [part(k, 0.06)] : []));
  expect(driftEvidence([part(ramp, 0.16), ...steps], profiles, 2)).toMatchObject({ code: 'step' });
});

test('a ramp that began before the data has no day on which it began', () => {
  expect(driftEvidence([part(before, 1)], profiles, 2)?.code).toBe('ramp_before');
});

test('where no kind has most of the probability that is said', () => {
  const mixed = [part(0, 0.4, 0.04), part(step, 0.35, 0.06), part(ramp, 0.25, 0.05)];
  const size = 0.4 * 0.04 + 0.35 * 0.06 + 0.25 * 0.05;
  expect(driftEvidence(mixed, profiles, 2)).toEqual({
    code: 'drift_unclear',
    values: { size: expect.closeTo(size / (1 - size), 12) },
  });
});

test('that it changed is said also where it is not known how', () => {
  const mixed = [part(0, 0.1), part(step, 0.5), part(ramp, 0.4)];
  expect(driftEvidence(mixed, profiles, 2)?.code).toBe('drift_changed');
});

test('without a drift there is nothing to say', () => {
  expect(driftEvidence([part(-1, 1)], profiles, 2)).toBeUndefined();
});
