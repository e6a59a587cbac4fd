import { QUANTITIES } from '@verimeter/telemetry';
import { describe, expect, test } from 'vitest';
import { vocabularyEn } from '../src/i18n/vocabulary-en.ts';
import { vocabularyVi } from '../src/i18n/vocabulary-vi.ts';
import { groupKindOf } from '../src/lib/group-kind.ts';

describe.each([
  ['en', vocabularyEn, /supply|meter|balance|electric|transformer/i],
  ['vi', vocabularyVi, /nguồn|đồng hồ tổng|tiêu thụ|cân bằng|biến dòng/i],
])('words of groups: %s', (_language, { groupStatus }, electrical) => {
  test('a network of sensors has no supply', () => {
    // what may be said of a network: packages/drift/src/lib/sensors
    for (const status of ['ok', 'incomplete'] as const)
      expect(groupStatus.sensor_network[status].join(' ')).not.toMatch(electrical);
  });

  test('a district has no transformers, and all kinds have actions for the same statuses', () => {
    const actions = (words: (typeof groupStatus)['water_district']): string[] =>
      Object.entries(words).flatMap(([status, [, , action]]) => (action === '' ? [] : status));
    for (const words of [groupStatus.water_district, groupStatus.sensor_network])
      expect(actions(words)).toEqual(actions(groupStatus.electricity_area));
    expect(JSON.stringify(groupStatus.water_district)).not.toMatch(/transformer|feeder|biến dòng/i);
  });
});

test('the group of a quantity is told from its name', () => {
  const kinds = Object.groupBy(QUANTITIES, ({ name }) => groupKindOf(name));
  expect(kinds.electricity_area?.map(({ name }) => name)).toContain('active_energy_import');
  expect(kinds.water_district?.map(({ name }) => name)).toContain('water_volume');
  expect(kinds.sensor_network?.map(({ name }) => name)).toEqual(
    expect.arrayContaining([
      'pm2_5',
      'no2',
      'temperature',
      'humidity',
      'noise',
      'water_temperature',
    ]),
  );
  expect(groupKindOf('')).toBe('electricity_area');
});
