import type { MeterFault } from './meter.ts';
import type { HouseholdUse } from './series-weeks.ts';
import type { StampShift } from './trial-stamps.ts';
import type { UnmeteredLoad } from './trial-unmetered.ts';
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
  /** Only customers of three phases, of built-in loads. */
  readonly threePhase?: boolean;
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
  /** Share of the listed customers with a photovoltaic roof; then every meter has an export register. */
  readonly pvShare?: number;
  /** Meters whose readings carry the wrong time, by position; -1 is the supply. */
  readonly stamps?: ReadonlyMap<number, StampShift>;
  /** Customers that hang on another transformer outside of these days, by position. */
  readonly fedDays?: ReadonlyMap<number, { readonly fromDay: number; readonly toDay: number }>;
  /** The meter at a position that stands in another area as well, as it was made there. */
  readonly sameMeter?: ReadonlyMap<number, { readonly area: number; readonly index: number }>;
  /** Records currents and powers per phase, for meters that send them. */
  readonly electrical?: boolean;
  /** Loads that no meter counts. */
  readonly unmetered?: readonly UnmeteredLoad[];
}
