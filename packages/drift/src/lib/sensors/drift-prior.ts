/** What is taken of drifts and of healthy sensors before their data are seen. */
interface DriftPrior {
  /** Onsets of drift per sensor-year: mean, and how many sensor-years that is worth. */
  readonly onsetsPerYear: number;
  readonly worthYears: number;
  /** Typical sizes of drifts in usual limits (of a ramp: a year); equally likely. */
  readonly sizes: readonly number[];
  /** Lasting steps and slopes of healthy sensors and of their places: how many a year, and how large in short wanders. */
  readonly small: { readonly perYear: number; readonly step: number; readonly ramp: number };
  /** Excursions of healthy sensors: how many a year, how large in short wanders, and after how many weeks they have passed. */
  readonly excursion: { readonly perYear: number; readonly size: number; readonly weeks: number };
  /** How widely the wander of single sensors scatters about that of the network: sd of the logarithm. */
  readonly wanderSd: number;
}

export const DRIFT_PRIOR: DriftPrior = {
  onsetsPerYear: 0.3,
  worthYears: 20,
  sizes: [1, 2.5],
  small: { perYear: 0.2, step: 0.7, ramp: 0.2 },
  excursion: { perYear: 0.3, size: 2.5, weeks: 5 },
  wanderSd: 0.35,
};
