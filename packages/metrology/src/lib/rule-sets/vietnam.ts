import type { CycleRule } from '../cycle-rule.ts';

// Article 4 of TT 23/2013/TT-BKHCN and its amendments; the consolidated text in force is 02/VBHN-BKHCN (03-07-2024).
const QD_25_2007_KNOWN = '2011-03-11'; // reported as in force on this day; since when was not read
const BEFORE_TT_23_2013 = '2013-11-14';
const TT_23_2013 = '2013-11-15';
const BEFORE_TT_07_2019 = '2019-12-31';
const TT_07_2019 = '2020-01-01';
const BEFORE_TT_03_2024 = '2024-10-14';
const TT_03_2024 = '2024-10-15';

const NOT_READ = 'TT 23/2013/TT-BKHCN Art. 4, table of the official text not read';

const METERS: readonly CycleRule[] = [
  {
    id: 'vn-water-mechanical',
    category: 'water_meter',
    technology: 'mechanical',
    basis: 'cycle',
    months: 60,
    from: TT_23_2013,
    source: 'TT 23/2013/TT-BKHCN Art. 4 items 20-21; TT 07/2019/TT-BKHCN',
    status: 'confirmed',
  },
  {
    id: 'vn-water-electronic',
    category: 'water_meter',
    technology: 'electronic',
    basis: 'cycle',
    months: 36,
    from: TT_23_2013,
    source: 'TT 23/2013/TT-BKHCN Art. 4 items 20-21; TT 07/2019/TT-BKHCN',
    status: 'confirmed',
  },
  {
    id: 'vn-electricity-1-phase-2007',
    category: 'electricity_meter',
    phases: 1,
    basis: 'cycle',
    months: 60,
    from: QD_25_2007_KNOWN,
    to: BEFORE_TT_23_2013,
    source: 'QĐ 25/2007',
    status: 'confirmed',
    note: 'In force on 2011-03-11 as reported on that day; the day it came into force was not read.',
  },
  {
    id: 'vn-electricity-3-phase-2007',
    category: 'electricity_meter',
    phases: 3,
    basis: 'cycle',
    months: 24,
    from: QD_25_2007_KNOWN,
    to: BEFORE_TT_23_2013,
    source: 'QĐ 25/2007',
    status: 'confirmed',
    note: 'In force on 2011-03-11 as reported on that day; the day it came into force was not read.',
  },
  {
    id: 'vn-electricity-induction-1-phase',
    category: 'electricity_meter',
    technology: 'induction',
    phases: 1,
    basis: 'cycle',
    months: 60,
    from: TT_23_2013,
    to: BEFORE_TT_03_2024,
    source: 'TT 23/2013/TT-BKHCN Art. 4',
    status: 'confirmed',
  },
  {
    id: 'vn-electricity-induction-1-phase-2024',
    category: 'electricity_meter',
    technology: 'induction',
    phases: 1,
    basis: 'not_listed',
    from: TT_03_2024,
    source: 'TT 03/2024/TT-BKHCN',
    status: 'confirmed',
    note: 'Taken off the list of group 2.',
  },
  {
    id: 'vn-electricity-induction-3-phase',
    category: 'electricity_meter',
    technology: 'induction',
    phases: 3,
    basis: 'cycle',
    months: 24,
    from: TT_23_2013,
    to: BEFORE_TT_07_2019,
    source: 'TT 23/2013/TT-BKHCN Art. 4 items 49-50',
    status: 'unverified',
    note: 'Quoted from the Official Gazette; to be checked before it is used.',
  },
  {
    id: 'vn-electricity-induction-3-phase-2020',
    category: 'electricity_meter',
    technology: 'induction',
    phases: 3,
    basis: 'cycle',
    months: 48,
    otherMonths: [24],
    from: TT_07_2019,
    source: 'TT 07/2019/TT-BKHCN, table of the official text not read',
    status: 'unverified',
    note: 'Possibly 48 months since 2020; 24 before that.',
  },
  {
    id: 'vn-electricity-electronic',
    category: 'electricity_meter',
    technology: 'electronic',
    basis: 'not_read',
    from: TT_23_2013,
    to: BEFORE_TT_07_2019,
    source: NOT_READ,
    status: 'unverified',
  },
  {
    id: 'vn-electricity-electronic-1-phase-2020',
    category: 'electricity_meter',
    technology: 'electronic',
    phases: 1,
    basis: 'cycle',
    months: 72,
    otherMonths: [36],
    from: TT_07_2019,
    source: 'TT 07/2019/TT-BKHCN, table of the official text not read',
    status: 'unverified',
    note: 'A test company of EVN stated 36 months for electronic meters in 2020, without telling phases apart.',
  },
  {
    id: 'vn-electricity-electronic-3-phase-2020',
    category: 'electricity_meter',
    technology: 'electronic',
    phases: 3,
    basis: 'cycle',
    months: 36,
    from: TT_07_2019,
    source: 'TT 07/2019/TT-BKHCN, table of the official text not read',
    status: 'unverified',
  },
];

/** Rows of other instruments that are in use beside meters; all without distinctions of technology. */
const OTHERS: readonly CycleRule[] = [
  ...(['current_transformer', 'voltage_transformer'] as const).map((category) => ({
    id: category === 'current_transformer' ? 'vn-current-transformer' : 'vn-voltage-transformer',
    category,
    basis: 'cycle' as const,
    months: 60,
    from: TT_23_2013,
    source: NOT_READ,
    status: 'unverified' as const,
  })),
  ...(
    [
      ['vn-ev-ac-bike', 'ev_charger_ac_bike', 60],
      ['vn-ev-ac-car', 'ev_charger_ac_car', 36],
      ['vn-ev-dc-car', 'ev_charger_dc_car', 36],
    ] as const
  ).map(([id, category, months]) => ({
    id,
    category,
    basis: 'cycle' as const,
    months,
    from: TT_03_2024,
    source: 'TT 03/2024/TT-BKHCN',
    status: 'confirmed' as const,
  })),
  ...(
    [
      ['vn-gas-analyser', 'gas_analyser'],
      ['vn-sound-level-meter', 'sound_level_meter'],
      ['vn-vibration-meter', 'vibration_meter'],
      ['vn-water-quality-meter', 'water_quality_meter'],
      ['vn-dust-meter', 'dust_meter'],
    ] as const
  ).map(([id, category]) => ({
    id,
    category,
    basis: 'cycle' as const,
    months: 12,
    from: TT_23_2013,
    source: NOT_READ,
    status: 'unverified' as const,
  })),
  ...(
    [
      ['vn-taximeter', 'taximeter', 18],
      ['vn-speed-meter', 'speed_meter', 24],
      ['vn-total-station', 'total_station', 12],
    ] as const
  ).map(([id, category, months]) => ({
    id,
    category,
    basis: 'cycle' as const,
    months,
    from: TT_03_2024,
    source: 'TT 03/2024/TT-BKHCN',
    status: 'confirmed' as const,
  })),
];

export const VIETNAM: readonly CycleRule[] = [...METERS, ...OTHERS];
