import type { VerificationItem } from '@verimeter/api-schema';
import { usualTestPoints } from '@verimeter/metrology';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseDecimal, percentText, ratioOfPercent } from '../src/lib/decimal.ts';
import { dayIn, isMonth, monthAfter, readValidity } from '../src/lib/legal-day.ts';
import { scannedDevice } from '../src/lib/scanned-device.ts';
import {
  draftOfVerification,
  newVerification,
  placeOfProblem,
  readVerification,
} from '../src/lib/verification-draft.ts';

describe('numbers as people write them', () => {
  test.each([
    ['-3,2', -3.2],
    ['+ 0,15', 0.15],
    ['−0.5', -0.5],
    ['1 400', 1400],
    [',5', 0.5],
  ])('%s', (text, value) => expect(parseDecimal(text)).toBe(value));
  test.each(['', '-', '1.400,5', '1,2,3', 'nóng', '1e3', '0x10'])('%s is none', (text) =>
    expect(parseDecimal(text)).toBeUndefined(),
  );
  test('a percentage comes back from its ratio as it was typed, with either mark', () => {
    fc.assert(
      fc.property(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.boolean(), (n, comma) => {
        const text = String(n / 10_000);
        const typed = comma ? text.replace('.', ',') : text;
        const value = parseDecimal(typed);
        expect(value).toBeDefined();
        expect(percentText(ratioOfPercent(value ?? Number.NaN), comma)).toBe(typed);
      }),
    );
  });
});

describe('the end of validity', () => {
  test.each([
    ['12/2032', '2032-12'],
    ['3/2027', '2027-03'],
    ['31/12/2032', '2032-12-31'],
    ['1.3.2027', '2027-03-01'],
    ['2032-12', '2032-12'],
    ['2032-12-31', '2032-12-31'],
  ])('%s', (text, iso) => expect(readValidity(text)).toBe(iso));
  test.each(['13/2030', '31/02/2030', '2030', '12/30', 'tháng 3'])('%s is none', (text) =>
    expect(readValidity(text)).toBeUndefined(),
  );
  test('the day is that where the tenant is; months follow each other over the year', () => {
    expect(dayIn('Asia/Ho_Chi_Minh', new Date('2026-12-31T18:00:00Z'))).toBe('2027-01-01');
    expect(monthAfter('2026-12')).toBe('2027-01');
    expect([isMonth('2027-13'), isMonth('2027-03'), isMonth('overdue')]).toEqual([
      false,
      true,
      false,
    ]);
  });
});

test.each([
  ['PA0123456', 'PA0123456'],
  [' https://meters.example/#/devices/PA%3A01?range=7d ', 'PA:01'],
  ['https://meters.example/#/verifications?new=1&device=E-0042', 'E-0042'],
  ['19 042 371', undefined],
  ['https://meters.example/#/devices/%', undefined],
])('a scanned %s', (text, id) => expect(scannedDevice(text)).toBe(id));

const TODAY = '2026-11-29';
const RECORD: VerificationItem = {
  id: 7,
  version: 2,
  device_id: 'E-1',
  verified_on: '2026-11-03',
  kind: 'periodic',
  result: 'pass',
  valid_until: '2032-11',
  valid_until_day: '2032-11-30',
  mark: 'mark_type_2',
  certificate_no: '',
  seal_no: 'QN 26-0153',
  seal_year: 2026,
  body: 'Trung tâm',
  procedure: 'ĐLVN 39:2012',
  serial: null,
  as_found: true,
  standards: [{ name: 'PTS', serial: null, certificate_no: null, valid_until: '2027-05' }],
  ambient: { temperature_cel: 23.4, humidity_percent: null, pressure_hpa: 1008 },
  verified_by: 'A',
  checked_by: null,
  note: null,
  points: [
    {
      test_point: 'Ib, cosφ 1',
      error: -0.0042,
      expanded_uncertainty: 0.0008,
      coverage_factor: 2,
      limit: 0.01,
      pass: true,
      load: 1,
      power_factor: 1,
      flow: null,
      as_found: true,
    },
  ],
  entered_by: { id: 'k', name: null },
  entered_at: '2026-11-03T00:00:00Z',
  change_reason: null,
  withdrawn: null,
  weighted_error: null,
  warnings: [],
};

test.each([true, false])('a record that is opened and saved stays what it is', (comma) => {
  const { input, problems } = readVerification(draftOfVerification(RECORD, comma), 'E-1', TODAY);
  expect(problems).toEqual([]);
  const { points, ...rest } = input;
  expect(RECORD).toMatchObject(rest);
  // `as_found` of the record stands for that of its points.
  expect(points).toEqual([{ ...RECORD.points[0], as_found: null }]);
});

test('points that nobody measured at are left out, and problems find the row that they are of', () => {
  const usual = usualTestPoints('electricity_meter', '1');
  const draft = newVerification(TODAY, usual, true);
  expect(draft.points.map(({ limit }) => limit)).toEqual(['1,5', '1', '1', '1', '1']);
  const points = draft.points.map((point, place) =>
    place === 2 ? { ...point, error: '-3,2' } : place === 4 ? { ...point, error: 'x' } : point,
  );
  const { input, problems, places } = readVerification(
    { ...draft, points, result: 'fail' },
    'E-1',
    TODAY,
  );
  expect(input.points).toMatchObject([
    { test_point: 'Ib, cosφ 1', error: -0.032, limit: 0.01, load: 1, coverage_factor: 2 },
    { test_point: 'Imax, cosφ 1', error: null },
  ]);
  expect(problems).toEqual([{ field: 'points.4.error', code: 'number' }]);
  expect(placeOfProblem('verification.points.0.error', places)).toBe('points.2.error');
  expect(placeOfProblem('verified_on', places)).toBe('verified_on');
});

test('what cannot be is told by field', () => {
  const draft = newVerification('2026-11-30', usualTestPoints('gateway', undefined), false);
  const { problems } = readVerification(
    { ...draft, validUntil: '10/2026', sealYear: '26', humidity: '-1' },
    'E-1',
    TODAY,
  );
  expect(problems).toEqual([
    { field: 'verified_on', code: 'future' },
    { field: 'result', code: 'required' },
    { field: 'valid_until', code: 'beforeVerified' },
    { field: 'seal_year', code: 'year' },
    { field: 'ambient.humidity_percent', code: 'negative' },
  ]);
});
