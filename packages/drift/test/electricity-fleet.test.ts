import { expect, test } from 'vitest';
import { analyzeElectricityFleet, type FleetInput, MODEL_VERSION } from '../src/index.ts';
import { openPart } from '../src/lib/fleet-part.ts';
import { initialPrior, type FleetPrior, type LotPrior } from '../src/lib/fleet-prior.ts';
import type { Estimated } from '../src/lib/health-decision.ts';
import { healthyMeters, madeFleet, type MadeMeter } from './made-fleet.ts';

const drifted = (count: number, which: number, e: number): MadeMeter[] =>
  healthyMeters(count).map((meter, i) => (i === which ? { ...meter, error: () => e } : meter));

const made = (days: number): FleetInput =>
  madeFleet(
    [
      { groupId: 'A', meters: drifted(10, 4, 0.05) },
      { groupId: 'B', meters: drifted(10, 2, -0.04) },
    ],
    days,
  );

const fourWeeks = made(29);
const answers = analyzeElectricityFleet(fourWeeks);

test('the same input gives deeply the same result, and is left as it was', () => {
  // built again: an analysis that wrote into its input would show
  const again = made(29);
  expect(fourWeeks).toEqual(again);
  expect(analyzeElectricityFleet(again)).toEqual(answers);
  expect(
    answers.devices.filter(({ recommendation }) => recommendation === 'reverify'),
  ).toHaveLength(2);
});

test('the order of the areas changes nothing but the order of the answers', () => {
  const backward = analyzeElectricityFleet({ ...fourWeeks, areas: fourWeeks.areas.toReversed() });
  expect(backward.areas.toReversed()).toEqual(answers.areas);
  answers.devices.forEach((device, i) => {
    const other = backward.devices[i];
    expect(other?.deviceId).toBe(device.deviceId);
    expect([other?.indication, other?.recommendation]).toEqual([
      device.indication,
      device.recommendation,
    ]);
    // the prior sums over the meters in another order: last bits
    if (device.errorEstimate !== undefined)
      expect(other?.errorEstimate).toBeCloseTo(device.errorEstimate, 9);
  });
});

test('data after as-of changes nothing', () => {
  const long = made(35);
  const asOfUs = 29 * 86_400e6;
  const limited = {
    ...long,
    areas: long.areas.map((area) => ({ ...area, asOfUs })),
  };
  const { count } = fourWeeks.grid;
  const short: FleetInput = {
    grid: fourWeeks.grid,
    meters: long.meters.map((meter) => ({
      ...meter,
      importRegister: meter.importRegister.slice(0, count),
    })),
    areas: limited.areas.map((area) => ({
      ...area,
      knownLoss: (area.knownLoss ?? new Float64Array()).slice(0, count),
    })),
  };
  expect(analyzeElectricityFleet(limited)).toEqual(analyzeElectricityFleet(short));
});

test('with less than four weeks of data nobody is sent to a verification', () => {
  const { devices } = analyzeElectricityFleet(made(21));
  const answer = devices.find(({ deviceId }) => deviceId === 'A-04');
  expect(answer?.probabilityDrifted).toBeGreaterThan(0.98);
  expect([answer?.indication, answer?.recommendation]).toEqual(['drift_possible', 'watch']);
});

test('with a few days of data nothing is said', () => {
  const { devices } = analyzeElectricityFleet(made(6));
  expect(devices.find(({ deviceId }) => deviceId === 'A-04')?.indication).toBe('insufficient_data');
});

test('an empty fleet has an empty answer', () => {
  const grid = { startUs: 0, stepUs: 900e6, count: 1 };
  expect(analyzeElectricityFleet({ grid, meters: [], areas: [] })).toEqual({
    devices: [],
    areas: [],
  });
});

const worn = (count: number): MadeMeter[] =>
  healthyMeters(count).map((meter, i) => ({
    ...meter,
    lot: i % 2 === 0 ? 'worn' : 'fresh',
    error: () => (i % 2 === 0 ? -0.025 : 0),
  }));

test('a lot that errs by 2.5 % is found: its members do not hide behind each other', () => {
  const areas = ['A', 'B', 'C'].map((groupId) => ({ groupId, meters: worn(10) }));
  const { devices } = analyzeElectricityFleet(madeFleet(areas, 35));
  const members = devices.filter(({ deviceId }) => !deviceId.endsWith('SUM'));
  members.forEach((device, i) => {
    if (i % 2 === 0) expect(device.probabilityDrifted).toBeGreaterThan(0.9);
    else expect(device.probabilityDrifted).toBeLessThan(0.5);
  });
});

test('where the mean of a lot is known to be beyond the limit, being beyond it is what counts', () => {
  const input = madeFleet([{ groupId: 'A', meters: healthyMeters(8) }], 29);
  const statedWith = (lotMean: number): Estimated[] => {
    const prior: LotPrior = { ...initialPrior(), lotMean, lotMeanSd: 0.0005 };
    const fleet: FleetPrior = {
      names: ['lot'],
      lots: new Map([['lot', prior]]),
      biasScales: new Map(),
      covariance: Float64Array.of(prior.lotMeanSd ** 2),
      areas: 2,
    };
    const part = openPart(input, [0]);
    part.judge(0, fleet);
    return part.answer(fleet).flatMap(({ estimated }) => estimated);
  };
  const beyond = statedWith(-0.015);
  expect(beyond).toHaveLength(8);
  for (const { result } of beyond)
    expect(result.probabilityDrifted).toBe(result.probabilityOverLimit);
  for (const { result } of statedWith(-0.01))
    expect(result.probabilityDrifted).not.toBe(result.probabilityOverLimit);
});

test('the model has a name', () => {
  expect(MODEL_VERSION).toMatch(/^electricity-\d+$/);
});
