import type { AirFault, AirQuantity, Climate, TrialNetworkOptions } from '@verimeter/simulator';

/** Without its day: the cell says when. */
type CellFault =
  | { readonly kind: 'gain_ramp'; readonly perYear: number }
  | { readonly kind: 'gain_step' | 'offset_step'; readonly size: number }
  | { readonly kind: 'stuck' }
  | { readonly kind: 'noise'; readonly factor: number };

interface CommonOptions {
  /** The quantity that drifts, and that is scored. */
  readonly quantity: AirQuantity | 'co';
  readonly days: number;
  /** Day on which the faults begin. */
  readonly onsetDay: number;
  readonly fault?: CellFault;
}

export interface SimulatedCell extends CommonOptions {
  readonly source: 'simulated';
  readonly quantity: AirQuantity;
  readonly sensors: number;
  readonly references: 0 | 1 | 2 | 3;
  /** km */
  readonly spacing: number;
  /** Of the sensors that get the fault. */
  readonly share: number;
  readonly twoChannel?: boolean;
  readonly climate?: Climate;
  readonly events?: NonNullable<TrialNetworkOptions['events']>;
  readonly masts?: NonNullable<TrialNetworkOptions['masts']>;
  readonly rounds?: NonNullable<TrialNetworkOptions['rounds']>;
  /** Further quantities of the devices, beside the humidity (gases: and temperature) that they are corrected with. */
  readonly also?: readonly AirQuantity[];
}

/** Series of `--data`: network 0 is what was reported, network n has the fault in the n-th station, or in the element. */
export interface RealCell extends CommonOptions {
  readonly source: 'stations' | 'metal-oxide';
  readonly references: 0 | 1;
}

export interface SensorCell {
  readonly name: string;
  readonly text: string;
  readonly options: SimulatedCell | RealCell;
}

/** 12.5 months after the onset, which is what the slowest bar allows, and a bit. */
const AFTER = 390;
const ONSET = 180;
const RAMP: CellFault = { kind: 'gain_ramp', perYear: 0.2 };
const WARMER: CellFault = { kind: 'offset_step', size: 0.5 };

const BASE: SimulatedCell = {
  source: 'simulated',
  quantity: 'pm2_5',
  sensors: 10,
  references: 0,
  spacing: 1.5,
  days: ONSET + AFTER,
  onsetDay: ONSET,
  share: 0.2,
  fault: RAMP,
};

const cell = (name: string, text: string, change: Partial<SimulatedCell> = {}): SensorCell => ({
  name,
  text,
  options: { ...BASE, ...change },
});

const healthy = (name: string, text: string, change: Partial<SimulatedCell>): SensorCell => {
  const { fault: _fault, ...options } = { ...BASE, share: 0, days: 3 * 365, ...change };
  return { name, text, options };
};

/** The rows of the acceptance table, and what was asked beside them. */
const ACCEPTANCE: readonly SensorCell[] = [
  cell('pm', '10 PM2.5 sensors 1.5 km apart, two gain +20 %/yr from day 180, neighbours only'),
  cell('pm-reference', 'the same with one reference among them', { references: 1 }),
  cell('temperature', '10 sensors, two read +0.5 K from day 180, neighbours only', {
    quantity: 'temperature',
    fault: WARMER,
  }),
  cell('temperature-reference', 'the same with one reference', {
    quantity: 'temperature',
    fault: WARMER,
    references: 1,
  }),
  healthy('seasons', 'healthy PM2.5 sensors over three damp and dry seasons', {}),
  healthy('seasons-reference', 'the same with one reference', { references: 1 }),
  healthy('seasons-gases', 'healthy NO2 and O3 sensors over three years', {
    quantity: 'no2',
    also: ['o3'],
  }),
  cell('no2', 'NO2 sensors, two +20 %/yr, neighbours only', { quantity: 'no2', also: ['o3'] }),
  cell('no2-reference', 'the same with one reference', {
    quantity: 'no2',
    also: ['o3'],
    references: 1,
  }),
  cell('o3', 'O3 sensors, two +20 %/yr, neighbours only', { quantity: 'o3', also: ['no2'] }),
  cell('o3-reference', 'the same with one reference', {
    quantity: 'o3',
    also: ['no2'],
    references: 1,
  }),
  cell('two-channel', 'particle counters with two elements, the first one drifts', {
    twoChannel: true,
  }),
  cell('replaced', 'three sensors exchanged on day 200, two others drift', {
    events: [0, 1, 2].map((sensor) => ({ sensor, day: 200, kind: 'replaced' as const })),
  }),
  cell('moved', 'two sensors moved on day 200', {
    share: 0,
    events: [0, 1].map((sensor) => ({ sensor, day: 200, kind: 'moved' as const })),
  }),
  cell('sparse', 'three sensors 12 km apart: nothing may be said', {
    sensors: 3,
    spacing: 12,
    share: 0.34,
  }),
];

/** What a reference brings by where it stands. */
const REFERENCES: readonly SensorCell[] = [
  cell('pm-beside', 'two references among ten, each on the mast of one of the two that drift', {
    references: 2,
    masts: 'beside',
  }),
  cell('temperature-beside', 'the same for +0.5 K', {
    quantity: 'temperature',
    fault: WARMER,
    references: 2,
    masts: 'beside',
  }),
  cell('pm-beside-1', 'one of ten drifts, with a reference on its mast', {
    references: 1,
    share: 0.1,
    masts: 'beside',
  }),
  cell('pm-roof', 'ten sensors and a reference on one roof, two drift', {
    references: 1,
    masts: 'roof',
  }),
  cell('temperature-roof', 'the same for +0.5 K', {
    quantity: 'temperature',
    fault: WARMER,
    references: 1,
    masts: 'roof',
  }),
  healthy('seasons-roof', 'healthy PM2.5 sensors and a reference on one roof, three years', {
    references: 1,
    masts: 'roof',
  }),
  cell('pm-rounds', 'one reference goes round: each sensor is cross-checked every 140 days, 3 %', {
    rounds: { firstDay: 30, everyDays: 140, standardUncertainty: 0.03 },
  }),
  cell('references-3', 'three references at places of their own', { references: 3 }),
];

/** One factor at a time: what a network has to look like. */
const FACTORS: readonly SensorCell[] = [
  cell('sensors-5', '5 sensors, one drifts', { sensors: 5 }),
  cell('sensors-8', '8 sensors', { sensors: 8, share: 0.25 }),
  cell('sensors-12', '12 sensors', { sensors: 12, share: 0.17 }),
  cell('sensors-20', '20 sensors', { sensors: 20, share: 0.1 }),
  cell('share-40', 'four of ten drift, all upwards', { share: 0.4 }),
  cell('spacing-0.5', '0.5 km apart', { spacing: 0.5 }),
  cell('spacing-4', '4 km apart', { spacing: 4 }),
  cell('spacing-8', '8 km apart', { spacing: 8 }),
  cell('references-2', 'two references', { references: 2 }),
  cell('reference-4km', '4 km apart with one reference', { spacing: 4, references: 1 }),
  cell('baseline-75', 'the drift begins on day 75', { onsetDay: 75, days: 75 + AFTER }),
  cell('baseline-365', 'the drift begins after a year', { onsetDay: 365, days: 365 + AFTER }),
  cell('down', '-20 %/yr', { fault: { kind: 'gain_ramp', perYear: -0.2 } }),
  cell('step-30', 'a step of +30 %', { fault: { kind: 'gain_step', size: 0.3 } }),
  cell('ramp-10', '+10 %/yr', { fault: { kind: 'gain_ramp', perYear: 0.1 } }),
  cell('south', 'warm all year, a dry and a wet half', { climate: 'south' }),
  cell('stuck', 'two sensors show one value from day 180 on', { fault: { kind: 'stuck' } }),
  cell('noisy', 'two sensors are five times as noisy from day 180 on', {
    fault: { kind: 'noise', factor: 5 },
  }),
];

const real = (name: string, text: string, change: Partial<RealCell>): SensorCell => ({
  name,
  text,
  options: {
    source: 'stations',
    quantity: 'pm2_5',
    references: 0,
    days: 730,
    onsetDay: 240,
    fault: RAMP,
    ...change,
  },
});

/** With `--data`. */
const REAL: readonly SensorCell[] = [
  real('stations-pm', 'eight stations, PM2.5 of one +20 %/yr', {}),
  real('stations-pm-reference', 'the same, another station declared a reference', {
    references: 1,
  }),
  real('stations-no2', 'NO2', { quantity: 'no2' }),
  real('stations-o3', 'O3', { quantity: 'o3' }),
  real('stations-temperature', 'temperature of one +0.5 K', {
    quantity: 'temperature',
    fault: WARMER,
  }),
  real('metal-oxide-co', 'a metal-oxide element for CO beside an analyser, +20 %/yr', {
    source: 'metal-oxide',
    quantity: 'co',
    references: 1,
    onsetDay: 120,
  }),
  real('metal-oxide-no2', 'the same for NO2', {
    source: 'metal-oxide',
    quantity: 'no2',
    references: 1,
    onsetDay: 120,
  }),
];

/** Runs in seconds, to see that everything works; not among the cells that are run by default. */
const TINY: SensorCell = cell('tiny', 'five sensors for twenty weeks, one +60 % at once', {
  sensors: 5,
  references: 1,
  days: 140,
  onsetDay: 84,
  fault: { kind: 'gain_step', size: 0.6 },
});

export const SIMULATED: readonly SensorCell[] = [...ACCEPTANCE, ...REFERENCES, ...FACTORS];
export const ALL_CELLS: readonly SensorCell[] = [...SIMULATED, ...REAL, TINY];

export const findSensorCell = (name: string): SensorCell | undefined =>
  ALL_CELLS.find((candidate) => candidate.name === name);

export function faultOf({ fault, onsetDay }: CommonOptions): AirFault | undefined {
  return fault === undefined ? undefined : { ...fault, sinceDay: onsetDay };
}
