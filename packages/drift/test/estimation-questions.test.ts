import { at, mean } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import { buildDesign } from '../src/lib/area-design.ts';
import { type AreaIntervals, formIntervals } from '../src/lib/area-intervals.ts';
import type { DeviceResult, FleetInput } from '../src/lib/fleet-types.ts';
import { decide, type Estimated } from '../src/lib/health-decision.ts';
import { tenantLists } from '../src/lib/tenant-lists.ts';
import { element } from './element.ts';
import { expectClose, largest } from './expect-close.ts';
import { sequence } from './sequence.ts';
import { INTERVALS, smallAreaInput, smallAreaIntervals } from './small-area.ts';

/** What docs/estimation-questions.md says of the code. */

const METERS = 12;
const designOf = (input: FleetInput, intervals: AreaIntervals) =>
  buildDesign(input, intervals, {
    technicalLoss: 0.02,
    useVoltages: false,
    stoppedAt: new Map(),
  });

test('gauge: all errors and that of the supply by the same amount is a gain of the loss, and nothing else', () => {
  const { columns, n } = designOf(smallAreaInput(), smallAreaIntervals());
  const supply = element(columns, columns.length - 1);
  // behind the errors, the clocks of the consumers, offset and rate of that of the supply, and the positions
  const gain = element(columns, 3 * n + 2);
  const together = supply.map((value, t) => {
    let sum = value;
    for (let i = 0; i < n; i += 1) sum += at(element(columns, i), t);
    return sum;
  });
  expectClose(together, gain, 1e-12 * largest(supply));
  expect(mean(gain)).toBeGreaterThan(0);
});

/** Loads without edges: what is of first order in the offset is all. */
const smooth = (i: number, t: number) =>
  0.2 + 0.05 * i + 0.1 * Math.sin((2 * Math.PI * (t + 7 * i)) / 96);

describe('clocks', () => {
  test('tau is in steps of the grid: 1 for a meter that is read a whole step late', () => {
    const intervals = smallAreaIntervals();
    const consumers = intervals.consumers.map((consumer, i) => ({
      ...consumer,
      energy: Float64Array.from({ length: INTERVALS }, (_, t) => smooth(i, t + (i === 5 ? 1 : 0))),
    }));
    const supply = Float64Array.from({ length: INTERVALS }, (_, t) =>
      consumers.reduce((sum, _consumer, i) => sum + smooth(i, t), 0),
    );
    const { columns, clockAt } = designOf(smallAreaInput(), {
      ...intervals,
      consumers,
      supply,
    });
    const left = supply.map(
      (value, t) => value - consumers.reduce((sum, { energy }) => sum + at(energy, t), 0),
    );
    const column = element(columns, clockAt + 5);
    // A step of 1/96 of a day at the middle of which the change is told: half a step of phase is 3.3 % of the amplitude.
    for (let t = 1; t + 1 < INTERVALS; t += 1)
      expect(Math.abs(at(left, t) - at(column, t))).toBeLessThan(
        0.035 * 0.1 * ((2 * Math.PI) / 96),
      );
  });

  test('their prior of 15 s is divided by the step', () => {
    const input = smallAreaInput();
    const { clockAt, priorSd } = designOf(input, smallAreaIntervals());
    expect(at(priorSd, clockAt)).toBeCloseTo(15 / 900, 12);
    const halfHours = { ...input, grid: { ...input.grid, stepUs: 1800e6 } };
    expect(at(designOf(halfHours, smallAreaIntervals()).priorSd, clockAt)).toBeCloseTo(
      15 / 1800,
      12,
    );
  });
});

test('net readings: what goes in and comes out again changes nothing, in no column', () => {
  const plain = smallAreaInput();
  const through = sequence(plain.grid.count, 91);
  let sum = 0;
  const added = through.map((value) => (sum += 0.05 * (1 + value)));
  const feeding: FleetInput = {
    ...plain,
    meters: plain.meters.map((meter, i) =>
      i === 2
        ? {
            ...meter,
            importRegister: meter.importRegister.map((value, k) => value + at(added, k)),
            exportRegister: Float64Array.from(added),
          }
        : meter,
    ),
  };
  const [one, other] = [plain, feeding].map((input) =>
    designOf(input, formIntervals(input, element(input.areas, 0), new Set(), [])),
  );
  if (one === undefined || other === undefined) throw new RangeError('two designs');
  expect(other.columns).toHaveLength(one.columns.length);
  // The quantum of a counter without a step is a hair that depends on its level.
  one.columns.forEach((column, j) => {
    expectClose(element(other.columns, j), column, 1e-5 * Math.max(largest(column), 1e-3));
  });
  expectClose(other.balance, one.balance, 1e-5 * largest(one.balance));
  expect(one.n).toBe(METERS);
});

const device = (deviceId: string, values: Partial<DeviceResult>): Estimated => ({
  result: {
    deviceId,
    asOfUs: 0,
    indication: 'within_limits',
    recommendation: 'none',
    evidenceDays: 30,
    evidence: [],
    history: [],
    ...values,
  },
  limit: 0.01,
  dataSd: 0.001,
  confirmed: true,
});

describe('what is selected on', () => {
  test('lists are by probability_drifted; being over the limit only decides between reverify and watch', () => {
    const devices = [
      device('small', {
        probabilityDrifted: 0.999,
        probabilityOverLimit: 0.3,
        errorEstimate: 0.009,
      }),
      device('large', {
        probabilityDrifted: 0.999,
        probabilityOverLimit: 0.9,
        errorEstimate: 0.02,
      }),
      device('lot', { probabilityDrifted: 0.01, probabilityOverLimit: 0.9, errorEstimate: 0.012 }),
    ];
    const lists = tenantLists(devices.map(({ result }) => result));
    const found = devices.map((each) => decide(each, lists));
    expect(found.map(({ recommendation }) => recommendation)).toEqual([
      'watch',
      'reverify',
      'none',
    ]);
    expect(found[2]?.indication).toBe('drift_possible');
  });
});
