import { logGamma } from '@verimeter/statistics';

/** Lower ends of the classes of length, days. */
const LENGTHS = [0.75, 1.5, 3, 5, 7, 10, 14, 21, 30, 45, 60, 90, 120, 180] as const;
/** What is known of all homes counts as so many homes in a fleet of its own. */
const PRIOR_HOMES = 30;
const EM_ROUNDS = 30;
const DAYS_PER_YEAR = 365.25;

/** Spells of days without water up to here are weekends and short trips; the longer ones come at a rate of their own. */
const LONG_FROM = 5;
const FIRST_LONG = LENGTHS.indexOf(LONG_FROM);

/** How often homes of a kind are left: mean over homes per year of days in use, and shape of the gamma law of that rate. */
interface SpellRate {
  readonly rate: number;
  readonly shape: number;
}

/** How a kind of household leaves its home. */
interface AbsenceKind {
  /** Share of homes. */
  readonly share: number;
  /** Spells shorter than `LONG_FROM`, and the longer ones. */
  readonly short: SpellRate;
  readonly long: SpellRate;
  /** Share of the short spells, and of the long ones, in each class of length. */
  readonly lengths: readonly number[];
}

export type AbsenceModel = readonly AbsenceKind[];

/** One home's spells by class of length, and the days it was seen in use. */
export interface AbsenceRecord {
  readonly counts: readonly number[];
  readonly daysInUse: number;
}

export function absenceRecord(days: readonly number[], daysInUse: number): AbsenceRecord {
  const counts = LENGTHS.map(() => 0);
  for (const length of days) {
    const k = LENGTHS.findLastIndex((low) => length >= low);
    if (k >= 0) counts[k] = (counts[k] ?? 0) + 1;
  }
  return { counts, daysInUse };
}

/** Natural spells that last `days` or longer, per year in use, expected of a home with such a record. */
export function longerSpellRate(model: AbsenceModel, record: AbsenceRecord, days: number): number {
  const weights = kindWeights(model, record);
  return model.reduce((sum, kind, k) => {
    const [short, long] = GROUPS.map(({ of, from, to }) => {
      const share = longerShare(kind.lengths.slice(from, to), LENGTHS.slice(from, to + 1), days);
      return share === 0 ? 0 : share * homeRate(kind[of], numberIn(record, from, to), record);
    });
    return sum + (weights[k] ?? 0) * ((short ?? 0) + (long ?? 0));
  }, 0);
}

const GROUPS = [
  { of: 'short', from: 0, to: FIRST_LONG },
  { of: 'long', from: FIRST_LONG, to: LENGTHS.length },
] as const;

/** Share of the spells of one group that last so long or longer: power laws between the ends of the classes. */
function longerShare(shares: readonly number[], ends: readonly number[], days: number): number {
  const k = ends.findLastIndex((low) => days >= low);
  if (k < 0) return 1;
  if (k >= shares.length) return 0;
  const tail = shares.slice(k).reduce((a, b) => a + b, 0);
  const low = ends[k] as number;
  const isLast = ends[k + 1] === undefined;
  // Beyond the last class: half of them with each doubling.
  const high = ends[k + 1] ?? 2 * low;
  const next = isLast ? tail / 2 : tail - (shares[k] as number);
  const at = Math.log(days / low) / Math.log(high / low);
  // the short ones end at the end of their last class
  return next <= 0 ? tail * (1 - at) : tail * (next / tail) ** at;
}

/** Probability of each kind for a home with such a record. */
export function kindWeights(model: AbsenceModel, record: AbsenceRecord): number[] {
  const logs = model.map((kind) => Math.log(kind.share) + logLikelihood(kind, record));
  const top = Math.max(...logs);
  const weights = logs.map((log) => Math.exp(log - top));
  const sum = weights.reduce((a, b) => a + b, 0);
  return weights.map((weight) => weight / sum);
}

/** Negative binomial for the numbers, multinomial for the lengths; without the factors that all kinds share. */
function logLikelihood(kind: AbsenceKind, record: AbsenceRecord): number {
  const years = record.daysInUse / DAYS_PER_YEAR;
  let log = 0;
  for (const { of, from, to } of GROUPS) {
    const { rate, shape } = kind[of];
    const number = numberIn(record, from, to);
    const beta = shape / rate;
    log +=
      logGamma(shape + number) -
      logGamma(shape) +
      shape * Math.log(beta / (beta + years)) -
      number * Math.log(beta + years);
  }
  record.counts.forEach((count, k) => {
    if (count > 0) log += count * Math.log(Math.max(1e-6, kind.lengths[k] ?? 0));
  });
  return log;
}

const numberIn = (record: AbsenceRecord, from: number, to: number): number =>
  record.counts.slice(from, to).reduce((a, b) => a + b, 0);

function homeRate({ rate, shape }: SpellRate, number: number, record: AbsenceRecord): number {
  return (shape + number) / (shape / rate + record.daysInUse / DAYS_PER_YEAR);
}

/** The kinds as a fleet shows them, by expectation and maximisation; the general ones count as `PRIOR_HOMES` homes seen for a year. */
export function learnAbsences(
  general: AbsenceModel,
  records: readonly AbsenceRecord[],
  priorHomes: number = PRIOR_HOMES,
): AbsenceModel {
  let model = general;
  for (let round = 0; round < EM_ROUNDS; round++) {
    const weights = records.map((record) => kindWeights(model, record));
    model = general.map((prior, k) => {
      const homes = priorHomes * prior.share;
      let share = homes;
      let years = homes;
      const counts = prior.lengths.map(
        (part, c) => part * homes * (c < FIRST_LONG ? prior.short : prior.long).rate,
      );
      records.forEach((record, i) => {
        const weight = weights[i]?.[k] ?? 0;
        share += weight;
        years += (weight * record.daysInUse) / DAYS_PER_YEAR;
        record.counts.forEach((count, c) => {
          counts[c] = (counts[c] ?? 0) + weight * count;
        });
      });
      const [short, long] = GROUPS.map(({ from, to }) =>
        counts.slice(from, to).reduce((a, b) => a + b, 0),
      ) as [number, number];
      return {
        share: share / (priorHomes + records.length),
        short: { rate: short / years, shape: prior.short.shape },
        long: { rate: long / years, shape: prior.long.shape },
        lengths: counts.map((count, c) => count / (c < FIRST_LONG ? short : long)),
      };
    });
  }
  return model;
}
