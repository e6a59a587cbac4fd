import type { CycleRule } from '../cycle-rule.ts';

// MessEV section 34 with annex 7: a period of a year or more ends with the calendar year. Section 35: lots may be extended by sampling.
const THIRD_AMENDMENT = '2021-11-03';
const NOT_READ = 'MessEV section 34, annex 7; table of the official text not read';

const water = (id: string, category: 'water_meter' | 'heat_meter', note?: string): CycleRule => ({
  id,
  category,
  basis: 'cycle',
  months: 72,
  endsWith: 'year',
  from: THIRD_AMENDMENT,
  source: 'MessEV section 34, annex 7 items 5.5.1 and 5.5.2, as amended on 2021-11-03',
  status: 'confirmed',
  ...(note === undefined ? {} : { note }),
});

export const GERMANY: readonly CycleRule[] = [
  water(
    'de-water',
    'water_meter',
    'A lot that passes sampling (section 35) is extended; sources differ on by how much, so no extension is reckoned with. Record it as the end of validity.',
  ),
  water('de-heat', 'heat_meter'),
  {
    id: 'de-electricity-electronic',
    category: 'electricity_meter',
    technology: 'electronic',
    basis: 'cycle',
    months: 96,
    endsWith: 'year',
    source: NOT_READ,
    status: 'unverified',
  },
  {
    id: 'de-electricity-induction',
    category: 'electricity_meter',
    technology: 'induction',
    basis: 'cycle',
    months: 192,
    endsWith: 'year',
    source: NOT_READ,
    status: 'unverified',
  },
];
