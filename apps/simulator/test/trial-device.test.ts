import { expect, test } from 'vitest';
import {
  type DeviceFault,
  type DeviceReadings,
  readDevice,
  simulateTrialArea,
} from '../src/index.ts';

const area = simulateTrialArea({
  seed: 11,
  area: 3,
  days: 3,
  meters: 4,
  loads: { kind: 'built-in' },
  targetLoss: 0.02,
  clockSd: 0,
  voltages: 'instantaneous',
  voltageResolution: 0.1,
  consumerQuantum: 0.001,
  singlePhaseFeeders: true,
  gapRate: 0,
  healthySd: 0.003,
  lots: [{ name: 'one', meanError: 0 }],
  supplySd: 0.003,
  drift: { kind: 'list', faults: new Map() },
  electrical: true,
});
const FROM = 96;

function read(fault?: DeviceFault, samples = false): DeviceReadings {
  const [flow] = area.simulation.customers;
  if (flow === undefined) throw new Error('the area has no customer');
  return readDevice(flow, { keys: [1], samples, ampereStep: 0.001, missing: 0, skewed: 0, fault });
}
const sum = (series: Float64Array | undefined, from = 0): number =>
  (series ?? new Float64Array()).subarray(from).reduce((total, value) => total + value, 0);
const counted = (readings: DeviceReadings): number => {
  const register = readings['active_energy_import'];
  return (register?.at(-1) ?? NaN) - (register?.[FROM] ?? NaN);
};

test.each([false, true])(
  'of one phase the neutral carries what the phase does, samples: %s',
  (samples) => {
    const readings = read(undefined, samples);
    expect(sum(readings['current_n']) / sum(readings['current_l1'])).toBeCloseTo(1, 1);
    expect(readings['current_l2']).toBeUndefined();
  },
);

test('power is voltage times current times power factor, sample by sample, and the register its sum', () => {
  const readings = read(undefined, true);
  const product = readings['active_power']?.map(
    (_, k) =>
      (readings['voltage_l1']?.[k] ?? 0) *
      (readings['current_l1']?.[k] ?? 0) *
      (readings['power_factor']?.[k] ?? 0),
  );
  expect(sum(product) / sum(readings['active_power'])).toBeCloseTo(1, 1);
  const means = read();
  expect(sum(means['active_power'], FROM + 1) / 4000 / counted(means)).toBeCloseTo(1, 2);
});

test('what passes the phase by is in the neutral and in nothing else', () => {
  const healthy = read();
  const bypassed = read({ kind: 'bypass', share: 0.4, sinceDay: 1 });
  expect(counted(bypassed) / counted(healthy)).toBeCloseTo(0.6, 2);
  expect(bypassed['current_n']).toEqual(healthy['current_n']);
  const share = sum(bypassed['current_l1'], FROM) / sum(healthy['current_l1'], FROM);
  expect(share).toBeCloseTo(0.6, 1);
  expect(bypassed['current_l1']?.subarray(0, FROM)).toEqual(
    healthy['current_l1']?.subarray(0, FROM),
  );
});

test.each([
  [{ kind: 'register_gain', gain: 0.5, sinceDay: 1 }, 'active_energy_import'],
  [{ kind: 'power_gain', gain: 0.5, sinceDay: 1 }, 'active_power'],
  [{ kind: 'current_gain', gain: 0.5, sinceDay: 1 }, 'current_l1'],
  [{ kind: 'voltage_gain', gain: 1.1, sinceDay: 1 }, 'voltage_l1'],
  [{ kind: 'frozen', sinceDay: 1 }, 'voltage_l1'],
] as const)('a fault of one channel changes no other: %o', (fault, channel) => {
  const healthy = read();
  const faulty = read(fault);
  const changed = Object.keys(faulty).filter((quantity) => {
    const before = healthy[quantity];
    return faulty[quantity]?.some((value, k) => value !== before?.[k]) === true;
  });
  expect(changed).toEqual([channel]);
});

test('all currents the wrong way round are counted as fed back', () => {
  const reversed = read({ kind: 'reversed', sinceDay: 1 });
  expect(counted(reversed)).toBeCloseTo(0, 3);
  const exported = reversed['active_energy_export'];
  expect((exported?.at(-1) ?? 0) - (exported?.[FROM] ?? 0)).toBeCloseTo(counted(read()), 1);
});
