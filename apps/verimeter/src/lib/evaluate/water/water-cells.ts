import type { TrialDistrictOptions } from '@verimeter/simulator';

/** Everything that distinguishes one case of the evaluation of water districts from another. Ratios, m3, days. */
export interface WaterCellOptions {
  readonly homes: number;
  readonly days: number;
  /** Default: as many as make HOMES_PER_FLEET. */
  readonly districts?: number;
  readonly reads: TrialDistrictOptions['reads'];
  readonly readEvery: TrialDistrictOptions['readEvery'];
  readonly clockSd: number;
  readonly leakShare: number;
  readonly bursts: boolean;
  readonly pressure: TrialDistrictOptions['pressure'];
  readonly building: boolean;
  readonly consumerQuantum: number;
  readonly supplyQuantum: number;
  readonly gapRate: number;
  readonly prevalence: number;
  /** With its sign. */
  readonly drift: number;
  /** `constant`: began before the first day; `step`: in the first half; `ramp`: grows over the middle of the window. */
  readonly onset: 'constant' | 'step' | 'ramp';
  /** Share of the homes whose meter stops, on days of the last half; 0: none. */
  readonly stopped: number;
  /** In each district one meter that stops, one home that leaks behind its meter and one that gives water back, from its last third on. */
  readonly troubles: boolean;
  /** What is wrong between the districts of every third pair; undefined: nothing. */
  readonly trouble?: 'valve' | 'stranger';
  /** Whether an electricity meter at each address reports as well. */
  readonly otherUse: boolean;
  /** First week that is looked at; undefined: one look, at the end. */
  readonly looksFromWeek?: number;
}

export interface WaterCell {
  readonly name: string;
  readonly text: string;
  readonly options: WaterCellOptions;
}

/** Homes that are analysed together as one tenant: priors and the list are learned over so many. */
const HOMES_PER_FLEET = 600;

const BASE: WaterCellOptions = {
  homes: 60,
  days: 90,
  reads: 'synchronous',
  readEvery: 'hour',
  clockSd: 5,
  leakShare: 0.2,
  bursts: true,
  pressure: 'inlet-and-home',
  building: false,
  consumerQuantum: 0.001,
  supplyQuantum: 0.01,
  gapRate: 0.001,
  prevalence: 0.05,
  drift: -0.1,
  onset: 'constant',
  stopped: 0,
  troubles: false,
  otherUse: false,
};

const cell = (name: string, text: string, change: Partial<WaterCellOptions> = {}): WaterCell => ({
  name,
  text,
  options: { ...BASE, ...change },
});

const STOPPED: Partial<WaterCellOptions> = {
  homes: 30,
  days: 126,
  prevalence: 0,
  stopped: 0.1,
  looksFromWeek: 8,
};

/** The rows of the acceptance table. */
const ACCEPTANCE: readonly WaterCell[] = [
  cell('homes-30', '30 homes, 90 days, leak 20 %, bursts, pressure measured, -10 %', { homes: 30 }),
  cell('homes-60-large', '60 homes, -20 %, 60 days', { days: 60, drift: -0.2 }),
  cell('homes-60', '60 homes, -10 %, 90 days'),
  cell('own-minute', 'every meter is read at a minute of its own', { reads: 'own-minute' }),
  cell('daily', 'homes are read once a day', { readEvery: 'day' }),
  cell('homes-150', '150 homes', { homes: 150 }),
  cell('own-minute-150', '150 homes, every meter is read at a minute of its own', {
    homes: 150,
    reads: 'own-minute',
  }),
  cell('daily-150', '150 homes, read once a day', { homes: 150, readEvery: 'day' }),
  cell('stopped', 'stopped meters, electricity read at every address', {
    ...STOPPED,
    otherUse: true,
  }),
  cell('stopped-alone', 'stopped meters, nothing else read there', STOPPED),
];

/** One factor at a time. */
const FACTORS: readonly WaterCell[] = [
  cell('no-bursts', 'neither bursts nor flushing', { bursts: false }),
  cell('no-pressure', 'pressure is not measured', { pressure: 'none' }),
  cell('inlet-pressure', 'pressure is measured at the inlet only', { pressure: 'inlet' }),
  cell('leak-40', 'leak 40 %', { leakShare: 0.4 }),
  cell('register-10', 'registers of 10 L', { consumerQuantum: 0.01 }),
  cell('drift-5', 'drift -5 %', { drift: -0.05 }),
  cell('drift-20', 'drift -20 %', { drift: -0.2 }),
  cell('step', 'the drift begins in the window', { onset: 'step' }),
  cell('ramp', 'the drift grows in the window', { onset: 'ramp' }),
  cell(
    'troubles',
    '30 homes, and in each district one meter stops, one home leaks and one gives water back',
    {
      homes: 30,
      troubles: true,
    },
  ),
  cell('valve', '30 homes; two districts in three exchange water through a valve that was opened', {
    homes: 30,
    trouble: 'valve',
  }),
  cell('strangers', '30 homes; two districts in three: one lists a home that the other one feeds', {
    homes: 30,
    trouble: 'stranger',
  }),
  cell('building', 'buildings of 12 flats behind a sum meter of 1 L', {
    homes: 12,
    districts: 25,
    building: true,
    leakShare: 0.02,
    bursts: false,
    supplyQuantum: 0.001,
  }),
  cell('stamped', 'read at a minute of its own, stamped with the full hour', { reads: 'stamped' }),
  cell('homes-30-no-pressure', '30 homes, pressure is not measured', {
    homes: 30,
    pressure: 'none',
  }),
  cell('healthy-26-weeks', 'healthy, looked at every week for 26 weeks', {
    homes: 30,
    days: 26 * 7,
    prevalence: 0,
    looksFromWeek: 7,
  }),
];

/** Runs in seconds, to see that everything works; not among the cells that are run by default. */
export const TINY_WATER: WaterCell = cell(
  'tiny',
  'two districts of 10 homes, a fifth of them -25 %',
  {
    homes: 10,
    days: 60,
    districts: 2,
    prevalence: 0.2,
    drift: -0.25,
    leakShare: 0.05,
    bursts: false,
    supplyQuantum: 0.001,
  },
);

export const WATER_CELLS: readonly WaterCell[] = [...ACCEPTANCE, ...FACTORS];

export const districtsPerFleet = ({ districts, homes }: WaterCellOptions): number =>
  districts ?? Math.max(2, Math.round(HOMES_PER_FLEET / homes));

export const findWaterCell = (name: string): WaterCell | undefined =>
  [...WATER_CELLS, TINY_WATER].find((candidate) => candidate.name === name);
