import { expect, test } from 'vitest';
import { analyzeElectricityFleet } from '../src/lib/electricity-fleet.ts';
import type { AreaMember, FleetInput, FleetResult } from '../src/lib/fleet-types.ts';
import { DAY_US, madeFleet, PER_DAY } from './made-fleet.ts';

const DAYS = 35;
const meters = (count: number): { power: number }[] =>
  Array.from({ length: count }, (_, i) => ({ power: 0.2 + 0.03 * (i % 7) }));
const words = (result: FleetResult, id: string): string => {
  const found = result.devices.find(({ deviceId }) => deviceId === id);
  return `${found?.groupId} ${found?.indication} ${found?.recommendation}`;
};

/** The same fleet with changed members of one area. */
function withMembers(
  input: FleetInput,
  groupId: string,
  change: (members: readonly AreaMember[]) => readonly AreaMember[],
): FleetInput {
  return {
    ...input,
    areas: input.areas.map((area) =>
      area.groupId === groupId ? { ...area, members: change(area.members) } : area,
    ),
  };
}

test('an area whose consumers show no energy is refused, and the other one answered', () => {
  const input = madeFleet(
    [
      { groupId: 'A', meters: meters(10) },
      { groupId: 'B', meters: meters(10) },
    ],
    DAYS,
  );
  const members = new Set(input.areas[1]?.members.map(({ meter }) => meter));
  const dead: FleetInput = {
    ...input,
    meters: input.meters.map((meter, index) =>
      members.has(index) && !meter.deviceId.endsWith('SUM')
        ? { ...meter, importRegister: meter.importRegister.map(() => 5) }
        : meter,
    ),
  };
  const result = analyzeElectricityFleet(dead);
  expect(result.areas.map(({ status }) => status)).toEqual(['ok', 'loss_out_of_range']);
  expect(words(result, 'A-03')).toBe('A within_limits none');
  expect(words(result, 'B-03')).toMatch(/^B (group_inconsistent|stopped) /);
});

test('a meter that froze before the balance begins is stopped, and nothing else comes of it', () => {
  const input = madeFleet([{ groupId: 'A', meters: meters(12) }], DAYS);
  const late: FleetInput = {
    ...input,
    meters: input.meters.map((meter) => {
      if (meter.deviceId === 'A-02')
        return {
          ...meter,
          importRegister: meter.importRegister.map((value, k, all) =>
            k > 3 * PER_DAY ? (all[3 * PER_DAY] ?? value) : value,
          ),
        };
      if (!meter.deviceId.endsWith('SUM')) return meter;
      return {
        ...meter,
        importRegister: meter.importRegister.map((value, k) => (k < 4 * PER_DAY ? NaN : value)),
      };
    }),
  };
  const result = analyzeElectricityFleet(late);
  expect(words(result, 'A-02')).toBe('A stopped inspect');
  expect(
    result.devices.filter(({ recommendation }) => ['reverify', 'watch'].includes(recommendation)),
  ).toEqual([]);
});

test('a meter that moved is answered for where it is now, once', () => {
  const moved = 15;
  const input = madeFleet(
    [
      {
        groupId: 'A',
        meters: [...meters(11), { power: 0.3, error: (day) => (day > moved ? -0.07 : 0) }],
      },
      { groupId: 'B', meters: meters(11) },
    ],
    DAYS,
  );
  const meter = input.meters.findIndex(({ deviceId }) => deviceId === 'A-11');
  // Until the move it was listed in B as well as fed there: B's supply gets its load.
  const load = input.meters[meter]?.importRegister ?? new Float64Array();
  const split = moved * PER_DAY;
  const shifted: FleetInput = {
    ...input,
    meters: input.meters.map((series) => {
      const sign = series.deviceId === 'A-SUM' ? -1 : series.deviceId === 'B-SUM' ? 1 : 0;
      if (sign === 0) return series;
      return {
        ...series,
        importRegister: series.importRegister.map(
          (value, k) => value + sign * ((load[Math.min(k, split)] ?? 0) - (load[0] ?? 0)),
        ),
      };
    }),
  };
  const at = moved * DAY_US;
  const result = analyzeElectricityFleet(
    withMembers(
      withMembers(shifted, 'A', (members) =>
        members.map((member) => (member.meter === meter ? { ...member, fromUs: at } : member)),
      ),
      'B',
      (members) => [...members, { meter, role: 'consumer', fromUs: -Infinity, toUs: at }],
    ),
  );
  const own = result.devices.find(({ deviceId }) => deviceId === 'A-11');
  expect(own?.groupId).toBe('A');
  expect(own?.errorEstimate).toBeLessThan(-0.05);
});

test('a meter that was taken out and stands still leaves no load behind', () => {
  const swapped = 20;
  const input = madeFleet(
    [{ groupId: 'A', meters: [...meters(11), { power: 0.3, stops: swapped }, { power: 0.3 }] }],
    DAYS,
  );
  const old = input.meters.findIndex(({ deviceId }) => deviceId === 'A-11');
  // The load behind the old meter ends with it: what the supply counts beyond is taken out.
  const result = analyzeElectricityFleet(
    withMembers(
      {
        ...input,
        meters: input.meters.map((series) =>
          series.deviceId === 'A-SUM'
            ? { ...series, importRegister: supplyWithout(input, old, swapped) }
            : series,
        ),
      },
      'A',
      (members) =>
        members.map((member) =>
          member.meter === old ? { ...member, toUs: swapped * DAY_US } : member,
        ),
    ),
  );
  expect(result.areas.map(({ status }) => status)).toEqual(['ok']);
});

/** The supply less what its meters do not show after the swap, but for its loss. */
function supplyWithout(input: FleetInput, old: number, swapped: number): Float64Array {
  const consumers = input.areas[0]?.members.filter(
    ({ role, meter }) => role === 'consumer' && meter !== old,
  );
  const supply = input.meters.find(({ deviceId }) => deviceId === 'A-SUM')?.importRegister;
  const split = swapped * PER_DAY;
  const out = Float64Array.from(supply ?? []);
  const sum = (k: number): number =>
    (consumers ?? []).reduce(
      (total, { meter }) => total + (input.meters[meter]?.importRegister[k] ?? 0),
      0,
    );
  const loss = input.areas[0]?.knownLoss;
  let lost = 0;
  for (let k = split + 1; k < out.length; k++) {
    lost += loss?.[k] ?? 0;
    out[k] = (out[split] ?? 0) + sum(k) - sum(split) + lost;
  }
  return out;
}
