import type { DeviceKind } from '@verimeter/telemetry';

/** What the lists of regulated instruments distinguish. A device says it by its kind, an `instrument` or a sensor of a regulated station by a category of its own. */
export const INSTRUMENT_CATEGORIES = [
  'electricity_meter',
  'water_meter',
  'heat_meter',
  'current_transformer',
  'voltage_transformer',
  'ev_charger_ac_bike',
  'ev_charger_ac_car',
  'ev_charger_dc_car',
  'gas_analyser',
  'dust_meter',
  'sound_level_meter',
  'vibration_meter',
  'water_quality_meter',
  'taximeter',
  'speed_meter',
  'total_station',
] as const;
export type InstrumentCategory = (typeof INSTRUMENT_CATEGORIES)[number];

/** How an instrument works, as far as rules depend on it. Electricity meters are `induction` or `electronic`, water meters `mechanical` or `electronic`. */
export const TECHNOLOGIES = ['mechanical', 'electronic', 'induction'] as const;
export type Technology = (typeof TECHNOLOGIES)[number];

/** Meters on their own terminals, or behind measuring transformers. */
export const CONNECTIONS = ['direct', 'transformer'] as const;
export type Connection = (typeof CONNECTIONS)[number];

/**
 * What a row says of the end of a verification: it comes after `months` (cycle), there is none because the instrument is
 * not on the list (not_listed), lots decide it (sampling), or the row is known to exist and its months were not read (not_read).
 */
export const RULE_BASES = ['cycle', 'not_listed', 'sampling', 'not_read'] as const;
export type RuleBasis = (typeof RULE_BASES)[number];

export const RULE_STATUSES = ['confirmed', 'unverified'] as const;
export type RuleStatus = (typeof RULE_STATUSES)[number];

/**
 * One row of a list of regulated instruments. The cycle that counts is the one in force on the day of the last
 * verification. A legal date is stated from confirmed rows only; what an unverified one gives is shown as such.
 */
export interface CycleRule {
  readonly id: string;
  readonly category: InstrumentCategory;
  /** Undefined: the row does not distinguish. So for the five that follow. */
  readonly technology?: Technology;
  readonly phases?: 1 | 3;
  readonly connection?: Connection;
  readonly accuracyClasses?: readonly string[];
  /** Nominal sizes as written on the device. */
  readonly nominals?: readonly string[];
  readonly basis: RuleBasis;
  /** Months of validity where `basis` is `cycle`. */
  readonly months?: number;
  /** What other sources say, where they contradict; only for unverified rows. */
  readonly otherMonths?: readonly number[];
  /** `year`: validity ends with the calendar year in which the months end. */
  readonly endsWith?: 'day' | 'year';
  /** First day in force; undefined: not known, long ago. */
  readonly from?: string;
  /** Last day in force; undefined: still in force. */
  readonly to?: string;
  /** Article and item, or what was read instead. */
  readonly source: string;
  readonly status: RuleStatus;
  readonly note?: string;
  /** Of a row of a tenant: the built-in row that is not used on the days on which this one is in force. */
  readonly replaces?: string;
}

/** What of a device decides which rows may apply; what is not known excludes none. */
export interface RuleSubject {
  readonly category: InstrumentCategory;
  readonly technology?: Technology;
  readonly phases?: number;
  readonly connection?: Connection;
  readonly accuracyClass?: string;
  readonly nominal?: string;
}

const KINDS: Readonly<Partial<Record<DeviceKind, InstrumentCategory>>> = {
  electricity_meter: 'electricity_meter',
  water_meter: 'water_meter',
  heat_meter: 'heat_meter',
};

/** The category of a kind of device that has one by itself. */
export const categoryOfKind = (kind: DeviceKind): InstrumentCategory | undefined => KINDS[kind];

const KNOWN_CATEGORIES: ReadonlySet<string> = new Set(INSTRUMENT_CATEGORIES);
export const isInstrumentCategory = (text: string): text is InstrumentCategory =>
  KNOWN_CATEGORIES.has(text);

const KNOWN_TECHNOLOGIES: ReadonlySet<string> = new Set(TECHNOLOGIES);
export const isTechnology = (text: string): text is Technology => KNOWN_TECHNOLOGIES.has(text);

const isInForce = (rule: CycleRule, on: string): boolean =>
  (rule.from === undefined || rule.from <= on) && (rule.to === undefined || on <= rule.to);

const agrees = <T>(ofRule: T | undefined, ofDevice: T | undefined): boolean =>
  ofRule === undefined || ofDevice === undefined || ofRule === ofDevice;

const spelled = (text: string): string => text.replaceAll(/\s+/g, '').toUpperCase();

const isAmong = (ofRule: readonly string[] | undefined, ofDevice: string | undefined): boolean =>
  ofRule === undefined ||
  ofDevice === undefined ||
  ofRule.some((one) => spelled(one) === spelled(ofDevice));

/** Whether a row may be the one of an instrument: nothing that is known of it speaks against it. */
function mayApply(rule: CycleRule, subject: RuleSubject): boolean {
  return (
    rule.category === subject.category &&
    agrees(rule.technology, subject.technology) &&
    agrees<number>(rule.phases, subject.phases) &&
    agrees(rule.connection, subject.connection) &&
    isAmong(rule.accuracyClasses, subject.accuracyClass) &&
    isAmong(rule.nominals, subject.nominal)
  );
}

/** The rows that may apply to an instrument on a date, without those that a row in force on that date replaces. */
export function rulesInForce(
  subject: RuleSubject,
  on: string,
  rules: readonly CycleRule[],
): readonly CycleRule[] {
  const inForce = rules.filter((rule) => isInForce(rule, on));
  const replaced = new Set(inForce.map((rule) => rule.replaces));
  return inForce.filter((rule) => !replaced.has(rule.id) && mayApply(rule, subject));
}
