import type { CycleRule } from '../cycle-rule.ts';

const NORTH_CAROLINA = '04 NCAC 11 R08-13';

const SIZES = [
  ['5/8"', 10],
  ['3/4"', 8],
  ['1"', 6],
  ['1 1/2"', 4],
  ['2"', 4],
  ['3"', 3],
  ['4"', 2],
  ['6"', 1],
] as const;

/** North Carolina for electricity; the recommendation of AWWA M6 for water, by size of the meter. */
export const NORTH_CAROLINA_AWWA: readonly CycleRule[] = [
  {
    id: 'us-nc-electricity-induction-1-phase',
    category: 'electricity_meter',
    technology: 'induction',
    phases: 1,
    basis: 'cycle',
    months: 96,
    source: NORTH_CAROLINA,
    status: 'confirmed',
  },
  {
    id: 'us-nc-electricity-electronic-1-phase',
    category: 'electricity_meter',
    technology: 'electronic',
    phases: 1,
    basis: 'not_read',
    source: `${NORTH_CAROLINA}, what it says of these was not read`,
    status: 'unverified',
  },
  {
    id: 'us-nc-electricity-3-phase-direct',
    category: 'electricity_meter',
    phases: 3,
    connection: 'direct',
    basis: 'cycle',
    months: 72,
    source: NORTH_CAROLINA,
    status: 'confirmed',
    note: 'Self-contained polyphase meters.',
  },
  {
    id: 'us-nc-electricity-3-phase-transformer',
    category: 'electricity_meter',
    phases: 3,
    connection: 'transformer',
    basis: 'cycle',
    months: 48,
    source: NORTH_CAROLINA,
    status: 'confirmed',
    note: 'Polyphase meters behind current transformers.',
  },
  ...SIZES.map(([size, years]): CycleRule => ({
    id: `us-awwa-water-${size.replace('"', '').replace('/', '-').replace(' ', '-')}`,
    category: 'water_meter',
    nominals: size === '6"' ? ['6"', '8"', '10"', '12"'] : [size],
    basis: 'cycle',
    months: years * 12,
    source: 'AWWA M6',
    status: 'unverified',
    note: 'A recommendation on test intervals, no law.',
  })),
];
