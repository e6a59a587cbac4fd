import type { DeviceCheck } from '@verimeter/drift';
import type { DeviceFault } from '@verimeter/simulator';

/** Day from which on a fault is there. */
export const FAULT_DAY = 28;

/** `DeviceFault` without its day. */
type FaultKind = DeviceFault extends infer Fault
  ? Fault extends DeviceFault
    ? Omit<Fault, 'sinceDay'>
    : never
  : never;

/** How meters send and what is wrong with them; every customer of an area has such a meter. */
export interface DeviceCell {
  readonly name: string;
  readonly samples: boolean;
  /** A */
  readonly ampereStep: number;
  /** Share of readings that are lost. */
  readonly missing: number;
  /** Share of samples of which the neutral is read another moment than the phases. */
  readonly skewed: number;
  /** Whether a third of the customers has a roof. */
  readonly roofs: boolean;
  /** Absent: in order. */
  readonly fault?: FaultKind;
  /** The check that is to find it. */
  readonly check?: DeviceCheck;
  /** Only meters of so many phases. */
  readonly phases?: 1 | 3;
  /** Channels that the meter does not send. */
  readonly without?: readonly string[];
}

const MEANS = { samples: false, ampereStep: 0.01, missing: 0.01, skewed: 0, roofs: false };
const SAMPLES = { ...MEANS, samples: true, skewed: 0.01 };

export const DEVICE_CELLS: readonly DeviceCell[] = [
  { name: 'healthy-means', ...MEANS },
  { name: 'healthy-samples', ...SAMPLES },
  { name: 'healthy-steps-1A', ...MEANS, ampereStep: 1 },
  { name: 'healthy-gaps-10', ...SAMPLES, missing: 0.1 },
  { name: 'healthy-no-pf', ...SAMPLES, without: ['power_factor'] },
  { name: 'healthy-three-phase', ...SAMPLES, phases: 3 },
  { name: 'healthy-roofs', ...MEANS, roofs: true },
  ...cellsOf('bypass-40', { kind: 'bypass', share: 0.4 }, 'phase_neutral'),
  ...cellsOf('bypass-20', { kind: 'bypass', share: 0.2 }, 'phase_neutral'),
  ...cellsOf('bypass-40-three-phase', { kind: 'bypass', share: 0.4 }, 'phase_neutral', 3),
  ...cellsOf('bypass-90-three-phase', { kind: 'bypass', share: 0.9 }, 'phase_neutral', 3),
  ...cellsOf('bypass-40-night', { kind: 'bypass', share: 0.4, hours: [14, 20] }, 'phase_neutral'),
  ...cellsOf('current-20', { kind: 'current_gain', gain: 0.8 }, 'power_product'),
  ...cellsOf('power-10', { kind: 'power_gain', gain: 0.9 }, 'energy_power'),
  ...cellsOf('register-30', { kind: 'register_gain', gain: 0.7 }, 'energy_power'),
  ...cellsOf('register-x10', { kind: 'register_gain', gain: 10 }, 'energy_power'),
  ...cellsOf('voltage-lost', { kind: 'voltage_lost' }, 'phase_voltage', 3),
  ...cellsOf('current-lost', { kind: 'current_lost' }, 'phase_current', 3),
  ...cellsOf('creep-40W', { kind: 'creep', watts: 40 }, 'creep'),
  ...cellsOf('stopped', { kind: 'register_gain', gain: 0 }, 'zero_run'),
  ...cellsOf('frozen-voltage', { kind: 'frozen' }, 'frozen_values'),
  ...cellsOf('reversed', { kind: 'reversed' }, 'reverse_energy'),
  ...cellsOf('voltage-8', { kind: 'voltage_gain', gain: 1.08 }, 'group_voltage', 1),
];

// oxlint-disable-next-line max-params
function cellsOf(name: string, fault: FaultKind, check: DeviceCheck, phases?: 1 | 3): DeviceCell[] {
  const own = { fault, check, ...(phases === undefined ? {} : { phases }) };
  return [
    { name: `${name}-means`, ...MEANS, ...own },
    { name: `${name}-samples`, ...SAMPLES, ...own },
  ];
}
