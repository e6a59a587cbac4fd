/** What the rules on verification distinguish. */
export type InstrumentCategory = 'electricity_meter' | 'water_meter';

/**
 * One row of the list of group-2 instruments (Vietnam, Article 4 of TT 23/2013/TT-BKHCN and its amendments): the
 * cycle of periodic verification. The cycle that counts is the one in force on the day of the last verification.
 */
export interface CycleRule {
  readonly category: InstrumentCategory;
  readonly technology: 'mechanical' | 'electronic' | 'induction';
  /** 1 or 3 for electricity meters; undefined: the rule does not distinguish. */
  readonly phases?: 1 | 3;
  /** Months of validity; null: not on the list, so no verification is required. */
  readonly months: number | null;
  /** First day in force. */
  readonly from: string;
  /** Last day in force; undefined: still in force. */
  readonly to?: string;
  readonly source: string;
  /** Whether the row was read in a source that quotes the official text; others are not used to state a legal date. */
  readonly confirmed: boolean;
}

const TT_23_2013 = '2013-11-15';
const TT_07_2019 = '2020-01-01';
const TT_03_2024 = '2024-10-15';

export const VERIFICATION_CYCLES: readonly CycleRule[] = [
  {
    category: 'water_meter',
    technology: 'mechanical',
    months: 60,
    from: TT_23_2013,
    source: 'TT 23/2013/TT-BKHCN Art. 4 items 20-21; TT 07/2019/TT-BKHCN',
    confirmed: true,
  },
  {
    category: 'water_meter',
    technology: 'electronic',
    months: 36,
    from: TT_23_2013,
    source: 'TT 23/2013/TT-BKHCN Art. 4 items 20-21; TT 07/2019/TT-BKHCN',
    confirmed: true,
  },
  {
    category: 'electricity_meter',
    technology: 'induction',
    phases: 1,
    months: 60,
    from: TT_23_2013,
    to: '2024-10-14',
    source: 'TT 23/2013/TT-BKHCN Art. 4',
    confirmed: true,
  },
  {
    category: 'electricity_meter',
    technology: 'induction',
    phases: 1,
    months: null,
    from: TT_03_2024,
    source: 'TT 03/2024/TT-BKHCN (removed from the list)',
    confirmed: true,
  },
  {
    category: 'electricity_meter',
    technology: 'induction',
    phases: 3,
    months: 24,
    from: TT_23_2013,
    to: '2019-12-31',
    source: 'TT 23/2013/TT-BKHCN Art. 4 items 49-50',
    confirmed: true,
  },
  {
    category: 'electricity_meter',
    technology: 'induction',
    phases: 3,
    months: 48,
    from: TT_07_2019,
    source: 'TT 07/2019/TT-BKHCN; official table not read',
    confirmed: false,
  },
  {
    category: 'electricity_meter',
    technology: 'electronic',
    phases: 1,
    months: 72,
    from: TT_07_2019,
    source: 'TT 07/2019/TT-BKHCN; official table not read, a utility stated 36 months in 2020',
    confirmed: false,
  },
  {
    category: 'electricity_meter',
    technology: 'electronic',
    phases: 3,
    months: 36,
    from: TT_07_2019,
    source: 'TT 07/2019/TT-BKHCN; official table not read',
    confirmed: false,
  },
];

/** The rules that may apply to a device on a date: all technologies, because the registry does not state it. */
export function cyclesInForce(
  category: InstrumentCategory,
  phases: number | undefined,
  on: string,
  rules: readonly CycleRule[] = VERIFICATION_CYCLES,
): readonly CycleRule[] {
  return rules.filter(
    (rule) =>
      rule.category === category &&
      (rule.phases === undefined || phases === undefined || rule.phases === phases) &&
      rule.from <= on &&
      (rule.to === undefined || on <= rule.to),
  );
}
