import { describe, expect, test } from 'vitest';
import {
  checkVerification,
  formatValidity,
  parseValidity,
  pointLimit,
  weightedError,
} from '../src/index.ts';

describe('a record is odd', () => {
  const POINT = { testPoint: 'Ib', error: 0.004, expandedUncertainty: 0.002, limit: 0.01 };
  const RECORD = {
    result: 'pass',
    validUntil: '2030-01-01',
    sealNo: 'QN 1',
    points: [POINT],
  } as const;
  const codes = (change: object, device = {}): string[] =>
    checkVerification({ ...RECORD, ...change }, device).map(({ code }) => code);

  test('in no way where all agrees', () => {
    expect(codes({})).toEqual([]);
  });
  test.each([
    ['points_beyond_limit', { points: [{ ...POINT, error: -0.0101 }] }],
    ['point_contradicts_limit', { result: 'fail', points: [{ ...POINT, pass: false }] }],
    ['failed_points_in_pass', { points: [{ testPoint: 'Ib', pass: false }] }],
    ['uncertainty_too_large', { points: [{ ...POINT, expandedUncertainty: 0.0034 }] }],
    ['no_validity', { validUntil: undefined }],
    ['no_mark', { sealNo: '', certificateNo: '' }],
  ] as const)('%s', (code, change) => {
    expect(codes(change)).toEqual([code]);
  });
  test('where an error is exactly the limit, and an uncertainty exactly a third: not', () => {
    expect(codes({ points: [{ ...POINT, error: 0.01, expandedUncertainty: 0.01 / 3 }] })).toEqual(
      [],
    );
  });
  test('by the limit of the class where the point tells none', () => {
    const points = [{ testPoint: 'Ib', error: 0.02 }];
    expect(codes({ points })).toEqual([]);
    expect(codes({ points }, { limitAt: () => 0.01 })).toEqual(['points_beyond_limit']);
  });
  test('for a meter of another serial number', () => {
    expect(codes({ serial: 'A' }, { serial: 'B' })).toEqual(['serial_differs']);
    expect(codes({ serial: 'A' })).toEqual([]);
  });
});

test.each([
  ['electricity_meter', '1', 'Ib, cosφ 1', 0.01],
  ['electricity_meter', '0.5S', '10 % In', 0.005],
  ['electricity_meter', '1', '0.05 Ib', undefined], // the limit is wider there
  ['electricity_meter', '1', 'Ib, cosφ 0.5', undefined],
  ['electricity_meter', undefined, 'Ib', undefined],
  ['water_meter', '2', 'Q1', 0.05],
  ['water_meter', '2', 'Q2', 0.02],
  ['water_meter', '1', '0.9 Q3', 0.01],
  ['water_meter', '2', 'low', 0.05],
  ['instrument', '1', 'Ib', undefined],
] as const)('the limit of a %s of class %s at %s is %s', (kind, written, testPoint, limit) => {
  expect(pointLimit(kind, written, { testPoint })).toBe(limit);
});

describe('one error of all points', () => {
  test('of electricity: full load four parts, a tenth of it one part, whatever the spelling', () => {
    for (const [full, light] of [
      ['Ib, cosφ 1', '0,1 Ib, cosφ 1'],
      ['100 % In', '10 % In'],
      ['1.0 Ib', '0.1Ib'],
    ] as const) {
      const found = weightedError(
        [
          { testPoint: light, error: -0.02, expandedUncertainty: 0.002 },
          { testPoint: full, error: 0.01, expandedUncertainty: 0.001, coverageFactor: 2 },
          { testPoint: 'Imax', error: 0.5 },
          { testPoint: 'Ib, cosφ 0.5', error: 0.5 },
        ],
        'electricity_meter',
      );
      expect(found?.method).toBe('ansi_c12_1');
      expect(found?.error).toBeCloseTo(0.8 * 0.01 - 0.2 * 0.02, 12);
      expect(found?.standardUncertainty).toBeCloseTo(0.8 * 0.0005 + 0.2 * 0.001, 12);
    }
  });
  test('of water: low 15 %, middle 70 %, high 15 %', () => {
    const found = weightedError(
      [
        { testPoint: 'Q3', error: 0.01 },
        { testPoint: 'Q1', error: -0.1 },
        { testPoint: 'Q2', error: -0.02 },
      ],
      'water_meter',
    );
    expect(found?.points).toEqual([
      { testPoint: 'Q1', weight: 0.15 },
      { testPoint: 'Q2', weight: 0.7 },
      { testPoint: 'Q3', weight: 0.15 },
    ]);
    expect(found?.error).toBeCloseTo(0.15 * -0.1 + 0.7 * -0.02 + 0.15 * 0.01, 12);
    // None of them tells an uncertainty, so there is none, and not zero.
    expect(found?.standardUncertainty).toBeUndefined();
  });
  test('is the plain mean where the points are others, whose scatter is uncertainty', () => {
    const found = weightedError(
      [
        { testPoint: 'a', error: 0.01, expandedUncertainty: 0 },
        { testPoint: 'b', error: 0.03, expandedUncertainty: 0 },
      ],
      'electricity_meter',
    );
    expect(found).toMatchObject({ method: 'mean', error: 0.02 });
    expect(found?.standardUncertainty).toBeCloseTo(0.01, 12);
    expect(weightedError([{ testPoint: 'a' }])).toBeUndefined();
  });
});

test.each([
  ['2027-03', '2027-03-31', 'month'],
  ['2028-02', '2028-02-29', 'month'],
  ['2027-03-05', '2027-03-05', 'day'],
] as const)('validity %s is read and written', (text, until, precision) => {
  expect(parseValidity(text)).toEqual({ until, precision });
  expect(formatValidity({ until, precision })).toBe(text);
});
test.each(['2027-13', '2027-02-30', '03/2027', '2027', '0000-01'])(
  'validity %s is none',
  (text) => {
    expect(parseValidity(text)).toBeUndefined();
  },
);
