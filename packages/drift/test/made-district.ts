import { at } from '@verimeter/statistics';
import type { WaterFleetInput, WaterMeterSeries } from '../src/lib/water/water-types.ts';
import { bellSequence, sequence } from './sequence.ts';

export const HOUR_US = 3600e6;

export interface MadeHome {
  /** Litres a day. */
  readonly daily: number;
  /** e on a day of the window, ratio. */
  readonly error?: (day: number) => number;
  /** District that feeds it; default the one it is listed in. */
  readonly fedBy?: string;
  /** Fed by another district from a day on. */
  readonly moves?: { readonly groupId: string; readonly day: number };
  /** In no district's list. */
  readonly unlisted?: boolean;
  /** Day from which on nobody draws anything. */
  readonly emptyFrom?: number;
  readonly onGrid?: number;
  /** Day from which on its meter counts nothing of what is drawn. */
  readonly stops?: number;
  /** Hours that its readings are taken later than they say. */
  readonly late?: number;
  readonly lot?: string;
}

export interface MadeDistrict {
  readonly groupId: string;
  readonly homes: readonly MadeHome[];
  /** Leak over what the homes draw. */
  readonly leak?: number;
  /** From an hour to another, litres per hour. */
  readonly bursts?: readonly {
    readonly from: number;
    readonly to: number;
    readonly flow: number;
  }[];
  readonly pressure?: boolean;
  /** Feeds a share of what the homes of another district draw, from a day to another. */
  readonly feeds?: {
    readonly groupId: string;
    readonly share: number;
    readonly from: number;
    readonly to: number;
  };
  readonly supplyError?: number;
  /** m3 */
  readonly supplyQuantum?: number;
  /** All homes keep the same hours. */
  readonly alike?: boolean;
  /** Hours from one reading to the next. */
  readonly every?: number;
}

/** Litres per hour: mornings and evenings, single draws, nothing at most hours of the night; never twice the same home. */
function draws(daily: number, count: number, seed: number, alike: boolean): Float64Array {
  const size = sequence(count, 900 + 7 * seed);
  const when = sequence(count, 700_000 + 13 * seed);
  return Float64Array.from({ length: count }, (_, t) => {
    const hour = (t + (alike ? 0 : 3 * seed)) % 24;
    const awake = hour < 6 ? 0.1 : hour < 9 || (hour > 17 && hour < 22) ? 0.75 : 0.4;
    if (at(when, t) > 2 * awake - 1) return 0;
    return (daily / 10.5) * (1 + 0.9 * at(size, t));
  });
}

function register(volumes: Float64Array, quantum: number, every: number): Float64Array {
  const out = new Float64Array(volumes.length + 1);
  let counter = 12;
  for (let k = 0; k <= volumes.length; k++) {
    if (k > 0) counter += at(volumes, k - 1) / 1000;
    out[k] = k % every === 0 ? Math.floor(counter / quantum + 1e-9) * quantum : NaN;
  }
  return out;
}

/** Linear districts with errors that are known; ids are group, two digits; supplies end in `-SUM`. */
export function madeWater(districts: readonly MadeDistrict[], days: number): WaterFleetInput {
  const count = 24 * days;
  const meters: WaterMeterSeries[] = [];
  const fed = new Map(districts.map(({ groupId }) => [groupId, new Float64Array(count)]));
  const listed = new Map<string, number[]>(districts.map(({ groupId }) => [groupId, []]));
  districts.forEach(({ groupId, homes, every = 1, alike = false }, d) => {
    homes.forEach((home, i) => {
      const drawn = draws(home.daily, count, 100 * d + i + 1, alike).map((litres, t) =>
        t / 24 >= (home.emptyFrom ?? Infinity) ? 0 : litres,
      );
      const late = home.late ?? 0;
      const before = fed.get(home.fedBy ?? groupId);
      const after = home.moves === undefined ? before : fed.get(home.moves.groupId);
      const shown = drawn.map((litres, t) => {
        const into = t / 24 >= (home.moves?.day ?? Infinity) ? after : before;
        if (into !== undefined) into[t] = at(into, t) + litres;
        if (t / 24 >= (home.stops ?? Infinity)) return 0;
        const other = drawn[late < 0 ? t - 1 : t + 1] ?? litres;
        const seen = (1 - Math.abs(late)) * litres + Math.abs(late) * other;
        return seen * (1 + (home.error?.(t / 24) ?? 0));
      });
      if (home.unlisted !== true) listed.get(groupId)?.push(meters.length);
      meters.push({
        deviceId: `${groupId}-${String(i).padStart(2, '0')}`,
        lot: home.lot ?? 'lot',
        limit: 0.05,
        inServiceLimit: 0.1,
        register: register(shown, 0.001, every),
        reads: { intervalUs: every * HOUR_US, onGrid: home.onGrid ?? 1 },
      });
    });
  });
  const passing = new Map(districts.map(({ groupId }) => [groupId, new Float64Array(count)]));
  for (const { groupId, feeds } of districts) {
    if (feeds === undefined) continue;
    fed.get(feeds.groupId)?.forEach((litres, t) => {
      if (t < 24 * feeds.from || t >= 24 * feeds.to) return;
      for (const [id, sign] of [
        [groupId, 1],
        [feeds.groupId, -1],
      ] as const) {
        const own = passing.get(id);
        if (own !== undefined) own[t] = at(own, t) + sign * feeds.share * litres;
      }
    });
  }
  const groups = districts.map((district, d) => {
    const { groupId, every = 1 } = district;
    const load = fed.get(groupId) ?? new Float64Array(count);
    const usual = load.reduce((sum, litres) => sum + litres, 0) / count;
    const wander = bellSequence(count, 31_001 + 17 * d);
    const rough = bellSequence(count, 81_001 + 19 * d);
    let level = (district.leak ?? 0.2) * usual;
    const pressure = new Float64Array(count + 1).fill(3);
    const supplied = load.map((litres, t) => {
      level = Math.max(0, level * (1 + 0.01 * at(wander, t)));
      // more at night, less where much is drawn
      const bar =
        3 + 0.3 * Math.cos((2 * Math.PI * t) / 24) - 0.25 * Math.min(2, litres / usual) ** 2;
      pressure[t + 1] = bar;
      const open = (district.bursts ?? []).filter(({ from, to }) => t >= from && t < to);
      const burst = open.reduce((sum, { flow }) => sum + flow, 0);
      const lost = level * (bar / 3) ** 1.1 + burst;
      const through = passing.get(groupId)?.[t] ?? 0;
      const drawn = litres + lost + through + 0.015 * usual * at(rough, t);
      return drawn * (1 + (district.supplyError ?? 0));
    });
    const supply = meters.length;
    meters.push({
      deviceId: `${groupId}-SUM`,
      lot: 'supply',
      limit: 0.03,
      inServiceLimit: 0.06,
      register: register(supplied, district.supplyQuantum ?? 0.01, every),
      ...(district.pressure === false ? {} : { pressure }),
      reads: { intervalUs: every * HOUR_US, onGrid: 1 },
    });
    return {
      groupId,
      asOfUs: count * HOUR_US,
      members: [supply, ...(listed.get(groupId) ?? [])].map((meter) => ({
        meter,
        role: meter === supply ? ('supply' as const) : ('consumer' as const),
        fromUs: -Infinity,
        toUs: Infinity,
      })),
    };
  });
  return {
    grid: { startUs: 0, stepUs: HOUR_US, count: count + 1 },
    zoneMinutes: 420,
    meters,
    districts: groups,
  };
}

/** `count` homes of 120 to 600 L a day without error. */
export function healthyHomes(count: number): MadeHome[] {
  return Array.from({ length: count }, (_, i) => ({ daily: 120 + 480 * ((i * 0.382) % 1) }));
}

/** The same with one of them changed. */
export function homesWith(count: number, at0: number, change: Partial<MadeHome>): MadeHome[] {
  return healthyHomes(count).map((home, i) => (i === at0 ? { ...home, ...change } : home));
}
