import { expect, test } from 'vitest';
import { errorLimit } from '../src/index.ts';

// Limits in normal load, power factor 1: IEC 62053-21 table 4 (class 1, 2), IEC 62053-22 table 4 (0.2S, 0.5S),
// OIML R 46-1/-2:2012 table 2 (A to D).
test.each([
  ['2', 0.02],
  ['A', 0.02],
  ['1', 0.01],
  ['B', 0.01],
  ['0.5', 0.005],
  ['0.5S', 0.005],
  ['C', 0.005],
  ['0.2S', 0.002],
  ['D', 0.002],
])(
  'an electricity meter of class %s has the limit of its standard, twice that in use',
  (name, mpe) => {
    expect(errorLimit('electricity_meter', name, 'active_energy_import')).toMatchObject({
      limit: mpe,
      inServiceLimit: 2 * mpe,
      of: 'relative_error',
      assumed: false,
    });
  },
);

// OIML R 49-1:2013 4.2.2 (class 1: 3 %) and 4.2.3 (class 2: 5 %) in the lower flow-rate zone.
test.each([
  ['2', 0.05],
  ['1', 0.03],
])('a water meter of class %s has the limit of the lower flow zone', (name, mpe) => {
  expect(errorLimit('water_meter', name, 'water_volume')).toMatchObject({
    limit: mpe,
    inServiceLimit: 2 * mpe,
    assumed: false,
  });
});

test.each([
  ['electricity_meter', undefined, 0.02],
  ['electricity_meter', '3', 0.02],
  ['electricity_meter', 'toString', 0.02],
  ['water_meter', undefined, 0.05],
  ['water_meter', 'C', 0.05],
] as const)(
  '%s of unknown class %s gets the widest limit, marked as assumed',
  (kind, name, mpe) => {
    expect(errorLimit(kind, name, undefined)).toMatchObject({ limit: mpe, assumed: true });
  },
);

test.each([
  ['cl. 1', 0.01],
  ['Class 2.0', 0.02],
  [' 0.5s ', 0.005],
  ['0,2S', 0.002],
])('the name-plate spelling %s is understood', (written, mpe) => {
  expect(errorLimit('electricity_meter', written, undefined)).toMatchObject({
    limit: mpe,
    assumed: false,
  });
});

test.each([
  ['pm2_5', 0.2, 'relative_error', undefined],
  ['no2', 0.2, 'relative_error', undefined],
  ['temperature', 0.5, 'offset', 'Cel'],
  ['pressure', 1, 'offset', 'hPa'],
] as const)('a sensor of %s has its own limit', (quantity, limit, of, unit) => {
  const found = errorLimit('environment_sensor', undefined, quantity);
  expect(found).toMatchObject({ limit, inServiceLimit: 2 * limit, of });
  expect(found?.unit).toBe(unit);
});

test('gateways and instruments are held against no limit', () => {
  expect(errorLimit('gateway', undefined, undefined)).toBeUndefined();
  expect(errorLimit('instrument', '1', undefined)).toBeUndefined();
});
