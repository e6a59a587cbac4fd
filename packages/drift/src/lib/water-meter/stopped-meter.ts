import { type AbsenceModel, type AbsenceRecord, longerSpellRate } from './absence-model.ts';

/** Water meters that stop, per year: from fractions of a percent to 6.6 % are reported (metrology.md 3.1). */
const STOPS_PER_YEAR = 0.03;
/** Shorter spells are never called a stop, days. */
const LEAST_STOPPED_DAYS = 3;
/** From so many days on, where a witness speaks for it by at least this logarithm, likelier than not is enough. */
const WITNESSED = { days: 10, evidence: 0.5, probability: 0.5 };
/** Sooner, while another day tells more than it costs, and where nothing but the register's own past speaks for it. */
const SURE_PROBABILITY = 0.95;

/** Kinds of households as 20 homes with a year each show them (one half of the DAIAD trial), smoothed. */
export const GENERAL_ABSENCES: AbsenceModel = [
  {
    share: 0.72,
    short: { rate: 3.2, shape: 0.7 },
    long: { rate: 0.45, shape: 0.5 },
    lengths: [
      0.75, 0.2, 0.05, 0.54, 0.24, 0.13, 0.053, 0.02, 0.008, 0.004, 0.002, 0.001, 0.001, 0.001,
    ],
  },
  {
    share: 0.18,
    short: { rate: 55, shape: 2 },
    long: { rate: 4.8, shape: 0.7 },
    lengths: [
      0.42, 0.43, 0.15, 0.46, 0.24, 0.19, 0.06, 0.025, 0.01, 0.006, 0.004, 0.003, 0.001, 0.001,
    ],
  },
  {
    share: 0.1,
    short: { rate: 52, shape: 1 },
    long: { rate: 44, shape: 1 },
    lengths: [0.43, 0.29, 0.28, 0.23, 0.17, 0.21, 0.12, 0.1, 0.07, 0.04, 0.03, 0.015, 0.01, 0.005],
  },
];

/**
 * Probability that a register which stands still belongs to a stopped meter rather than to an empty home: stops come at a constant rate and last,
 * absences come as often as this home and those like it, at this time of the year, leave for so long or longer.
 */
export function stoppedProbability(
  model: AbsenceModel,
  record: AbsenceRecord,
  spell: { readonly days: number; readonly season: number; readonly evidence: number },
): number {
  const absences = longerSpellRate(model, record, spell.days) * spell.season;
  const odds = (STOPS_PER_YEAR / absences) * Math.exp(spell.evidence);
  return odds / (1 + odds);
}

/** Whether a stop is said. */
export function isStop(spell: {
  readonly days: number;
  readonly evidence: number;
  readonly probability: number;
}): boolean {
  const { days, evidence, probability } = spell;
  if (days < LEAST_STOPPED_DAYS) return false;
  const isWitnessed = days >= WITNESSED.days && evidence >= WITNESSED.evidence;
  return probability >= (isWitnessed ? WITNESSED.probability : SURE_PROBABILITY);
}
