import type { MeterFault } from './meter.ts';
import type { HouseholdUse } from './series-weeks.ts';
import type { VoltageKind } from './trial-voltages.ts';

/** Whose consumption an area has: customers of the simulated city, or real series. */
export type TrialLoads =
  | { readonly kind: 'built-in' }
  /** One per customer, guests last; no household twice in an area. */
  | { readonly kind: 'series'; readonly households: readonly HouseholdUse[] };

/** Which meters drift: given by position, or every one with the same chance, half of them up and half down on average. */
export type TrialDrift =
  | { readonly kind: 'list'; readonly faults: ReadonlyMap<number, MeterFault> }
  | {
      readonly kind: 'prevalence';
      readonly share: number;
      /** Ratio; constant, before the first day. */
      readonly size: number;
    };

export interface TrialLot {
  readonly name: string;
  /** Ratio, mean of its healthy members. */
  readonly meanError: number;
}

/** One transformer area to judge an estimator on. A pure function of these. */
export interface TrialAreaOptions {
  readonly seed: number;
  /** Names the streams of the area and its devices. */
  readonly area: number;
  readonly days: number;
  /** Listed customers, and further ones that are fed as well (listed in another area, or nowhere). */
  readonly meters: number;
  readonly guests?: number;
  readonly loads: TrialLoads;
  /** Over the supply. */
  readonly targetLoss: number;
  /** s; offsets are constant and stay within three of these. */
  readonly clockSd: number;
  readonly voltages: VoltageKind;
  /** V. */
  readonly voltageResolution: number;
  /** kW.h; the supply's default is 1 W.h times the current transformer. */
  readonly consumerQuantum: number;
  readonly supplyQuantum?: number;
  readonly singlePhaseFeeders: boolean;
  /** Share of readings lost by themselves; twice as many days lose some hours. */
  readonly gapRate: number;
  /** Ratio, spread of healthy meters inside their lot. */
  readonly healthySd: number;
  readonly lots: readonly TrialLot[];
  readonly supplySd: number;
  readonly drift: TrialDrift;
}
