import { beforeAll, describe, expect, test } from 'vitest';
import { analyzeElectricityFleet } from '../src/index.ts';
import type { AreaResult, DeviceResult, FleetInput } from '../src/lib/fleet-types.ts';
import { healthyMeters, madeFleet, type MadeMeter } from './made-fleet.ts';

/** The answers that CONTRACTS.md 3 ("fact in the field") asks for, from registers to words; electricity only. */

const DAYS = 35;
const changed = (count: number, changes: Record<number, Partial<MadeMeter>>): MadeMeter[] =>
  healthyMeters(count).map((meter, i) => ({ ...meter, ...changes[i] }));

let fleet: FleetInput;
const devices = new Map<string, DeviceResult>();
const areas = new Map<string, AreaResult>();

const device = (id: string): DeviceResult => {
  const found = devices.get(id);
  if (found === undefined) throw new Error(`no answer for ${id}`);
  return found;
};
const area = (id: string): AreaResult => {
  const found = areas.get(id);
  if (found === undefined) throw new Error(`no answer for ${id}`);
  return found;
};
const words = (id: string): string => `${device(id).indication} / ${device(id).recommendation}`;

beforeAll(() => {
  fleet = madeFleet(
    [
      {
        groupId: 'A',
        meters: changed(16, {
          2: { error: () => 0.04 },
          5: { error: (day) => (day >= 14 ? -0.05 : 0) },
          7: { error: (day) => 0.06 * Math.min(1, Math.max(0, (day - 5) / 25)) },
          8: { error: () => -0.3 },
          10: { power: 0.004, quantum: 0.01 },
        }),
      },
      { groupId: 'B', meters: changed(12, { 3: { fedBy: 'C' } }) },
      { groupId: 'C', meters: healthyMeters(10) },
      { groupId: 'D', meters: healthyMeters(6), supplyQuantum: 0.5 },
      { groupId: 'E', meters: healthyMeters(6), loss: 0.09 },
      { groupId: 'F', meters: changed(8, { 0: { unlisted: true } }) },
      { groupId: 'G', meters: changed(8, { 0: { unlisted: true }, 1: { unlisted: true } }) },
      { groupId: 'H', meters: changed(16, { 4: { stops: 20 } }) },
      { groupId: 'N', meters: [{ power: 0.3, unlisted: true, fedBy: 'C2' }] },
      { groupId: 'C2', meters: healthyMeters(3), supplyQuantum: 0.5 },
    ],
    DAYS,
  );
  const result = analyzeElectricityFleet(fleet);
  for (const item of result.devices) devices.set(item.deviceId, item);
  for (const item of result.areas) areas.set(item.groupId, item);
}, 120_000);

test('every meter and every area has exactly one answer', () => {
  expect([...devices.keys()]).toEqual(fleet.meters.map((meter) => meter.deviceId));
  expect([...areas.keys()]).toEqual(fleet.areas.map(({ groupId }) => groupId));
});

describe('a meter listed in an area that does not feed it', () => {
  test('is not_in_group / inspect, with what the balance says of it', () => {
    expect(words('B-03')).toBe('not_in_group / inspect');
    const [evidence] = device('B-03').evidence;
    expect(evidence?.code).toBe('not_in_supply');
    // its energy is simply not in the supply: beta = 1
    expect(Number(evidence?.values['beta'])).toBeCloseTo(1, 1);
    expect(device('B-03').errorEstimate).toBeUndefined();
  });

  test('its area is archive_error, and the rest is estimated', () => {
    expect(area('B').status).toBe('archive_error');
    const rest = fleet.meters
      .map(({ deviceId }) => deviceId)
      .filter((id) => /^B-(?!03|SUM)/.test(id));
    expect(rest).toHaveLength(11);
    for (const id of rest) expect(Math.abs(device(id).errorEstimate ?? 1)).toBeLessThan(0.01);
  });

  test('the area that feeds it is unregistered_consumer and names it', () => {
    expect(area('C').status).toBe('unregistered_consumer');
    expect(area('C').candidates.map(({ deviceId }) => deviceId)).toEqual(['B-03']);
    expect(area('C').candidates[0]?.correlation).toBeGreaterThan(0.9);
  });
});

describe('a customer fed by an area that does not list it', () => {
  test('one candidate: it joins the balance, the members get their e, the status stays', () => {
    expect(area('F').status).toBe('unregistered_consumer');
    expect(area('F').candidates.map(({ deviceId }) => deviceId)).toEqual(['F-00']);
    expect(words('F-00')).toBe('no_reference / inspect');
    expect(device('F-00').errorEstimate).toBeUndefined();
    expect(Math.abs(device('F-03').errorEstimate ?? 1)).toBeLessThan(0.005);
    expect(device('F-03').groupStatus).toBe('unregistered_consumer');
  });

  test('several candidates: all are named, no e for anybody', () => {
    expect(area('G').status).toBe('unregistered_consumer');
    expect(
      area('G')
        .candidates.map(({ deviceId }) => deviceId)
        .toSorted(),
    ).toEqual(['G-00', 'G-01']);
    expect(words('G-05')).toBe('group_inconsistent / none');
    expect(device('G-05').errorEstimate).toBeUndefined();
  });
});

test('a device in no group is no_reference / none; a supply likewise, without e', () => {
  expect(words('N-00')).toBe('no_reference / none');
  expect(words('A-SUM')).toBe('no_reference / none');
  for (const id of ['N-00', 'A-SUM']) {
    expect(device(id).errorEstimate).toBeUndefined();
    expect(device(id).probabilityDrifted).toBeUndefined();
    expect(device(id).minimumDetectable).toBeUndefined();
  }
});

test('a stopped meter is stopped / inspect without e, and its area is still estimated', () => {
  expect(words('H-04')).toBe('stopped / inspect');
  expect(device('H-04').errorEstimate).toBeUndefined();
  const [evidence] = device('H-04').evidence;
  expect(evidence?.code).toBe('register_frozen');
  expect(Number(evidence?.values['days'])).toBeCloseTo(15, 0);
  expect(area('H').status).toBe('ok');
  expect(device('H-05').errorEstimate).toBeDefined();
});

test('a bypass of 30 % is tamper_or_fault / inspect', () => {
  expect(words('A-08')).toBe('tamper_or_fault / inspect');
  const { errorEstimate, intervalLow, intervalHigh } = device('A-08');
  // exact conversion: e is -0.30, the coefficient of the balance -0.43
  expect(errorEstimate).toBeCloseTo(-0.3, 1);
  expect(intervalLow).toBeLessThan(-0.28);
  expect(intervalHigh).toBeGreaterThan(-0.32);
});

describe('a failed gate', () => {
  test.each([
    ['D', 'supply_resolution'],
    ['E', 'loss_out_of_range'],
  ])('of area %s: members group_inconsistent / none without e, status %s', (group, status) => {
    expect(area(group).status).toBe(status);
    for (let i = 0; i < 6; i++) {
      const answer = device(`${group}-0${i}`);
      expect(`${answer.indication} / ${answer.recommendation}`).toBe('group_inconsistent / none');
      expect(answer.groupStatus).toBe(status);
      expect(answer.errorEstimate).toBeUndefined();
      expect(answer.probabilityDrifted).toBeUndefined();
    }
  });
});

test('too little load is not_resolvable / none, with what would have been seen', () => {
  expect(words('A-10')).toBe('not_resolvable / none');
  expect(device('A-10').minimumDetectable).toBeGreaterThan(0.1);
  expect(device('A-10').errorEstimate).toBeUndefined();
});

test.each([
  ['A-02', 'constant', 0.04],
  ['A-05', 'step', -0.05],
  ['A-07', 'ramp', 0.06],
])('a drift beyond the limit (%s, %s) is drift_likely / reverify, e at as-of', (id, kind, e) => {
  expect(words(id)).toBe('drift_likely / reverify');
  const answer = device(id);
  expect(answer.evidence.map(({ code }) => code)).toEqual(['balance', kind]);
  expect(answer.probabilityDrifted).toBeGreaterThan(0.98);
  expect(answer.probabilityOverLimit).toBeGreaterThan(0.98);
  // a ramp's last blocks are told from few days: within four of its own standard errors
  expect(Math.abs((answer.errorEstimate ?? 1) - e)).toBeLessThan(
    Math.max(0.004, 4 * (answer.standardError ?? 0)),
  );
});

test('a healthy meter is within_limits / none, with what would have been seen', () => {
  for (const id of ['A-00', 'A-03', 'A-15', 'B-00', 'C-04', 'F-05']) {
    expect(words(id)).toBe('within_limits / none');
    const { minimumDetectable, probabilityOverLimit, intervalLow, intervalHigh } = device(id);
    expect(minimumDetectable).toBeGreaterThan(0.01);
    expect(minimumDetectable).toBeLessThan(0.03);
    expect(probabilityOverLimit).toBeLessThan(0.5);
    expect(intervalLow).toBeLessThan(0);
    expect(intervalHigh).toBeGreaterThan(0);
  }
});

test('history is stated weekly and ends at as-of with what is stated there', () => {
  const { history, errorEstimate, intervalLow } = device('A-05');
  const days = history.map(({ asOfUs }) => asOfUs / 86_400e6);
  expect(days).toHaveLength(4);
  expect(days.at(-1)).toBe(DAYS);
  for (let k = 1; k < days.length; k++) {
    const apart = (days[k] ?? 0) - (days[k - 1] ?? 0);
    expect(apart).toBeGreaterThanOrEqual(6);
    expect(apart).toBeLessThanOrEqual(8);
  }
  expect(history.at(-1)?.errorEstimate).toBeCloseTo(errorEstimate ?? 1, 9);
  expect(history.at(-1)?.intervalLow).toBeCloseTo(intervalLow ?? 1, 9);
});

test('history was blind to a step before it happened, and saw a constant error all along', () => {
  expect(Math.abs(device('A-05').history[0]?.errorEstimate ?? 1)).toBeLessThan(0.01);
  for (const { errorEstimate } of device('A-02').history)
    expect(Math.abs(errorEstimate - 0.04)).toBeLessThan(0.01);
});
