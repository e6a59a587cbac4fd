import { normalCdf } from '@verimeter/statistics';
import type { EvidenceItem } from '../fleet-types.ts';
import type { WaterFleetInput } from '../water/water-types.ts';
import { type CohortData, cohortData, type CohortLot } from './cohort-homes.ts';
import { type LotExit, lotExit } from './lot-exit.ts';
import { contrastOf, type LotPrior, type LotRegression, lotRegression } from './lot-regression.ts';

/** Homes of a lot from which it is stated. */
const LEAST_HOMES = 10;
/** Standard deviations of what lots have in common: ratios per year (or per 1,000 m3) of a type, of a year of age, of 1,000 m3 on the register. */
const TYPE_SD = 0.02;
const AGE_SD = 0.005;
const VOLUME_SD = 0.005;
/** One-sided 5 % false, 90 % found (drift-estimation.md 1.3). */
const MDD_FACTOR = 1.645 + 1.28;
/** Probability that the posterior mean has the wrong sign, up to which a trend is claimed. */
const MOST_FALSE_SIGN = 0.025;

/** How the use that a lot registers moves against the other lots in the same districts. Ratios. */
interface LotContrast {
  /** From the lot's own homes alone. */
  readonly estimate: number;
  readonly se: number;
  /** With what lots of its type and age do: empirical Bayes. */
  readonly posteriorMean: number;
  readonly posteriorSd: number;
  /** Probability that the posterior mean has the wrong sign. */
  readonly falseSign: number;
}

export interface LotTrend extends CohortLot {
  /** Undefined: fewer than ten homes, or no other lot in its districts. */
  readonly perYear?: LotContrast;
  readonly perThousandCubicMetres?: LotContrast;
  /** Smallest change per year that would have been found with 90 % power. */
  readonly minimumDetectable?: number;
}

export interface WaterCohorts {
  readonly lots: readonly LotTrend[];
  readonly homes: number;
  /** Years between the two ends that are compared. */
  readonly years: number;
  /** Robust standard deviation of one home's change per year. */
  readonly homeSd: number;
  /** Spread of lots beyond type, age and volume, per year. */
  readonly lotSd: number;
}

/**
 * Lots against each other by what their homes use: which one registers less and less while its neighbours do not. Only differences
 * between lots are known; what all customers of a district do alike, season included, belongs to the district. Undefined with less than a
 * quarter of a year between the ends, or without homes to compare.
 */
export function analyzeWaterCohorts(
  input: WaterFleetInput,
  asOfUs: number,
): WaterCohorts | undefined {
  const data = cohortData(input, asOfUs);
  if (data === undefined || data.lots.length < 2) return undefined;
  const asOfYear = new Date(asOfUs / 1000).getUTCFullYear();
  const prior = priorOf(data.lots, asOfYear);
  const yearly = lotRegression(data.perYear, data.lots.length, prior);
  const volumic = lotRegression(data.perVolume, data.lots.length, prior);
  return {
    lots: data.lots.map((lot, l) => trendOf(lot, l, { yearly, volumic })),
    homes: data.perYear.length,
    years: data.years,
    homeSd: yearly.sigma,
    lotSd: yearly.tau,
  };
}

function priorOf(lots: CohortData['lots'], asOfYear: number): LotPrior {
  const types = [...new Set(lots.map(({ type }) => type))];
  const ages = lots.map(({ builtYear }) => (builtYear === undefined ? NaN : asOfYear - builtYear));
  return {
    columns: [
      ...types.map((type) => Float64Array.from(lots, (lot) => (lot.type === type ? 1 : 0))),
      centred(ages),
      centred(lots.map(({ volume }) => volume)),
    ],
    sds: [...types.map(() => TYPE_SD), AGE_SD, VOLUME_SD],
  };
}

/** Less their mean; what is not known is as the mean. */
function centred(values: readonly number[]): Float64Array {
  const known = values.filter(Number.isFinite);
  const mean = known.length === 0 ? 0 : known.reduce((a, b) => a + b, 0) / known.length;
  return Float64Array.from(values, (value) => (Number.isFinite(value) ? value - mean : 0));
}

function trendOf(
  lot: CohortLot,
  index: number,
  context: {
    readonly yearly: LotRegression;
    readonly volumic: LotRegression;
  },
): LotTrend {
  if (lot.homes < LEAST_HOMES) return lot;
  const perYear = contrast(index, context.yearly);
  const perThousandCubicMetres = contrast(index, context.volumic);
  if (perYear === undefined || perThousandCubicMetres === undefined) return lot;
  return {
    ...lot,
    perYear,
    perThousandCubicMetres,
    minimumDetectable: MDD_FACTOR * perYear.se,
  };
}

function contrast(lot: number, regression: LotRegression): LotContrast | undefined {
  const { flatMean, flatCovariance, information } = regression;
  const flat = contrastOf(lot, { mean: flatMean, covariance: flatCovariance, information });
  const shrunk = contrastOf(lot, regression);
  // One that no chain of districts connects with the others keeps the variance of ignorance.
  if (flat === undefined || shrunk === undefined || flat.se > 100 * regression.sigma)
    return undefined;
  return {
    estimate: flat.estimate,
    se: flat.se,
    posteriorMean: shrunk.estimate,
    posteriorSd: shrunk.se,
    falseSign: falseSignOf(shrunk.estimate, shrunk.se),
  };
}

/** What the trend of its lot says beside a meter; undefined where the sign of the trend is not certain. Ratios. */
export function lotTrendEvidence(trend: LotTrend): EvidenceItem | undefined {
  const { perYear, perThousandCubicMetres, homes, lot } = trend;
  if (perYear === undefined || perThousandCubicMetres === undefined || !signTold(perYear))
    return undefined;
  return {
    code: 'lot_usage_trend',
    values: {
      lot,
      homes,
      per_year: perYear.posteriorMean,
      se: perYear.posteriorSd,
      per_1000_m3: perThousandCubicMetres.posteriorMean,
      per_1000_m3_se: perThousandCubicMetres.posteriorSd,
    },
  };
}

/** Whether it is known with 95 % that a lot gains, or that it loses. */
const signTold = ({ posteriorMean, posteriorSd }: Posterior): boolean =>
  falseSignOf(posteriorMean, posteriorSd) <= MOST_FALSE_SIGN;

const falseSignOf = (mean: number, sd: number): number => normalCdf(-Math.abs(mean) / sd);

type Posterior = Pick<LotContrast, 'posteriorMean' | 'posteriorSd'>;

/** Mean error of a lot today; ratio. */
export interface KnownLevel {
  readonly mean: number;
  readonly se: number;
}

/**
 * When the mean error of a lot leaves its limit if it goes on against the others as it does and these stay as they are; with no level known,
 * from no error today. Undefined where the sign of the trend is not certain: a date would come from ignorance alone.
 */
export function lotTrendExit(
  perYear: Posterior,
  at: { readonly level: KnownLevel | undefined; readonly limit: number; readonly asOfUs: number },
): LotExit | undefined {
  if (!signTold(perYear)) return undefined;
  return lotExit(
    at.level ?? { mean: 0, se: 0 },
    { mean: perYear.posteriorMean, se: perYear.posteriorSd },
    at,
  );
}
