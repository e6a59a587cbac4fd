import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type Candidate, type Plan, type Team, makePlan } from '../src/index.ts';
import { usualOf } from '../src/lib/value.ts';
import { worthOf } from '../src/lib/worth.ts';
import { exactPlan, setWorth } from './exact-plan.ts';
import { DEPOT, madeFleet, settings } from './made-fleet.ts';

const ids = (plan: Plan): string[] => plan.visits.map(({ deviceId }) => deviceId).toSorted();

/** The devices drawn at random, of a plan of 40 visits. */
const drawn = (fleet: readonly Candidate[], seed: number): string[] =>
  makePlan({
    candidates: fleet,
    teams: [{ team: 't', visits: 40, depot: DEPOT }],
    settings: settings({ randomShare: 0.25, seed }),
  })
    .visits.filter(({ random }) => random)
    .map(({ deviceId }) => deviceId)
    .toSorted();

/** A meter that nothing is wrong with, in an area of its own. */
const meter = (deviceId: string, more: Partial<Candidate> = {}): Candidate => ({
  deviceId,
  kind: 'electricity_meter',
  groupId: `of-${deviceId}`,
  recommendation: 'none',
  probabilityOver: 0.02,
  error: 0,
  standardError: 0.003,
  limit: 0.02,
  annualAmount: 2000,
  legal: { state: 'unknown' },
  ...more,
});

describe('a plan', () => {
  test('never exceeds the capacity, in visits and in minutes with all ways, and visits nobody twice', () => {
    fc.assert(
      fc.property(
        fc.record({
          seed: fc.integer({ min: 1, max: 1e6 }),
          devices: fc.integer({ min: 0, max: 150 }),
          visits: fc.option(fc.integer({ min: 0, max: 40 }), { nil: undefined }),
          minutes: fc.option(fc.integer({ min: 0, max: 1500 }), { nil: undefined }),
          policy: fc.constantFrom('legal_first' as const, 'balanced' as const),
          randomShare: fc.constantFrom(0, 0.1, 1),
          depot: fc.option(fc.constant(DEPOT), { nil: undefined }),
        }),
        ({ seed, devices, visits, minutes, policy, randomShare, depot }) => {
          const team: Team = {
            team: 't',
            ...(visits === undefined ? {} : { visits }),
            ...(minutes === undefined ? {} : { minutes }),
            ...(depot === undefined ? {} : { depot }),
          };
          const used = settings({ policy, randomShare });
          const plan = makePlan({
            candidates: madeFleet({ devices, seed }),
            teams: [team],
            settings: used,
          });
          expect(plan.visits.length).toBeLessThanOrEqual(
            visits ?? (minutes === undefined ? 0 : devices),
          );
          expect(new Set(ids(plan)).size).toBe(plan.visits.length);
          const spent = plan.visits.reduce(
            (sum, { travelMinutes, workMinutes }) => sum + travelMinutes + workMinutes,
            0,
          );
          const [summary] = plan.teams;
          expect(summary?.minutes ?? 0).toBeLessThanOrEqual((minutes ?? Infinity) + 1e-6);
          expect(spent).toBeLessThanOrEqual((summary?.minutes ?? 0) + 1e-6);
          for (const { terms } of plan.visits)
            expect(
              terms.stake + terms.risk + terms.legal + terms.confirmation + terms.travel,
            ).toBeCloseTo(terms.score, 6);
          if (visits !== undefined && minutes === undefined)
            expect(plan.visits.length).toBe(Math.min(visits, devices));
        },
      ),
      { numRuns: 60 },
    );
  });

  test('no day is longer than a day, unless one stop is', () => {
    const used = settings({ dayMinutes: 240 });
    const plan = makePlan({
      candidates: madeFleet({ devices: 300, seed: 4 }),
      teams: [{ team: 't', visits: 60, depot: DEPOT }],
      settings: used,
    });
    const days = Map.groupBy(plan.visits, ({ day }) => day);
    expect(days.size).toBe(plan.teams[0]?.days);
    for (const visits of days.values()) {
      const out = visits.reduce((sum, { travelMinutes }) => sum + travelMinutes + 30, 0);
      expect(visits.length === 1 || out < 240).toBe(true);
      expect(visits.map(({ stop }) => stop).toSorted((l, r) => l - r)).toEqual(
        visits.map((_, i) => i + 1),
      );
    }
  });

  test('does not hang on the order of the candidates', () => {
    const candidates = madeFleet({ devices: 400, seed: 7 });
    const input = {
      teams: [{ team: 't', visits: 30, depot: DEPOT }],
      settings: settings({ randomShare: 0.1 }),
    };
    expect(makePlan({ ...input, candidates: candidates.toReversed() })).toEqual(
      makePlan({ ...input, candidates }),
    );
  });

  test('a device that is more likely beyond its limit, errs more or measures more is worth no less, and stays in the plan', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.1, noNaN: true }),
        (seed, low, more, error) => {
          // no coordinates and areas of their own: each is as far from each other
          const others = madeFleet({ devices: 60, seed, perGroup: 1, located: 0 });
          const before = meter('x', {
            probabilityOver: low,
            error: error / 2,
            annualAmount: 1000,
            lot: 'lot0',
          });
          const after = {
            ...before,
            probabilityOver: low + more * (1 - low),
            error,
            annualAmount: 1500,
          };
          const plan = (one: Candidate): Plan =>
            makePlan({
              candidates: [...others, one],
              teams: [{ team: 't', visits: 20 }],
              settings: settings({ policy: 'balanced' }),
            });
          const [first, second] = [plan(before), plan(after)].map((made) =>
            made.visits.find(({ deviceId }) => deviceId === 'x'),
          );
          if (first === undefined) return;
          expect(second?.terms.score).toBeGreaterThanOrEqual(first.terms.score - 1e-9);
        },
      ),
      { numRuns: 80 },
    );
  });

  test('what the law asks for comes first, or only weighs', () => {
    const due = meter('due', { legal: { state: 'dated', dueOn: '2026-12-31' } });
    const later = meter('later', { legal: { state: 'dated', dueOn: '2027-01-01' } });
    const broken = meter('void', { legal: { state: 'void' } });
    const wrong = meter('wrong', { probabilityOver: 0.99, error: -0.06, annualAmount: 20_000 });
    const candidates = [due, later, broken, wrong];
    const plan = (policy: 'legal_first' | 'balanced'): Plan =>
      makePlan({ candidates, teams: [{ team: 't', visits: 2 }], settings: settings({ policy }) });
    expect(plan('legal_first').visits.map(({ deviceId }) => deviceId)).toEqual(['void', 'due']);
    expect(plan('legal_first').next.map(({ deviceId }) => deviceId)).toEqual(['wrong', 'later']);
    expect(plan('balanced').visits.map(({ deviceId }) => deviceId)).toEqual(['wrong', 'void']);
    expect(plan('balanced')).toMatchObject({ musts: 2, mustsLeft: 1 });
  });

  test('says why, in codes with values, most important first', () => {
    const [visit] = makePlan({
      candidates: [
        meter('m', {
          recommendation: 'reverify',
          indication: 'drift_likely',
          probabilityOver: 0.97,
          error: -0.04,
          standardError: 0.004,
          legal: { state: 'dated', dueOn: '2026-11-01' },
        }),
      ],
      teams: [{ team: 't', visits: 1 }],
      settings: settings({ tariffs: { electricity: 2200 } }),
    }).visits;
    expect(visit?.reasons.map(({ code }) => code)).toEqual([
      'plan_expired',
      'plan_reverify',
      'plan_error',
      'plan_at_stake',
      'plan_money',
      'plan_travel',
    ]);
    expect(visit?.reasons[0]?.values).toEqual({ due_on: '2026-11-01', days: 28 });
    expect(visit?.money).toBeCloseTo(2200 * (visit?.mismeasured ?? 0), 6);
    expect(visit?.mismeasured).toBeCloseTo(80, 0);
  });

  test('without a tariff no money is named, and consumption that is not known is that of its kind, and said so', () => {
    const { annualAmount: _unknown, ...silent } = meter('silent', {
      probabilityOver: 0.9,
      error: 0.05,
    });
    const plan = makePlan({
      candidates: [
        silent,
        meter('a'),
        meter('b', { annualAmount: 3000 }),
        meter('c', { annualAmount: 4000 }),
      ],
      teams: [{ team: 't', visits: 1 }],
      settings: settings(),
    });
    expect(plan.visits[0]).toMatchObject({
      deviceId: 'silent',
      annualAmount: 3000,
      amountAssumed: true,
    });
    expect(plan.visits[0]?.money).toBeUndefined();
    expect(plan.visits[0]?.reasons.map(({ code }) => code)).toContain('plan_at_stake_assumed');
  });

  test('a street with several devices is visited before one device of the same worth that lies alone', () => {
    const at = (id: string, address: string, p: number): Candidate =>
      meter(id, { address, groupId: 'g', probabilityOver: p });
    const plan = makePlan({
      candidates: [
        at('a1', '1 Phố Chợ', 0.3),
        at('a2', '2 Phố Chợ', 0.3),
        at('a3', '3 Phố Chợ', 0.3),
        meter('alone', { probabilityOver: 0.32 }),
        meter('b', { probabilityOver: 0.31 }),
      ],
      teams: [{ team: 't', visits: 3 }],
      settings: settings(),
    });
    expect(ids(plan)).toEqual(['a1', 'a2', 'a3']);
  });

  test('the first members of an uncertain lot are worth more, each further one less; results there are count', () => {
    const lot = Array.from({ length: 40 }, (_, i) =>
      meter(`l${i}`, { lot: 'L', probabilityOver: 0.4 }),
    );
    const input = { candidates: lot, teams: [{ team: 't', visits: 5 }], settings: settings() };
    const told = makePlan(input).visits.map(({ terms }) => terms.confirmation);
    expect(told).toEqual(told.toSorted((left, right) => right - left));
    expect((told[0] ?? 0) / (told[4] ?? 1)).toBeGreaterThan(2);
    const known = makePlan({ ...input, verifiedOfLot: new Map([['L', 10]]) });
    expect(known.visits[0]?.terms.confirmation).toBeLessThan(told[4] ?? 0);
  });

  test('a share is drawn at random: by the seed alone, marked, and the same whatever is known of the devices', () => {
    const candidates = madeFleet({ devices: 500, seed: 3 });
    const first = drawn(candidates, 1);
    expect(first).toHaveLength(10);
    expect(drawn(candidates, 1)).toEqual(first);
    expect(drawn(candidates, 2)).not.toEqual(first);
    const others = candidates.map((one): Candidate => ({
      ...one,
      probabilityOver: 0.5,
      legal: { state: 'void' },
    }));
    expect(drawn(others, 1)).toEqual(first);
  });

  test('teams have their kinds and areas, and no device has two teams', () => {
    const candidates = madeFleet({ devices: 300, seed: 5 });
    const plan = makePlan({
      candidates,
      teams: [
        { team: 'water', kinds: ['water_meter'], visits: 10 },
        { team: 'north', areas: ['g0', 'g1'], visits: 10 },
        { team: 'all', visits: 10 },
      ],
      settings: settings(),
    });
    const byId = new Map(candidates.map((one) => [one.deviceId, one]));
    for (const { team, deviceId } of plan.visits) {
      if (team === 'water') expect(byId.get(deviceId)?.kind).toBe('water_meter');
      if (team === 'north') expect(['g0', 'g1']).toContain(byId.get(deviceId)?.groupId);
    }
    expect(plan.visits).toHaveLength(30);
    expect(new Set(ids(plan)).size).toBe(30);
    expect(plan.visits.map(({ rank }) => rank)).toEqual(plan.visits.map((_, i) => i + 1));
  });
});

test.each(['visits', 'minutes'] as const)(
  'by %s, a plan is close to the best there is',
  (bound) => {
    const used = settings({ policy: 'balanced', dayMinutes: 100_000 });
    const gaps = Array.from({ length: 40 }, (_, k) => {
      const candidates = madeFleet({
        devices: 11,
        seed: 1000 + k,
        perGroup: 4,
        perStreet: 2,
        spread: 0.3,
        located: k % 3 === 0 ? 0 : 1,
      });
      const team: Team =
        bound === 'visits'
          ? { team: 't', visits: 5, depot: DEPOT }
          : { team: 't', minutes: 300, depot: DEPOT };
      const best = exactPlan(candidates, team, used);
      const plan = makePlan({ candidates, teams: [team], settings: used });
      const worth = worthOf(candidates, used, usualOf(candidates, used), new Map());
      const members = ids(plan).map((id) =>
        candidates.findIndex(({ deviceId }) => deviceId === id),
      );
      const reached =
        setWorth(worth, members) - used.points.minute * (plan.teams[0]?.travelMinutes ?? 0);
      expect(reached).toBeLessThanOrEqual(best.worth + 1e-6);
      return { gap: best.worth - reached, gross: setWorth(worth, best.members) };
    });
    expect(gaps.filter(({ gap }) => gap < 1e-6).length).toBeGreaterThanOrEqual(34);
    const sum = (name: 'gap' | 'gross'): number =>
      gaps.reduce((total, one) => total + one[name], 0);
    expect(sum('gap') / sum('gross')).toBeLessThan(0.01);
  },
);
