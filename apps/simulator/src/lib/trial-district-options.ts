import type { PressureControl } from './water-network.ts';
import type { WaterFault, WaterLot } from './water-meter.ts';
import type { WaterHomeUse } from './water-series.ts';

/** Whose water a district draws: homes of the simulated city, or real series. */
export type WaterLoads =
  | { readonly kind: 'built-in' }
  /** One per home. */
  | { readonly kind: 'series'; readonly homes: readonly WaterHomeUse[] };

export type WaterDrift =
  | { readonly kind: 'list'; readonly faults: ReadonlyMap<number, WaterFault> }
  | {
      readonly kind: 'prevalence';
      readonly share: number;
      /** Ratio, with its sign: -0.1. */
      readonly size: number;
      /** `constant`: before the first day; `step`, `ramp`: begins in the first half of the window. */
      readonly onset: 'constant' | 'step' | 'ramp';
    };

/** When meters are read, and what instant the reading then carries. */
export type WaterReads =
  /** Every meter at the full hour. */
  | 'synchronous'
  /** Each meter at a minute of its own, and stamped with it: hardly any reading lies on the grid. */
  | 'own-minute'
  /** Each at a minute of its own, but stamped with the full hour. */
  | 'stamped';

/** A district to judge an estimator on. A pure function of these. */
export interface TrialDistrictOptions {
  readonly seed: number;
  /** Names the streams of the district and its devices. */
  readonly district: number;
  readonly days: number;
  readonly homes: number;
  readonly loads: WaterLoads;
  readonly reads: WaterReads;
  readonly readEvery: 'hour' | 'day';
  /** s, of the clocks of synchronous meters. */
  readonly clockSd: number;
  /** Over what is supplied. */
  readonly leakShare: number;
  readonly bursts: boolean;
  /** Legal use that no meter counts, over what the homes draw. */
  readonly unmetered: number;
  /** Where pressure is logged: nowhere, at the inlet, or there and at one home in the middle of the network. */
  readonly pressure: 'none' | 'inlet' | 'inlet-and-home';
  /** Undefined: drawn. */
  readonly control?: PressureControl;
  /** A house with a sum meter: no street in it. */
  readonly building: boolean;
  readonly drift: WaterDrift;
  /** m3 */
  readonly consumerQuantum: number;
  readonly supplyQuantum: number;
  readonly healthySd: number;
  readonly supplySd: number;
  readonly lots: readonly WaterLot[];
  readonly gapRate: number;
  /** Whether an electricity meter at each address is read too. */
  readonly otherUse: boolean;
}

export const TRIAL_DISTRICT: TrialDistrictOptions = {
  seed: 1,
  district: 0,
  days: 90,
  homes: 60,
  loads: { kind: 'built-in' },
  reads: 'synchronous',
  readEvery: 'hour',
  clockSd: 5,
  leakShare: 0.2,
  bursts: true,
  unmetered: 0.015,
  pressure: 'inlet-and-home',
  building: false,
  drift: { kind: 'prevalence', share: 0.05, size: -0.1, onset: 'constant' },
  consumerQuantum: 0.001,
  supplyQuantum: 0.01,
  healthySd: 0.01,
  supplySd: 0.004,
  lots: [
    {
      name: 'Bến Thành | BT-MJ15 | 2 | 2.5',
      builtYear: 2022,
      meanError: -0.004,
      kind: 'jet',
      age: 4,
    },
    {
      name: 'Bến Thành | BT-MJ15 | 2 | 2.5',
      builtYear: 2024,
      meanError: 0.001,
      kind: 'jet',
      age: 2,
    },
    {
      name: 'Sao Mai | SM-RP15 | 2 | 2.5',
      builtYear: 2023,
      meanError: -0.002,
      kind: 'piston',
      age: 3,
    },
  ],
  gapRate: 0.001,
  otherUse: false,
};
