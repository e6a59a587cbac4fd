import { expect, test } from 'vitest';
import { errorLimit, pointLimit, usualTestPoints } from '../src/index.ts';

test('points and limits of a class of IEC 62053-21: 1.5 % at a twentieth of the base current, 1 % above', () => {
  const { points, source } = usualTestPoints('electricity_meter', 'cl. 1.0');
  expect(source).toBe('IEC 62053-21 class 1');
  expect(points.map(({ testPoint, limit }) => [testPoint, limit])).toEqual([
    ['0.05 Ib, cosφ 1', 0.015],
    ['0.1 Ib, cosφ 1', 0.01],
    ['Ib, cosφ 1', 0.01],
    ['Ib, cosφ 0.5 L', 0.01],
    ['Imax, cosφ 1', 0.01],
  ]);
  expect(points[1]).toMatchObject({ load: 0.1, powerFactor: 1 });
});

test('water: 5 % below Q2, 2 % from Q2 on for class 2, and the names of old classes', () => {
  expect(usualTestPoints('water_meter', '2').points).toEqual([
    { testPoint: 'Q1', limit: 0.05 },
    { testPoint: 'Q2', limit: 0.02 },
    { testPoint: '0.9 Q3', limit: 0.02 },
  ]);
  expect(usualTestPoints('water_meter', 'B').points.map(({ testPoint }) => testPoint)).toEqual([
    'Qmin',
    'Qt',
    'Qn',
  ]);
});

test('without a known class there are points and no limits; other devices have no usual points', () => {
  const unknown = usualTestPoints('electricity_meter', undefined);
  expect(unknown.points).toHaveLength(5);
  expect(unknown.points.every(({ limit }) => limit === undefined)).toBe(true);
  expect(unknown.source).toBeUndefined();
  expect(usualTestPoints('environment_sensor', undefined).points).toEqual([]);
});

test.each(['1', '2', '0.5S', '0.2S', 'A', 'B', 'C', 'D'])(
  'at rated current and power factor 1 class %s allows what its estimates are held against',
  (name) => {
    const rated = usualTestPoints('electricity_meter', name).points.find(
      ({ load, powerFactor }) => load === 1 && powerFactor === 1,
    );
    expect(rated?.limit).toBe(errorLimit('electricity_meter', name, undefined)?.limit);
  },
);

test('limits of usual points are those that points without one are held against', () => {
  for (const [kind, name] of [
    ['electricity_meter', '1'],
    ['electricity_meter', '2'],
    ['electricity_meter', '0.5S'],
    ['water_meter', '1'],
    ['water_meter', '2'],
  ] as const) {
    const compared = usualTestPoints(kind, name).points.flatMap(({ limit, ...point }) => {
      const ofClass = pointLimit(kind, name, point);
      return ofClass === undefined ? [] : [[limit, ofClass]];
    });
    expect(compared.length).toBeGreaterThan(0);
    for (const [limit, ofClass] of compared) expect(limit).toBe(ofClass);
  }
});
