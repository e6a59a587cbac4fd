import { SWELLING } from './humidity-growth.ts';
import type { Comparison } from './network-level.ts';

/** What is taken of drifts and of healthy sensors before their data are seen. */
interface DriftPrior {
  /**
   * Onsets of drift per sensor-year: mean, and how many sensor-years that is worth. Optics of particle counters age in dust and damp; of
   * gases a slow change of the place looks like a drift, and thermometers and barometers hardly drift.
   */
  readonly onsetsPerYear: Readonly<Record<'particles' | Comparison, number>>;
  readonly worthYears: number;
  /** Usual limits that a drift must have come by now to be called one: what is less is no more than healthy sensors stray. */
  readonly leastDrift: number;
  /** Typical sizes of drifts in usual limits (of a ramp: a year); equally likely. */
  readonly sizes: readonly number[];
  /**
   * Lasting steps and slopes of healthy sensors and of their places: how many a year, and how large in wanders, but at least so many
   * limits: what is far below a limit is no drift that anybody has to know of, however quiet the neighbours are.
   */
  readonly small: {
    readonly perYear: number;
    readonly step: number;
    readonly ramp: number;
    readonly leastStep: number;
    readonly leastRamp: number;
  };
  /** Excursions of healthy sensors: how many a year, how large (likewise), and after how many weeks they have passed. */
  readonly excursion: {
    readonly perYear: number;
    readonly size: number;
    readonly least: number;
    readonly weeks: number;
  };
  /** How widely the wander of single sensors scatters about that of the network: sd of the logarithm. */
  readonly wanderSd: number;
}

export const DRIFT_PRIOR: DriftPrior = {
  onsetsPerYear: { particles: 0.45, ratio: 0.15, difference: 0.2 },
  worthYears: 20,
  leastDrift: 0.25,
  sizes: [1, 2.5],
  small: { perYear: 0.2, step: 0.7, ramp: 0.2, leastStep: 0.15, leastRamp: 0.1 },
  excursion: { perYear: 0.3, size: 2.5, least: 0.3, weeks: 5 },
  wanderSd: 0.35,
};

/** Onsets of drift per sensor-year before data are seen. */
export function usualOnsetsPerYear(quantity: string, comparison: Comparison): number {
  return DRIFT_PRIOR.onsetsPerYear[SWELLING.has(quantity) ? 'particles' : comparison];
}
