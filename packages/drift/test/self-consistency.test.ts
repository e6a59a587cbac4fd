import { describe, expect, test } from 'vitest';
import type { CheckOutcome } from '../src/lib/self-consistency/check-outcome.ts';
import { checkCreep } from '../src/lib/self-consistency/creep.ts';
import { checkDevice } from '../src/lib/self-consistency/check-device.ts';
import type { DeviceSeries } from '../src/lib/self-consistency/device-series.ts';
import { checkEnergyPower } from '../src/lib/self-consistency/energy-power.ts';
import { checkFrozenValues } from '../src/lib/self-consistency/frozen-values.ts';
import { checkGroupVoltage } from '../src/lib/self-consistency/group-voltage.ts';
import { checkPhaseCurrent, checkPhaseVoltage } from '../src/lib/self-consistency/phase-loss.ts';
import { checkPhaseNeutral } from '../src/lib/self-consistency/phase-neutral.ts';
import { checkPowerProduct } from '../src/lib/self-consistency/power-product.ts';
import { checkReverseEnergy } from '../src/lib/self-consistency/reverse-energy.ts';
import { from, madeDevice, PER_DAY } from './made-device.ts';

const sizeOf = (outcome: CheckOutcome): number => ('size' in outcome ? outcome.size : NaN);
const withPhase = (
  device: DeviceSeries,
  first: number,
  shown: (value: number, k: number) => number,
): DeviceSeries => ({
  ...device,
  currents: [from(device.currents[0], first, shown), device.currents[1], device.currents[2]],
});

const onOnePhase = (phase: number, step: number): number => (phase === 0 ? 800 + (step % 7) : 5);

const bypassedAtNight = (value: number, k: number): number =>
  k % PER_DAY >= 60 && k % PER_DAY < 72 ? 0.3 * value : value;

/** 60 kW for three minutes in twenty hours. */
const seldom = (_phase: number, step: number): number => ((step * 7919) % 389 === 0 ? 60_000 : 1);

const away = (_phase: number, step: number): number => (step < 3 * PER_DAY * 5 ? 400 : 0);
const creeping = (watts: number, step = 0.01): DeviceSeries => {
  const device = madeDevice({ load: away, ampereStep: step });
  return {
    ...device,
    importRegister: device.importRegister?.map((value, k) => value + (k * 0.25 * watts) / 1000),
  };
};

const exporting = (kilowatts: (hour: number, day: number) => number): DeviceSeries => {
  const device = madeDevice();
  let sum = 0;
  const exportRegister = Float64Array.from({ length: device.grid.count }, (_, k) => {
    sum += kilowatts(((k - 1) / 4 + 24) % 24, Math.floor(k / PER_DAY)) / 4;
    return Math.round(sum * 100) / 100;
  });
  return { ...device, exportRegister };
};

const grouped = (own: number, spread = 1.5): DeviceSeries => ({
  ...madeDevice(),
  groupVoltage: {
    own: new Float64Array(14).fill(own),
    median: new Float64Array(14).fill(230),
    spread: new Float64Array(14).fill(spread),
  },
});

describe('a meter in order', () => {
  test.each(
    ([1, 3] as const).flatMap((phases) =>
      [false, true].flatMap((samples) => [1, 2, 3].map((seed) => ({ phases, samples, seed }))),
    ),
  )('contradicts itself in nothing: %o', (options) => {
    const device = madeDevice({ ...options, missing: 0.05 });
    const { outcomes, finding } = checkDevice(device, [], device.grid.startUs + 28 * 86_400e6);
    expect(outcomes.filter(({ state }) => state === 'inconsistent')).toEqual([]);
    expect(finding).toBeUndefined();
  });

  test('whose current inputs are read a moment apart', () => {
    const device = madeDevice({ samples: true });
    const neutral = device.neutralCurrent?.map((value, k) =>
      k % 60 === 0 ? value * (k % 120 === 0 ? 1.6 : 0.5) : value,
    );
    expect(checkPhaseNeutral({ ...device, neutralCurrent: neutral }).state).toBe('consistent');
  });

  test('with hardly any channels is not judged', () => {
    const device = madeDevice();
    const bare: DeviceSeries = {
      deviceId: 'm',
      grid: device.grid,
      importRegister: device.importRegister,
      voltages: [undefined, undefined, undefined],
      currents: [undefined, undefined, undefined],
    };
    const { outcomes } = checkDevice(bare, [], 0);
    expect(outcomes.flatMap(({ check, state }) => (state === 'absent' ? check : []))).toEqual([
      'phase_neutral',
      'power_product',
      'energy_power',
      'phase_voltage',
      'phase_current',
      'creep',
      'frozen_values',
      'group_voltage',
      'reported_events',
    ]);
  });
});

describe('phase against neutral current', () => {
  test('a partial bypass of a phase is found', () => {
    const found = checkPhaseNeutral(withPhase(madeDevice(), 14 * PER_DAY, (value) => 0.6 * value));
    expect(found).toMatchObject({ state: 'inconsistent', evidence: { code: 'phase_neutral' } });
    expect(sizeOf(found)).toBeCloseTo(0.4, 1);
  });

  test('of three phases with one in use', () => {
    const device = madeDevice({ phases: 3, load: onOnePhase });
    expect(checkPhaseNeutral(device).state).toBe('consistent');
    expect(checkPhaseNeutral(withPhase(device, 0, (value) => 0.6 * value))).toMatchObject({
      state: 'inconsistent',
    });
  });

  test('only in some hours of the night', () => {
    expect(checkPhaseNeutral(withPhase(madeDevice(), 0, bypassedAtNight)).state).toBe(
      'inconsistent',
    );
  });

  test('a return through the earth', () => {
    const device = madeDevice();
    const neutralCurrent = from(device.neutralCurrent, 7 * PER_DAY, (value) => 0.5 * value);
    const found = checkPhaseNeutral({ ...device, neutralCurrent });
    expect(found.state).toBe('inconsistent');
    expect(sizeOf(found)).toBeLessThan(-0.4);
  });

  test('errors of 5 %, coarse steps and small currents say nothing', () => {
    expect(checkPhaseNeutral(withPhase(madeDevice(), 0, (value) => 0.95 * value)).state).toBe(
      'consistent',
    );
    const coarse = madeDevice({ ampereStep: 1 });
    expect(checkPhaseNeutral(withPhase(coarse, 0, (value) => 0.6 * value)).state).toBe(
      'not_resolvable',
    );
    const idle = madeDevice({ load: () => 20 });
    expect(checkPhaseNeutral(withPhase(idle, 0, () => 0)).state).toBe('not_resolvable');
  });
});

describe('power against the product of voltage, current and power factor', () => {
  test.each([false, true])(
    'a current channel that shows 30 % too little, samples: %s',
    (samples) => {
      const device = withPhase(madeDevice({ samples }), 0, (value) => 0.7 * value);
      const found = checkPowerProduct(device);
      expect(found).toMatchObject({ state: 'inconsistent', evidence: { code: 'power_product' } });
      expect(sizeOf(found)).toBeCloseTo(1 / 0.7 - 1, 1);
      // without the power factor the product is only a bound, which motors keep away from
      expect(checkPowerProduct({ ...device, powerFactor: undefined })).toMatchObject({
        evidence: { code: 'power_over_apparent' },
      });
    },
  );

  test('less power than the product is no contradiction without a power factor', () => {
    const device = withPhase(madeDevice(), 0, (value) => 1.5 * value);
    expect(checkPowerProduct({ ...device, powerFactor: undefined }).state).toBe('consistent');
  });

  test('a phase whose current is not sent is not taken for an error', () => {
    const device = madeDevice({ phases: 3 });
    const [first, second] = device.currents;
    expect(checkPowerProduct({ ...device, currents: [first, second, undefined] }).state).toBe(
      'absent',
    );
  });
});

describe('the register against power', () => {
  test('of means 10 % are found, of samples a wrong multiplier', () => {
    const means = madeDevice();
    const little = { ...means, activePower: means.activePower?.map((value) => value / 1.1) };
    expect(checkEnergyPower(little)).toMatchObject({ state: 'inconsistent' });
    expect(sizeOf(checkEnergyPower(little))).toBeCloseTo(0.1, 2);
    const samples = madeDevice({ samples: true });
    const tenth = { ...samples, activePower: samples.activePower?.map((value) => value / 10) };
    expect(checkEnergyPower(tenth).state).toBe('inconsistent');
  });

  test('samples that miss most of a load of minutes are said to tell nothing', () => {
    const found = checkEnergyPower(madeDevice({ samples: true, load: seldom }));
    expect(found.state).toBe('not_resolvable');
  });

  test('what a roof feeds back is left out', () => {
    const device = madeDevice();
    const exportRegister = Float64Array.from({ length: device.grid.count }, (_, k) =>
      k % PER_DAY < 30 ? 0 : k,
    );
    const activePower = device.activePower?.map((value, k) => (k % PER_DAY < 30 ? value : 0));
    const importRegister = Float64Array.from(device.importRegister ?? []);
    expect(
      checkEnergyPower({ ...device, exportRegister, activePower, importRegister }).state,
    ).not.toBe('inconsistent');
  });
});

describe('phases', () => {
  test('a phase without voltage for two days, and one with a street that was out for an hour', () => {
    const device = madeDevice({ phases: 3 });
    const lost = (first: number, points: number): DeviceSeries => ({
      ...device,
      voltages: [
        device.voltages[0],
        from(device.voltages[1], first, (value, k) => (k < first + points ? 3 : value)),
        device.voltages[2],
      ],
    });
    expect(checkPhaseVoltage(lost(20 * PER_DAY, 2 * PER_DAY))).toMatchObject({
      state: 'inconsistent',
      evidence: { code: 'phase_voltage_lost', values: { phase: 2, hours: 48 } },
    });
    expect(checkPhaseVoltage(lost(20 * PER_DAY, 4)).state).toBe('consistent');
  });

  test('voltage lost while current flows, of one phase', () => {
    const device = madeDevice({ load: () => 800 });
    const voltages = [
      from(device.voltages[0], 25 * PER_DAY, () => 0),
      undefined,
      undefined,
    ] as const;
    expect(checkPhaseVoltage({ ...device, voltages }).state).toBe('inconsistent');
  });

  test('a phase that always carried current and carries none, and one that was seldom used', () => {
    const device = madeDevice({ phases: 3 });
    const lost = (used: boolean): DeviceSeries =>
      withPhase(device, 0, (value, k) => (k >= 24 * PER_DAY || (!used && k % 3 > 0) ? 0 : value));
    expect(checkPhaseCurrent(lost(true))).toMatchObject({
      state: 'inconsistent',
      evidence: { code: 'phase_current_lost', values: { phase: 1 } },
    });
    expect(checkPhaseCurrent(lost(false)).state).toBe('consistent');
  });
});

describe('creep', () => {
  test('60 W without current are found', () => {
    const found = checkCreep(creeping(60));
    expect(found).toMatchObject({ state: 'inconsistent', evidence: { code: 'creep' } });
    expect(sizeOf(found)).toBeCloseTo(60, 0);
  });
  test('what the resolution of the current hides is none, nor is a meter at rest', () => {
    expect(checkCreep(creeping(60, 0.5)).state).toBe('consistent');
    expect(checkCreep(creeping(0)).state).toBe('consistent');
    expect(checkCreep(madeDevice()).state).toBe('not_resolvable');
  });
});

describe('frozen values', () => {
  test('a voltage that stays the same to the digit for two days', () => {
    const device = madeDevice();
    const stuck = (first: number, points: number): DeviceSeries => ({
      ...device,
      voltages: [
        from(device.voltages[0], first, (value, k) => (k < first + points ? 230.43 : value)),
        undefined,
        undefined,
      ],
    });
    expect(checkFrozenValues(stuck(1000, 2 * PER_DAY))).toMatchObject({
      state: 'inconsistent',
      evidence: { values: { quantity: 'voltage_l1', hours: 48, value: 230.43 } },
    });
    expect(checkFrozenValues(stuck(1000, PER_DAY / 2)).state).toBe('consistent');
  });
  test('steps of 5 V repeat themselves by nature', () => {
    const device = madeDevice();
    const coarse = device.voltages[0]?.map((value) => 5 * Math.round(value / 5));
    const found = checkFrozenValues({
      deviceId: 'm',
      grid: device.grid,
      voltages: [coarse, undefined, undefined],
      currents: [undefined, undefined, undefined],
    });
    expect(found.state).not.toBe('inconsistent');
  });
});

describe('energy that flows back', () => {
  test('by a roof is in order, also where the night is short', () => {
    expect(checkReverseEnergy(exporting((h) => (h > 5 && h < 22 ? 1 : 0))).state).toBe(
      'consistent',
    );
    expect(checkReverseEnergy(exporting(() => 0)).state).toBe('consistent');
  });
  test('day and night is not', () => {
    expect(checkReverseEnergy(exporting((h) => 0.2 + (h > 17 ? 0.5 : 0)))).toMatchObject({
      state: 'inconsistent',
      evidence: { code: 'export_day_and_night' },
    });
  });
  test('a register that turns backwards', () => {
    const device = madeDevice();
    const last = device.importRegister?.[20 * PER_DAY] ?? 0;
    const importRegister = from(device.importRegister, 20 * PER_DAY, (value) => 2 * last - value);
    expect(checkReverseEnergy({ ...device, importRegister })).toMatchObject({
      state: 'inconsistent',
      evidence: { code: 'register_backwards' },
    });
  });
});

describe('the voltage of a group', () => {
  test('far from all others, and within what lines explain', () => {
    expect(checkGroupVoltage(grouped(255))).toMatchObject({ state: 'inconsistent' });
    expect(checkGroupVoltage(grouped(222)).state).toBe('consistent');
    expect(checkGroupVoltage(grouped(255, 5)).state).toBe('consistent');
    expect(checkGroupVoltage(madeDevice()).state).toBe('absent');
  });
});
