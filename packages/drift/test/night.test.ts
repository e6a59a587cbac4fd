import { at } from '@verimeter/statistics';
import { describe, expect, test } from 'vitest';
import {
  analyzeElectricityFleet,
  appendNight,
  CONTEXT_US,
  EM_ROUNDS,
  type DeviceResult,
  type FleetInput,
  type FleetPrior,
  type FrozenArea,
  judgeNight,
  NO_FLEET,
  nextPrior,
  openPart,
} from '../src/index.ts';
import {
  DAY_US,
  healthyMeters,
  type MadeMeter,
  madeFleet,
  PER_DAY,
  STEP_US,
} from './made-fleet.ts';

const ANCHOR = 21;
const LAST = 28;

/** Loss by its technical share, so that the columns of its gain in pairs of days are there; one step of 5 %. */
function fleetOf(change: Partial<MadeMeter> = {}): FleetInput {
  const meters = healthyMeters(14).map((meter, i): MadeMeter =>
    i === 5
      ? { ...meter, error: (day) => (day < 9 ? 0 : 0.05) }
      : i === 3
        ? { ...meter, ...change }
        : meter,
  );
  const made = madeFleet([{ groupId: 'A', meters, loss: 0.025 }], LAST);
  return { ...made, areas: made.areas.map(({ knownLoss: _known, ...area }) => area) };
}

/** The input between two grid points. */
function between(input: FleetInput, from: number, to: number): FleetInput {
  const cut = (series: Float64Array): Float64Array => series.slice(from, to + 1);
  return {
    grid: { startUs: input.grid.startUs + from * STEP_US, stepUs: STEP_US, count: to - from + 1 },
    meters: input.meters.map((meter) => ({ ...meter, importRegister: cut(meter.importRegister) })),
    areas: input.areas.map((area) => ({ ...area, asOfUs: input.grid.startUs + to * STEP_US })),
  };
}

function frozenAt(input: FleetInput, day: number): { area: FrozenArea; prior: FleetPrior } {
  const part = openPart(between(input, 0, day * PER_DAY), [0]);
  let prior = NO_FLEET;
  for (let round = 0; round < EM_ROUNDS; round++) {
    const judged = part.judge(round, prior);
    if (round < EM_ROUNDS - 1) prior = nextPrior(judged);
  }
  const [area] = part.freeze(part.answer(prior));
  if (area === undefined) throw new Error('the area cannot go on');
  return { area, prior };
}

const context = CONTEXT_US / STEP_US;
const nightOf = (input: FleetInput, day: number): FleetInput =>
  between(input, (day - 1) * PER_DAY - context, day * PER_DAY);

function firstArea(input: FleetInput): FleetInput['areas'][number] {
  const [area] = input.areas;
  if (area === undefined) throw new Error('an area');
  return area;
}

function goOn(frozen: FrozenArea, night: FleetInput): FrozenArea {
  const next = appendNight(frozen, night, firstArea(night));
  if (next.kind === 'refused') throw new Error(`refused: ${next.reason}`);
  return next.area;
}

type Pair = readonly [night: DeviceResult, whole: DeviceResult];

/** Of all meters together, in their standard errors. */
function distance(pairs: readonly Pair[], other: (pair: Pair) => DeviceResult | undefined): number {
  return Math.hypot(
    ...pairs.map((pair) => {
      const [night] = pair;
      const error = (night.errorEstimate ?? NaN) - (other(pair)?.errorEstimate ?? NaN);
      return error / (night.standardError ?? NaN);
    }),
  );
}

describe('seven nights from a full analysis', () => {
  const input = fleetOf();
  const anchor = frozenAt(input, ANCHOR);
  let frozen = anchor.area;
  let answers: ReturnType<typeof judgeNight>['answers'] | undefined;
  for (let day = ANCHOR + 1; day <= LAST; day++) {
    const night = nightOf(input, day);
    const judged = judgeNight(goOn(frozen, night), night, firstArea(night), anchor.prior);
    frozen = judged.area;
    ({ answers } = judged);
  }
  const full = new Map(
    analyzeElectricityFleet(input).devices.map((device) => [device.deviceId, device]),
  );
  const nightly = answers?.estimated.map(({ result }) => result) ?? [];
  const pairs = nightly.map((result): [DeviceResult, DeviceResult] => {
    const whole = full.get(result.deviceId);
    if (whole === undefined) throw new Error(`no ${result.deviceId}`);
    return [result, whole];
  });

  test('say of every meter what the full analysis says, within a fifteenth of its standard error', () => {
    expect(pairs).toHaveLength(14);
    for (const [night, whole] of pairs) {
      const sd = whole.standardError ?? NaN;
      expect(
        Math.abs((night.errorEstimate ?? NaN) - (whole.errorEstimate ?? NaN)) / sd,
      ).toBeLessThan(1 / 15);
      expect((night.standardError ?? NaN) / sd).toBeGreaterThan(0.85);
      expect((night.standardError ?? NaN) / sd).toBeLessThan(1.15);
      expect(
        Math.abs((night.probabilityDrifted ?? NaN) - (whole.probabilityDrifted ?? NaN)),
      ).toBeLessThan(0.02);
      expect(night.evidenceDays).toBe(whole.evidenceDays);
    }
  });

  test('have the history of the full analysis before them, and the seventh of them as a week of their own', () => {
    const [first] = nightly;
    const points = first?.history ?? [];
    // the full analysis had blocks of two days
    expect(points.map(({ asOfUs }) => asOfUs / DAY_US)).toEqual([14, 21, 28]);
    expect(points.at(-1)?.errorEstimate).toBe(first?.errorEstimate);
    expect(frozen.history.get(first?.deviceId ?? '')).toEqual(points);
    expect(anchor.area.history.get(first?.deviceId ?? '')).toEqual(points.slice(0, 2));
  });

  test('have moved away from what was known before them, by twice what they differ from the full analysis', () => {
    const before = new Map(
      analyzeElectricityFleet(between(input, 0, ANCHOR * PER_DAY)).devices.map((device) => [
        device.deviceId,
        device,
      ]),
    );
    expect(distance(pairs, ([night]) => before.get(night.deviceId))).toBeGreaterThan(
      2 * distance(pairs, ([, whole]) => whole),
    );
  });

  test('add the information of their readings: one column more for each pair of days', () => {
    expect(frozen.wander.count - anchor.area.wander.count).toBe(3);
    expect(frozen.untilUs - anchor.area.untilUs).toBe(7 * DAY_US);
    const { p } = anchor.area.sums;
    const before = at(anchor.area.sums.gram, 0);
    expect(at(frozen.sums.gram, 0) / before).toBeGreaterThan(1.2);
    expect(frozen.sums.p).toBe(p + 3);
  });
});

describe('one night', () => {
  const input = fleetOf();
  const { area: frozen } = frozenAt(input, ANCHOR);
  const night = nightOf(input, ANCHOR + 1);

  test('blocks add up to the whole', () => {
    const { sums } = goOn(frozen, night);
    const { n } = sums.design;
    for (const j of [0, 3, n, sums.p - 1]) {
      let rows = 0;
      let moments = 0;
      for (let d = 0; d < sums.blocks; d++) {
        rows += at(sums.blockRows, d * n * sums.p + j);
        moments += at(sums.blockMoments, d * sums.p + j);
      }
      // sums of the same products in another order
      expect(rows / at(sums.gram, j)).toBeCloseTo(1, 9);
      expect(moments / at(sums.moment, j)).toBeCloseTo(1, 7);
    }
  });

  test('comes to the same whether its meters are alone or among others', () => {
    const other = madeFleet([{ groupId: 'B', meters: healthyMeters(3) }], LAST);
    const among = nightOf(
      {
        ...input,
        meters: [...other.meters, ...input.meters],
        areas: input.areas.map((area) => ({
          ...area,
          members: area.members.map((member) => ({
            ...member,
            meter: member.meter + other.meters.length,
          })),
        })),
      },
      ANCHOR + 1,
    );
    expect(goOn(frozen, among)).toEqual(goOn(frozen, night));
  });

  test('without a new reading changes nothing', () => {
    const none = between(input, ANCHOR * PER_DAY - context, ANCHOR * PER_DAY);
    expect(goOn(frozen, none).sums).toEqual(frozen.sums);
  });

  test('with another member needs a full analysis', () => {
    const area = firstArea(night);
    const without = { ...area, members: area.members.slice(0, -1) };
    expect(appendNight(frozen, night, without)).toEqual({ kind: 'refused', reason: 'members' });
  });

  test('in which the balance is not what it was needs a full analysis', () => {
    const supply = firstArea(night).members[0]?.meter ?? -1;
    const strange = {
      ...night,
      meters: night.meters.map((meter, index) =>
        index === supply
          ? {
              ...meter,
              importRegister: meter.importRegister.map(
                (value, k) => value + (k > context + 20 ? 0.2 * k : 0),
              ),
            }
          : meter,
      ),
    };
    expect(appendNight(frozen, strange, firstArea(strange))).toEqual({
      kind: 'refused',
      reason: 'noise',
    });
  });
});

test('a meter that stops after the full analysis needs another one', () => {
  const input = fleetOf({ stops: ANCHOR });
  let { area: frozen } = frozenAt(input, ANCHOR);
  const outcome = (): string => {
    for (let day = ANCHOR + 1; day <= LAST; day++) {
      const night = nightOf(input, day);
      const next = appendNight(frozen, night, firstArea(night));
      if (next.kind === 'refused') return `${next.reason} on day ${day - ANCHOR}`;
      frozen = next.area;
    }
    return 'never';
  };
  // Its load is missing from the balance before the three days are over.
  expect(outcome()).toMatch(/^(?:stopped|noise) on day [1-4]$/);
});
