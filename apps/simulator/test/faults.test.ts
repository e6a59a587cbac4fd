import { describe, expect, test } from 'vitest';

import { type FaultCandidate, planFaults } from '../src/lib/faults.ts';
import type { MeterFault } from '../src/lib/meter.ts';
import { SIZES } from '../src/lib/sizes.ts';

const candidates: FaultCandidate[] = Array.from({ length: 300 }, (_, index) => ({
  key: 1000 * (1 + Math.floor(index / 50)) + (index % 50),
  area: Math.floor(index / 50),
  meanWatts: 20 + 3 * ((index * 37) % 300),
}));
const wattsOf = new Map(candidates.map(({ key, meanWatts }) => [key, meanWatts]));
const counts = { ...SIZES.small.faults, historyDays: 35 };
const plans = Array.from({ length: 400 }, (_, seed) => planFaults(seed, candidates, 6, counts));

type Drift = Exclude<MeterFault, { kind: 'stopped' }>;
const drifts = (plan: (typeof plans)[number]): Drift[] =>
  [...plan.faults.values()].filter((fault) => fault.kind !== 'stopped');

describe('the faults of a small city', () => {
  test('are 12 to 16 drifted meters, one stopped and one misfiled meter, all different', () => {
    for (const plan of plans) {
      expect(drifts(plan).length).toBeGreaterThanOrEqual(12);
      expect(drifts(plan).length).toBeLessThanOrEqual(16);
      expect([...plan.faults.values()].filter(({ kind }) => kind === 'stopped')).toHaveLength(1);
      expect(plan.misfiled).toBeDefined();
      expect(plan.faults.has(plan.misfiled?.key ?? 0)).toBe(false);
    }
  });

  test('strike only meters above 100 W, and any of them', () => {
    const struck = new Set<number>();
    for (const plan of plans)
      for (const [key] of plan.faults) {
        expect(wattsOf.get(key)).toBeGreaterThan(100);
        struck.add(key);
      }
    const eligible = candidates.filter(({ meanWatts }) => meanWatts > 110);
    expect(struck.size).toBe(eligible.length);
  });

  test('have sizes uniform in 2 to 10 %, half of them steps, half of them negative', () => {
    const all = plans.flatMap(drifts);
    const sizes = all.map(({ size }) => Math.abs(size)).toSorted((a, b) => a - b);
    // Kolmogorov-Smirnov distance to the uniform law; 1.63 / sqrt(n) is passed once in a hundred seeds.
    const distance = Math.max(
      ...sizes.map((size, index) => Math.abs((size - 0.02) / 0.08 - (index + 0.5) / sizes.length)),
    );
    expect(distance).toBeLessThan(1.63 / Math.sqrt(sizes.length));
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(0.02);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(0.1);
    for (const plan of plans) {
      const drifted = drifts(plan);
      const steps = drifted.filter(({ kind }) => kind === 'step').length;
      const negative = drifted.filter(({ size }) => size < 0).length;
      expect(Math.abs(2 * steps - drifted.length)).toBeLessThanOrEqual(1);
      expect(Math.abs(2 * negative - drifted.length)).toBeLessThanOrEqual(2);
    }
  });

  test('are steps of mostly two weeks and more, and ramps that have grown at the end of the history', () => {
    const steps = plans.flatMap(drifts).filter((fault) => fault.kind === 'step');
    const ages = steps.map(({ sinceDay }) => 35 - sinceDay);
    const young = ages.filter((age) => age < 14).length / ages.length;
    expect(young).toBeGreaterThan(0.08);
    expect(young).toBeLessThan(0.2);
    expect(Math.min(...ages)).toBeGreaterThan(9);
    expect(Math.max(...ages)).toBeLessThan(35);
    for (const fault of plans.flatMap(drifts)) {
      if (fault.kind !== 'ramp') continue;
      expect(fault.untilDay).toBe(35);
      expect(fault.sinceDay).toBeLessThanOrEqual(0);
    }
  });

  test('misfile a meter into an area that does not feed it', () => {
    for (const { misfiled } of plans) {
      const listed = candidates.find(({ key }) => key === misfiled?.key)?.area;
      expect(misfiled?.fedBy).not.toBe(listed);
      expect(misfiled?.fedBy).toBeLessThan(6);
    }
  });
});
