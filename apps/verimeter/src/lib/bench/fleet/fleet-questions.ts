import { FLEET_SORTS } from '@verimeter/api-schema';

export type Parameters = Readonly<Record<string, string>>;

/** One of each filter, with values that many rows have and such that few have. */
const SINGLE: readonly Parameters[] = [
  {},
  { kind: 'electricity_meter' },
  { kind: 'water_meter' },
  { recommendation: 'none' },
  { recommendation: 'reverify,inspect' },
  { indication: 'drift_likely' },
  { legal_status: 'expired' },
  { due_before: '2026-12-31' },
  { group: 'TBA-00042' },
  { manufacturer: 'EMIC' },
  { model: 'CV140-0' },
  { accuracy_class: '0.5S' },
  { finding_status: 'open' },
  { finding_status: 'none' },
  { online: 'false' },
  { q: 'E-00' },
  { q: 'le loi' },
  { q: '12' },
];

/** Where an index of a database has nothing to hold on to: two filters of a fifth of the fleet each that no row passes both of, and the like. */
const HARD: readonly Parameters[] = [
  { kind: 'water_meter', q: 'E-' },
  { manufacturer: 'EMIC', model: 'ME-40-1' },
  { legal_status: 'valid', due_before: '2024-01-01' },
  { recommendation: 'none', finding_status: 'open' },
  { kind: 'environment_sensor', q: 'le loi', online: 'unknown' },
];

const SORTS = FLEET_SORTS.flatMap((sort) => [sort, `-${sort}`]);

/** Every sort with every single filter, and with those that are hard. */
export function systematicQuestions(): {
  readonly single: Parameters[];
  readonly hard: Parameters[];
} {
  const each = (filters: readonly Parameters[]): Parameters[] =>
    SORTS.flatMap((sort) => filters.map((filter) => ({ ...filter, sort })));
  return { single: each(SINGLE), hard: each(HARD) };
}

/** Two to four filters and a sort, the same in each run. */
export function randomQuestions(count: number): Parameters[] {
  let state = 20_261_129;
  const draw = (below: number): number => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  return Array.from({ length: count }, () => {
    const filters = Array.from({ length: 2 + draw(3) }, () => SINGLE[draw(SINGLE.length)] ?? {});
    return Object.assign({ sort: SORTS[draw(SORTS.length)] ?? 'risk' }, ...filters);
  });
}
