import { describe, expect, test } from 'vitest';
import {
  type CycleRule,
  type LegalEventKind,
  type LegalFacts,
  RULE_SETS,
  legalStanding,
  legalStatusAt,
  rulesOfTenant,
  statusOn,
} from '../src/index.ts';

const TODAY = '2026-11-29';
const VN = RULE_SETS.VN;

/** A single-phase meter that passed on 2024-03-01 with a mark until the end of February 2030. */
const METER: LegalFacts = {
  kind: 'electricity_meter',
  phases: 1,
  technology: 'electronic',
  verifications: [
    { verifiedOn: '2024-03-01', result: 'pass', kind: 'periodic', validUntil: '2030-02-28' },
  ],
};
const after = (...events: readonly [LegalEventKind, string][]): LegalFacts => ({
  ...METER,
  events: events.map(([kind, on]) => ({ kind, on })),
});
const at = (facts: LegalFacts, on = TODAY, rules: readonly CycleRule[] = VN) =>
  legalStanding(facts, on, rules);

const checked = (result: 'pass' | 'fail') => ({
  ...METER,
  verifications: [
    ...METER.verifications,
    { verifiedOn: '2025-02-02', result, kind: 'cross_check' as const },
  ],
});

const initial = (verifiedOn: string, serial?: string) => ({
  verifiedOn,
  result: 'pass' as const,
  kind: 'initial' as const,
  validUntil: '2031-04-30',
  ...(serial === undefined ? {} : { serial }),
});

const verified = (facts: Partial<LegalFacts>): LegalFacts => ({
  kind: 'electricity_meter',
  phases: 1,
  verifiedOn: '2024-06-01',
  verifications: [],
  ...facts,
});

describe('what happens to a meter', () => {
  test.each(['seal_broken', 'mark_lost', 'repaired', 'seal_replaced'] as const)(
    '%s voids the verification from its day on, until a later one passes',
    (kind) => {
      const facts = after([kind, '2025-05-05']);
      expect(legalStatusAt(facts, '2025-05-04').status).toBe('valid');
      expect(at(facts, '2025-05-05')).toMatchObject({
        state: 'void',
        since: '2025-05-05',
        reasons: [kind],
      });
      const repairedAnd = (result: 'pass' | 'fail', verifiedOn: string) => ({
        ...facts,
        verifications: [
          ...facts.verifications,
          { verifiedOn, result, kind: 'after_repair' as const, validUntil: '2031-01-01' },
        ],
      });
      expect(at(repairedAnd('pass', '2025-05-04')).state).toBe('void');
      // Seals are opened and set anew in the course of a verification.
      expect(at(repairedAnd('pass', '2025-05-05'))).toMatchObject({
        state: 'dated',
        dueOn: '2031-01-01',
      });
      expect(at(repairedAnd('fail', '2025-06-01'))).toMatchObject({
        state: 'void',
        reasons: ['verification_failed'],
        since: '2025-06-01',
      });
    },
  );

  test('a seal that was set anew without a verification does not mend a broken one', () => {
    expect(at(after(['seal_broken', '2025-05-05'], ['seal_replaced', '2025-05-06']))).toMatchObject(
      {
        state: 'void',
        since: '2025-05-05',
        reasons: ['seal_broken', 'seal_replaced'],
      },
    );
  });

  test('a meter that was taken out need not be verified, until it is put in again', () => {
    const facts = after(['taken_out', '2025-05-05'], ['put_in', '2025-08-01']);
    expect(at(facts, '2025-06-01')).toMatchObject({
      state: 'not_regulated',
      reasons: ['taken_out'],
      since: '2025-05-05',
    });
    expect(at(facts, '2025-08-01')).toMatchObject({ state: 'dated', dueOn: '2030-02-28' });
    expect(at(after(['taken_out', '2025-05-05'], ['put_in', '2025-05-05'])).state).toBe('dated');
    expect(at(after(['put_in', '2025-05-05'], ['taken_out', '2025-05-05'])).state).toBe('dated');
  });

  test('a cross-check that passes leaves the validity as it is; one that fails voids it', () => {
    expect(at(checked('pass'))).toMatchObject({
      state: 'dated',
      dueOn: '2030-02-28',
      verifiedOn: '2024-03-01',
    });
    expect(at(checked('fail')).state).toBe('void');
    // Nor does it stand for the verification that a repair needs.
    expect(at({ ...checked('pass'), events: [{ kind: 'repaired', on: '2025-01-01' }] }).state).toBe(
      'void',
    );
  });
});

describe('a meter that was swapped', () => {
  const swapped = after(['swapped', '2025-05-05']);
  const withInitial = (verifiedOn: string, serial?: string): LegalFacts => ({
    ...swapped,
    serial: 'NEW',
    verifications: [...swapped.verifications, initial(verifiedOn, serial)],
  });

  test('takes nothing over from the one before', () => {
    expect(at(swapped)).toMatchObject({
      state: 'unknown',
      since: '2025-05-05',
      reasons: ['swapped'],
    });
    expect(at(swapped, '2025-05-04').state).toBe('dated');
    const registered: LegalFacts = {
      ...METER,
      verifications: [],
      verifiedOn: '2024-03-01',
      validUntil: '2030-02-28',
      events: [{ kind: 'swapped', on: '2025-05-05' }],
    };
    expect(at(registered).reasons).toEqual(['swapped']);
    // A register that was brought up to date describes the new one.
    expect(at({ ...registered, installedOn: '2025-05-05' }).dueOn).toBe('2030-02-28');
  });

  test('is valid by its initial verification, made before it was put in', () => {
    expect(at(withInitial('2025-04-20'))).toMatchObject({
      state: 'dated',
      verifiedOn: '2025-04-20',
      dueOn: '2031-04-30',
    });
    // What happened to seals of the one before is over.
    const broken = withInitial('2025-04-20');
    expect(
      at({
        ...broken,
        events: [...(broken.events ?? []), { kind: 'seal_broken', on: '2025-05-01' }],
      }).state,
    ).toBe('dated');
    expect(
      at({
        ...broken,
        events: [...(broken.events ?? []), { kind: 'seal_broken', on: '2025-06-01' }],
      }).state,
    ).toBe('void');
  });

  test('is not valid by the initial verification of the one before', () => {
    const alone: LegalFacts = {
      ...swapped,
      serial: 'NEW',
      verifications: [initial('2019-01-01')],
    };
    expect(at(alone).reasons).toEqual(['swapped']);
    expect(at({ ...alone, verifications: [initial('2019-01-01', 'OLD')] }).reasons).toEqual([
      'swapped',
    ]);
    expect(at(withInitial('2025-04-20', 'OLD')).reasons).toEqual(['swapped']);
    // The serial number tells it.
    expect(at({ ...alone, verifications: [initial('2025-01-01', 'NEW')] })).toMatchObject({
      state: 'dated',
      verifiedOn: '2025-01-01',
    });
  });

  test('any verification since the swap is its own', () => {
    const facts = {
      ...swapped,
      verifications: [
        ...swapped.verifications,
        { verifiedOn: '2025-05-05', result: 'pass' as const, validUntil: '2031-05-31' },
      ],
    };
    expect(at(facts).dueOn).toBe('2031-05-31');
  });

  test('twice has the verification of the third meter', () => {
    const facts: LegalFacts = {
      ...METER,
      events: [
        { kind: 'swapped', on: '2025-05-05' },
        { kind: 'swapped', on: '2026-01-01' },
      ],
      verifications: [
        ...METER.verifications,
        { ...initial('2025-04-20'), validUntil: '2031-04-30' },
        { ...initial('2025-12-12'), validUntil: '2031-12-31' },
      ],
    };
    expect(at(facts)).toMatchObject({ verifiedOn: '2025-12-12', dueOn: '2031-12-31' });
    expect(at(facts, '2025-11-30')).toMatchObject({ verifiedOn: '2025-04-20' });
  });
});

describe('rules', () => {
  test('a date from an unverified rule is none, and is told as what it would be', () => {
    const standing = at(verified({ technology: 'electronic' }));
    expect(standing).toMatchObject({
      state: 'unknown',
      // 72 months, or 36 by another source
      provisionalDueOn: '2027-06-01',
      provisionalLatestOn: '2030-06-01',
      reasons: ['rule_unverified'],
    });
    expect(standing.dueOn).toBeUndefined();
    expect(standing.rules.map(({ id }) => id)).toEqual(['vn-electricity-electronic-1-phase-2020']);
    expect(legalStatusAt(verified({ technology: 'electronic' }), TODAY)).toEqual({
      status: 'unknown',
    });
  });

  test('the technology decides which of the rules is meant', () => {
    const water = verified({ kind: 'water_meter' });
    expect(at(water)).toMatchObject({
      state: 'dated',
      dueEarliest: '2027-06-01',
      dueLatest: '2029-06-01',
      provisionalDueOn: '2027-06-01',
      reasons: ['derived_from_rules', 'rules_differ'],
    });
    expect(at(water).dueOn).toBeUndefined();
    expect(at({ ...water, technology: 'mechanical' }).dueOn).toBe('2029-06-01');
    expect(at({ ...water, technology: 'electronic' }).dueOn).toBe('2027-06-01');
  });

  test('an electronic meter of 2018 is not dated by the cycle of induction meters, the only one that was read', () => {
    expect(at(verified({ verifiedOn: '2018-06-01' }))).toMatchObject({ state: 'unknown' });
    expect(at(verified({ verifiedOn: '2018-06-01', technology: 'mechanical' }))).toMatchObject({
      state: 'dated',
      dueOn: '2023-06-01',
    });
  });

  const CONFIRMED: CycleRule = {
    id: 'office-read-it',
    category: 'electricity_meter',
    technology: 'electronic',
    phases: 1,
    basis: 'cycle',
    months: 72,
    from: '2020-01-01',
    source: '02/VBHN-BKHCN 2024, Art. 4',
    status: 'confirmed',
    replaces: 'vn-electricity-electronic-1-phase-2020',
  };

  test('an office that has read the text confirms a row', () => {
    const rules = rulesOfTenant('VN', [CONFIRMED]);
    expect(at(verified({ technology: 'electronic' }), TODAY, rules)).toMatchObject({
      state: 'dated',
      dueOn: '2030-06-01',
      reasons: ['derived_from_rules'],
    });
  });

  test('a rule that changes on a day changes due dates of verifications since then, not of earlier ones', () => {
    const changed: CycleRule = {
      ...CONFIRMED,
      id: 'shorter',
      months: 48,
      from: '2026-07-01',
      replaces: 'vn-electricity-electronic-1-phase-2020',
    };
    const before: CycleRule = { ...CONFIRMED, to: '2026-06-30' };
    const rules = rulesOfTenant('VN', [before, changed]);
    const due = (verifiedOn: string) =>
      at(verified({ technology: 'electronic', verifiedOn }), TODAY, rules).dueOn;
    expect(due('2026-06-30')).toBe('2032-06-30');
    expect(due('2026-07-01')).toBe('2030-07-01');
    // Before the tenant's rows the built-in one is used, which is not confirmed for them either.
    const only = rulesOfTenant('VN', [changed]);
    expect(
      at(verified({ technology: 'electronic', verifiedOn: '2026-06-30' }), TODAY, only),
    ).toMatchObject({
      state: 'unknown',
      provisionalLatestOn: '2032-06-30',
    });
  });

  test('a category gives an instrument or a station sensor its rule', () => {
    const instrument = verified({ kind: 'instrument', verifiedOn: '2025-01-10' });
    expect(at(instrument)).toMatchObject({ state: 'unknown', reasons: ['no_rule'] });
    expect(at({ ...instrument, category: 'taximeter' }).dueOn).toBe('2026-07-10');
    expect(at({ ...instrument, category: 'ev_charger_ac_car' }).dueOn).toBe('2028-01-10');
    expect(at({ ...instrument, category: 'current_transformer' })).toMatchObject({
      state: 'unknown',
      provisionalDueOn: '2030-01-10',
    });
    const sensor = verified({ kind: 'environment_sensor', verifiedOn: '2026-01-10' });
    expect(at(sensor).reasons).toEqual(['kind_not_regulated']);
    expect(at({ ...sensor, category: 'gas_analyser' })).toMatchObject({
      state: 'unknown',
      provisionalDueOn: '2027-01-10',
      reasons: ['rule_unverified'],
    });
  });

  test('every Vietnamese row that was not read in the official text says so', () => {
    const unverified = VN.filter(({ status }) => status === 'unverified').map(({ id }) => id);
    expect(unverified.toSorted()).toEqual([
      'vn-current-transformer',
      'vn-dust-meter',
      'vn-electricity-electronic',
      'vn-electricity-electronic-1-phase-2020',
      'vn-electricity-electronic-3-phase-2020',
      'vn-electricity-induction-3-phase',
      'vn-electricity-induction-3-phase-2020',
      'vn-gas-analyser',
      'vn-sound-level-meter',
      'vn-vibration-meter',
      'vn-voltage-transformer',
      'vn-water-quality-meter',
    ]);
  });

  test('ids are unique over all rule sets and begin with the country', () => {
    const ids = Object.values(RULE_SETS).flatMap((rules) => rules.map(({ id }) => id));
    expect(new Set(ids).size).toBe(ids.length);
    for (const [name, rules] of Object.entries(RULE_SETS))
      for (const { id } of rules)
        expect(id.startsWith(`${name.slice(0, 2).toLowerCase()}-`)).toBe(true);
  });

  test.each([
    ['DE', { kind: 'water_meter' }, 'dated', '2030-12-31'],
    ['DE', { kind: 'heat_meter' }, 'dated', '2030-12-31'],
    ['DE', { technology: 'electronic' }, 'unknown', undefined],
    ['GB', {}, 'unknown', undefined],
    ['US-NC', { technology: 'induction' }, 'dated', '2032-06-01'],
    ['US-NC', { phases: 3, connection: 'transformer' }, 'dated', '2028-06-01'],
    ['US-NC', { phases: 3 }, 'dated', undefined],
    ['US-NC', { kind: 'water_meter', nominal: '5/8"' }, 'unknown', undefined],
    ['CN', { accuracyClass: '1' }, 'unknown', undefined],
  ] as const)('of %s for %o', (name, facts, state, due) => {
    const standing = at(verified(facts), TODAY, RULE_SETS[name]);
    expect([standing.state, standing.dueOn]).toEqual([state, due]);
  });

  test('sampling decides in Great Britain, sizes in the recommendation of AWWA', () => {
    expect(at(verified({}), TODAY, RULE_SETS.GB).reasons).toEqual(['by_sampling']);
    const water = verified({ kind: 'water_meter', nominal: '1 1/2"' });
    expect(at(water, TODAY, RULE_SETS['US-NC']).provisionalDueOn).toBe('2028-06-01');
  });
});

test('validity that tells a month lasts to its last day', () => {
  const facts: LegalFacts = {
    ...METER,
    verifications: [
      {
        verifiedOn: '2024-03-01',
        result: 'pass',
        validUntil: '2027-03-31',
        validUntilPrecision: 'month',
      },
    ],
  };
  const standing = at(facts);
  expect(standing).toMatchObject({ dueOn: '2027-03-31', precision: 'month' });
  expect(statusOn(standing, '2027-03-31')).toBe('due_soon');
  expect(statusOn(standing, '2027-04-01')).toBe('expired');
});

test('an end that is registered without a day is not that of a verification after it', () => {
  const facts: LegalFacts = {
    kind: 'water_meter',
    technology: 'mechanical',
    validUntil: '2024-12-31',
    verifications: [{ verifiedOn: '2025-01-10', result: 'pass', kind: 'periodic' }],
  };
  // 60 months by the confirmed Vietnamese rule of mechanical meters.
  expect(at(facts)).toMatchObject({ dueOn: '2030-01-10' });
  expect(at({ ...facts, validUntil: '2029-01-31' })).toMatchObject({ dueOn: '2029-01-31' });
});
