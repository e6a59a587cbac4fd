import { expect, test } from 'vitest';
import { RULE_SETS, addMonths, legalStatusAt, lotKey, rulesInForce } from '../src/index.ts';

const meter = { kind: 'electricity_meter', phases: 1, verifications: [] } as const;
const waterMeter = { kind: 'water_meter', verifications: [] } as const;

test.each([
  ['the last day of validity is still in force', '2026-11-24', 'due_soon'],
  ['the day after is not', '2026-11-25', 'expired'],
  ['60 days before the end it is due', '2026-09-25', 'due_soon'],
  ['61 days before it is simply valid', '2026-09-24', 'valid'],
] as const)('%s', (_name, date, status) => {
  expect(
    legalStatusAt({ ...meter, verifiedOn: '2020-11-24', validUntil: '2026-11-24' }, date),
  ).toEqual({ status, validUntil: '2026-11-24' });
});

test('a failed verification voids the validity that the device still had, until one passes', () => {
  const facts = {
    ...meter,
    verifiedOn: '2024-01-10',
    validUntil: '2030-01-10',
    verifications: [
      { verifiedOn: '2026-03-01', result: 'pass', validUntil: '2032-03-01' },
      { verifiedOn: '2026-03-01', result: 'fail' },
      { verifiedOn: '2026-05-02', result: 'pass', validUntil: '2032-05-02' },
    ],
  } as const;
  expect(legalStatusAt(facts, '2026-02-28').status).toBe('valid');
  expect(legalStatusAt(facts, '2026-03-01')).toEqual({ status: 'void' });
  expect(legalStatusAt(facts, '2026-05-02')).toEqual({ status: 'valid', validUntil: '2032-05-02' });
});

test('a verification after the date is not known yet', () => {
  expect(
    legalStatusAt({ ...meter, verifiedOn: '2026-06-01', validUntil: '2032-06-01' }, '2026-05-31'),
  ).toEqual({ status: 'unknown' });
});

test('the test points of one day are one verification: its earliest end counts', () => {
  const verifications = [
    { verifiedOn: '2026-01-01', result: 'pass', validUntil: '2032-01-01' },
    { verifiedOn: '2026-01-01', result: 'pass', validUntil: '2031-01-01' },
  ] as const;
  expect(legalStatusAt({ ...meter, verifications }, '2026-06-01').validUntil).toBe('2031-01-01');
});

// TT 23/2013/TT-BKHCN Art. 4 items 20-21: mechanical water meters 60 months, electronic ones 36. Which one a meter
// is the registry does not say, so a status is stated only while both rules give the same.
test.each([
  ['2025-12-01', 'valid'],
  ['2026-05-01', 'unknown'],
  ['2027-01-01', 'unknown'],
  ['2028-06-02', 'expired'],
] as const)(
  'a water meter verified on 2023-06-01 without recorded end is on %s: %s',
  (date, status) => {
    const state = legalStatusAt({ ...waterMeter, verifiedOn: '2023-06-01' }, date);
    expect(state.status).toBe(status);
    expect(state.validUntil).toBeUndefined();
  },
);

test('no legal date is derived from a rule that was not confirmed in the official text', () => {
  expect(legalStatusAt({ ...meter, verifiedOn: '2024-01-01' }, '2026-01-01')).toEqual({
    status: 'unknown',
  });
});

test('the rule in force on the day of the verification counts', () => {
  const rules = RULE_SETS.VN.filter((rule) => rule.technology === 'induction');
  // Until 14-10-2024 single-phase induction meters had a cycle of 60 months (TT 23/2013); TT 03/2024 removed them.
  expect(legalStatusAt({ ...meter, verifiedOn: '2024-10-14' }, '2024-12-01', rules)).toMatchObject({
    status: 'valid',
    validUntil: '2029-10-14',
  });
  expect(legalStatusAt({ ...meter, verifiedOn: '2024-10-15' }, '2024-12-01', rules).status).toBe(
    'not_regulated',
  );
});

test('gateways and low-cost sensors are not regulated, unless a validity is recorded', () => {
  expect(legalStatusAt({ kind: 'gateway', verifications: [] }, '2026-01-01').status).toBe(
    'not_regulated',
  );
  const sensor = { kind: 'environment_sensor', verifications: [] } as const;
  expect(legalStatusAt(sensor, '2026-01-01').status).toBe('not_regulated');
  expect(legalStatusAt({ ...sensor, validUntil: '2025-12-31' }, '2026-01-01').status).toBe(
    'expired',
  );
});

test('at most one rule applies per category, technology and phase count on any day', () => {
  for (const on of [
    '2014-01-01',
    '2019-12-31',
    '2020-01-01',
    '2024-10-14',
    '2024-10-15',
    '2026-11-24',
  ])
    for (const category of ['electricity_meter', 'water_meter'] as const)
      for (const phases of [1, 3]) {
        const found = rulesInForce({ category, phases }, on, RULE_SETS.VN).map(
          (rule) => rule.technology,
        );
        expect(new Set(found).size).toBe(found.length);
      }
});

test('months are added by the calendar', () => {
  expect(addMonths('2024-02-29', 12)).toBe('2025-02-28');
  expect(addMonths('2026-08-31', 6)).toBe('2027-02-28');
  expect(addMonths('2026-11-24', 60)).toBe('2031-11-24');
  expect(addMonths('2026-12-15', 12)).toBe('2027-12-15');
});

test('a lot is not split by spelling, and unknown parts are marked', () => {
  const facts = {
    kind: 'electricity_meter',
    manufacturer: 'Acme ',
    model: 'em  1',
    accuracyClass: '1',
  } as const;
  expect(lotKey({ ...facts, builtYear: 2019 })).toBe('ELECTRICITY_METER|ACME|EM 1|1|?|2019');
  expect(lotKey({ ...facts, manufacturer: 'ACME', model: 'EM 1', verifiedOn: '2019-05-01' })).toBe(
    'ELECTRICITY_METER|ACME|EM 1|1|?|2019',
  );
});
