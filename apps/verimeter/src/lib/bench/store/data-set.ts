/** A fleet of registers and a year of their quarter-hours: what every engine is filled with, so that figures compare. */
export interface DataSet {
  readonly channels: number;
  readonly instants: number;
  /** First instant, microseconds since 1970. */
  readonly startUs: number;
  readonly stepUs: number;
}

const STEP_US = 900e6;
const YEAR_INSTANTS = 365 * 96;
/** Fewer would not make the group of channels that is read. */
const FEWEST_CHANNELS = 60;

/**
 * A data set of about so many readings that ends before `endUs`, the start of a month: as many channels as a year of quarter-hours makes
 * of them; of few readings less than a year.
 */
export function dataSetOf(readings: number, endUs: number): DataSet {
  const channels = Math.max(FEWEST_CHANNELS, Math.round(readings / YEAR_INSTANTS));
  const instants = Math.min(YEAR_INSTANTS, Math.max(96, Math.round(readings / channels)));
  return { channels, instants, startUs: endUs - instants * STEP_US, stepUs: STEP_US };
}

export const readingsOf = ({ channels, instants }: DataSet): number => channels * instants;

/** kW.h in a quarter-hour, on average; how far it swings within a day; how much of it is chance. */
const MEAN = 0.1;
const SWING = 0.5;
const CHANCE = 0.06;

/**
 * The register at instant number `k` in watt-hours, as an expression that PostgreSQL and QuestDB both know; stored as kW.h with three
 * decimals. `noise` is uniform from 0 to 1 and another one for each reading: an increment then has six to seven bits of chance, as those of
 * households have, which is what compression cannot remove. It never falls: MEAN - SWING * 2 pi / 96 = 0.067 > CHANCE.
 */
export const wattHours = (k: string, noise: string): string =>
  `floor(1000.0 * (${MEAN} * (${k}) + ${SWING} * sin(2.0 * pi() * (${k}) / 96.0) + ${CHANCE} * (${noise})))`;
