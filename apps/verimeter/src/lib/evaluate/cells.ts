import type { VoltageKind } from '@verimeter/simulator';
import type { TroubleKind } from './trouble-plan.ts';

/** Everything that distinguishes one case of the evaluation from another. Ratios, seconds, kW.h, days. */
export interface CellOptions {
  readonly meters: number;
  readonly days: number;
  /** Default: as many as make METERS_PER_FLEET. */
  readonly areas?: number;
  readonly clockSd: number;
  readonly loss: number;
  readonly voltages: VoltageKind;
  readonly voltageResolution: number;
  readonly consumerQuantum: number;
  /** Default: 1 W.h times the current transformer. */
  readonly supplyQuantum?: number;
  readonly singlePhaseFeeders: boolean;
  /** Whether the archive says on which feeder a meter hangs. */
  readonly feederRecords: boolean;
  readonly gapRate: number;
  readonly prevalence: number;
  readonly drift: number;
  readonly shape: DriftShape;
  readonly archive: 'clean' | 'misfiled' | 'unregistered';
  /** What else is wrong in some of the areas. */
  readonly trouble?: TroubleKind;
  /** Share of the customers with a photovoltaic roof; default none, and no export registers. */
  readonly pvShare?: number;
  /** First week that is looked at; undefined: one look, at the end. */
  readonly looksFromWeek?: number;
}

type DriftShape =
  /** Four of five began before the window, the others in its first half: `reverify` needs two disjoint windows of 14 days. */
  | { readonly kind: 'step' }
  | { readonly kind: 'ramp'; readonly fromDay: number; readonly untilDay: number };

export interface Cell {
  readonly name: string;
  readonly text: string;
  readonly options: CellOptions;
}

/** Meters that are analysed together as one tenant: priors are learned over so many. */
export const METERS_PER_FLEET = 600;

const BASE: CellOptions = {
  meters: 60,
  days: 30,
  clockSd: 5,
  loss: 0.02,
  voltages: 'mean',
  voltageResolution: 0.1,
  consumerQuantum: 0.01,
  singlePhaseFeeders: false,
  feederRecords: true,
  gapRate: 0.001,
  prevalence: 0.05,
  drift: 0.03,
  shape: { kind: 'step' },
  archive: 'clean',
};

const cell = (name: string, text: string, change: Partial<CellOptions> = {}): Cell => ({
  name,
  text,
  options: { ...BASE, ...change },
});

/** The rows of the acceptance table. */
const ACCEPTANCE: readonly Cell[] = [
  cell(
    'base',
    '60 class 1 meters, 30 days, clocks 5 s, loss 2 %, mean voltages, 5 % drifted by +-3 %',
  ),
  cell('meters-100', '100 meters', { meters: 100 }),
  cell('single-phase', 'single-phase feeders', { singlePhaseFeeders: true }),
  cell('loss-4.4', 'loss 4.4 %', { loss: 0.044 }),
  cell('no-records', 'records without feeder and phase', { feederRecords: false }),
  cell('drift-2', 'drift +-2 %', { drift: 0.02 }),
  cell('drift-1.5', 'drift +-1.5 %', { drift: 0.015 }),
  cell('clock-30', 'clocks 30 s', { clockSd: 30 }),
  cell('voltage-instantaneous', 'voltages sampled at the end of the interval', {
    voltages: 'instantaneous',
  }),
  cell('voltage-poor', 'poor voltages: 1 V, gain error 15 % of the drop, noise', {
    voltages: 'poor',
  }),
  cell('no-voltage', 'no voltages', { voltages: 'none' }),
  cell('prevalence-0.5', '0.5 % drifted', { prevalence: 0.005 }),
  cell('healthy-26-weeks', 'healthy, looked at every week for 26 weeks', {
    prevalence: 0,
    days: 210,
    looksFromWeek: 5,
  }),
  cell('misfiled', 'three of ten areas list a meter that another one feeds', {
    archive: 'misfiled',
  }),
  cell('unregistered', 'three of ten areas feed a reporting customer in no list', {
    archive: 'unregistered',
  }),
  cell('ramp-6-in-12-weeks', 'ramp of +-6 % in 12 weeks, looked at every week', {
    days: 140,
    drift: 0.06,
    shape: { kind: 'ramp', fromDay: 35, untilDay: 119 },
    looksFromWeek: 5,
  }),
];

/** One factor at a time around the base case. */
const FACTORS: readonly Cell[] = [
  cell('meters-20', '20 meters', { meters: 20 }),
  cell('days-60', '60 days', { days: 60 }),
  cell('days-90', '90 days', { days: 90 }),
  cell('clock-1', 'clocks 1 s', { clockSd: 1 }),
  cell('clock-15', 'clocks 15 s', { clockSd: 15 }),
  cell('clock-60', 'clocks 60 s', { clockSd: 60 }),
  cell('loss-0.5', 'loss 0.5 %', { loss: 0.005 }),
  cell('voltage-1v', 'mean voltages rounded to 1 V', { voltageResolution: 1 }),
  cell('quantum-1wh', 'registers of 1 W.h', { consumerQuantum: 0.001 }),
  cell('quantum-100wh', 'registers of 100 W.h', { consumerQuantum: 0.1 }),
  cell('supply-1kwh', 'supply register of 1 kW.h', { supplyQuantum: 1 }),
  cell('no-gaps', 'no reading lost', { gapRate: 0 }),
  cell('gaps-2', '2 % of readings lost', { gapRate: 0.02 }),
  cell('drift-5', 'drift +-5 %', { drift: 0.05 }),
  cell('drift-10', 'drift +-10 %', { drift: 0.1 }),
  cell('healthy', 'nothing drifts', { prevalence: 0 }),
];

/** Areas that a gate has to refuse, or to put right. */
const TROUBLES: readonly Cell[] = [
  cell('shift-interval', 'every other area: one meter stamped one interval wrong', {
    trouble: 'shifted-interval',
  }),
  cell('shift-hours', 'every other area: one meter stamped in another zone', {
    trouble: 'shifted-hours',
  }),
  cell('summer-time', 'every other area: one meter changes to or from summer time in the window', {
    trouble: 'summer-time',
  }),
  cell('shift-supply', 'every other area: supply stamped one interval or some hours wrong', {
    trouble: 'shifted-supply',
  }),
  cell('shift-many', 'every other area: 30 to 60 % of the meters stamped wrong', {
    trouble: 'shifted-many',
  }),
  cell('switched', 'three pairs of areas: 5 to 15 customers change their transformer', {
    trouble: 'switched',
  }),
  cell('switched-60', 'the same in a window of 60 days', { trouble: 'switched', days: 60 }),
  cell('moved', 'three pairs of areas: one customer changes the transformer', { trouble: 'moved' }),
  cell('silent-consumer', 'every other area feeds a customer whose meter does not report', {
    trouble: 'silent-consumer',
  }),
  cell('street-light', 'every area lights 1 kW of streets that no meter counts', {
    trouble: 'street-light',
  }),
  cell('telecom', 'every area feeds a cabinet of 1 kW that no meter counts', {
    trouble: 'telecom',
  }),
  cell('theft', 'every area has a tap of 1 kW that is used on most evenings', {
    trouble: 'theft',
  }),
  cell('pv-30', '30 % of the customers have a photovoltaic roof', { pvShare: 0.3 }),
];

const COMBINATIONS: readonly Cell[] = [
  cell('combo-large-loss', '100 meters, loss 4.4 %', { meters: 100, loss: 0.044 }),
  cell('combo-large-clock', '100 meters, clocks 30 s', { meters: 100, clockSd: 30 }),
  cell('combo-clock-no-voltage', 'clocks 30 s, no voltages', { clockSd: 30, voltages: 'none' }),
  cell('combo-loss-no-voltage', 'loss 4.4 %, no voltages', { loss: 0.044, voltages: 'none' }),
  cell('combo-dense-no-voltage', 'loss 0.5 %, no voltages', { loss: 0.005, voltages: 'none' }),
  cell('combo-loss-instantaneous', 'loss 4.4 %, sampled voltages', {
    loss: 0.044,
    voltages: 'instantaneous',
  }),
  cell('combo-single-no-records', 'single-phase feeders, records without feeder', {
    singlePhaseFeeders: true,
    feederRecords: false,
  }),
  cell('combo-small-90-days', 'drift +-1.5 %, 90 days', { drift: 0.015, days: 90 }),
  cell('combo-rare-small', '0.5 % drifted by +-2 %', { prevalence: 0.005, drift: 0.02 }),
  cell('combo-field', 'clocks 15 s, loss 3 %, sampled voltages of 1 V, gaps 1 %, no feeders', {
    clockSd: 15,
    loss: 0.03,
    voltages: 'instantaneous',
    voltageResolution: 1,
    gapRate: 0.01,
    feederRecords: false,
  }),
];

/** Runs in seconds, to see that everything works; not among the cells that are run by default. */
export const TINY: Cell = cell('tiny', 'two areas of 12 meters, a quarter of them drifted', {
  meters: 12,
  areas: 2,
  prevalence: 0.25,
  drift: 0.05,
  supplyQuantum: 0.001,
});

export const CELLS: readonly Cell[] = [...ACCEPTANCE, ...FACTORS, ...TROUBLES, ...COMBINATIONS];

export const areasPerFleet = (options: CellOptions): number =>
  options.areas ?? Math.max(2, Math.round(METERS_PER_FLEET / options.meters));

/** Fleets until so many meters have drifted; where none drifts, one for every 60 that are asked for elsewhere. */
export function fleetsOf(options: CellOptions, drifted: number): number {
  return Math.ceil(drifted / (driftedPerFleet(options) || 60));
}

export const driftedPerFleet = (options: CellOptions): number =>
  Math.round(options.prevalence * options.meters * areasPerFleet(options));

export const findCell = (name: string): Cell | undefined =>
  [...CELLS, TINY].find((candidate) => candidate.name === name);
