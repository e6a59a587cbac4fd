import { at } from '@verimeter/statistics';
import type { AreaInput, FleetInput, MeterSeries } from '../src/lib/fleet-types.ts';
import { bellSequence, sequence } from './sequence.ts';

export const STEP_US = 900e6;
export const DAY_US = 86_400e6;
export const PER_DAY = 96;

export interface MadeMeter {
  /** Mean load, kW. */
  readonly power: number;
  /** e on a day of the window, ratio. */
  readonly error?: (day: number) => number;
  /** Area that feeds it; default the one it is listed in. */
  readonly fedBy?: string;
  /** Area that feeds it from a day on; its list stays as it was. */
  readonly movesTo?: { readonly groupId: string; readonly day: number };
  /** Not in any area's list. */
  readonly unlisted?: boolean;
  /** Its meter reports nothing and is in no list. */
  readonly silent?: boolean;
  /** Day on which its register stands still. */
  readonly stops?: number;
  /** Step of its register, kW.h. */
  readonly quantum?: number;
  readonly lot?: string;
}

export interface MadeArea {
  readonly groupId: string;
  readonly meters: readonly MadeMeter[];
  /** Technical loss as a share of the energy, square in the load. */
  readonly loss?: number;
  readonly supplyQuantum?: number;
  /** sd of what the balance has wrong from interval to interval, as a share of the mean energy. */
  readonly noise?: number;
  /** A load that no meter counts, kW by hour of the day. */
  readonly unmetered?: (hour: number) => number;
}

/** kW.h per quarter of an hour: a daily shape, a random part and bursts; never twice the same customer. */
function loadShape(power: number, count: number, seed: number): Float64Array {
  const noise = sequence(count, 1000 + 7 * seed);
  const burst = sequence(count, 500_000 + 13 * seed);
  let level = 0;
  return Float64Array.from({ length: count }, (_, t) => {
    level = 0.8 * level + 0.6 * at(noise, t);
    const daily = 1 + 0.5 * Math.sin((2 * Math.PI * (t + 5 * seed)) / PER_DAY);
    const shape = Math.max(0.1, daily + 0.5 * level) + (at(burst, t) > 0.85 ? 3 : 0);
    return (power * shape * 0.25) / 1.45;
  });
}

function register(energies: Float64Array, quantum: number): Float64Array {
  const out = new Float64Array(energies.length + 1);
  let counter = 100;
  out[0] = counter;
  energies.forEach((energy, t) => {
    counter += energy;
    out[t + 1] = quantum > 0 ? Math.floor(counter / quantum + 1e-9) * quantum : counter;
  });
  return out;
}

function of<T>(groups: ReadonlyMap<string, T>, groupId: string): T {
  const found = groups.get(groupId);
  if (found === undefined) throw new RangeError(`no area ${groupId}`);
  return found;
}

/**
 * A fleet whose loss is known to the analysis (`knownLoss`), so that a test of the decision does not hang on the loss model. Ids
 * are group, two digits; supplies end in `-SUM`.
 */
export function madeFleet(areas: readonly MadeArea[], days: number): FleetInput {
  const count = days * PER_DAY;
  const meters: MeterSeries[] = [];
  const fed = new Map(areas.map(({ groupId }) => [groupId, new Float64Array(count)]));
  const listed = new Map<string, number[]>(areas.map(({ groupId }) => [groupId, []]));
  areas.forEach((area, a) => {
    area.meters.forEach((made, i) => {
      const load = loadShape(made.power, count, 100 * a + i + 1);
      const supply = of(fed, made.fedBy ?? area.groupId);
      const shown = load.map((energy, t) => {
        const day = t / PER_DAY;
        const { movesTo } = made;
        const feeds =
          movesTo !== undefined && day >= movesTo.day ? of(fed, movesTo.groupId) : supply;
        feeds[t] = at(feeds, t) + energy;
        if (made.stops !== undefined && day >= made.stops) return 0;
        return energy * (1 + (made.error?.(day) ?? 0));
      });
      if (made.silent === true) return;
      if (made.unlisted !== true) listed.get(area.groupId)?.push(meters.length);
      meters.push({
        deviceId: `${area.groupId}-${String(i).padStart(2, '0')}`,
        lot: made.lot ?? 'lot',
        limit: 0.01,
        inServiceLimit: 0.02,
        importRegister: register(shown, made.quantum ?? 0.001),
        voltages: [],
      });
    });
  });
  const groups = areas.map((area, a): AreaInput => {
    const load = of(fed, area.groupId);
    const usual = load.reduce((sum, energy) => sum + energy, 0) / count;
    const lost = load.map((energy) => ((area.loss ?? 0.02) * energy * energy) / usual);
    const knownLoss = new Float64Array(count + 1);
    knownLoss.set(lost, 1);
    const rough = bellSequence(count, 90_001 + 17 * a).map(
      (z) => (area.noise ?? 0.004) * usual * z,
    );
    const supply = meters.length;
    meters.push({
      deviceId: `${area.groupId}-SUM`,
      lot: 'supply',
      limit: 0.005,
      inServiceLimit: 0.01,
      importRegister: register(
        load.map(
          (energy, t) =>
            energy +
            at(lost, t) +
            at(rough, t) +
            0.25 * (area.unmetered?.(((t % PER_DAY) * 24) / PER_DAY) ?? 0),
        ),
        area.supplyQuantum ?? 0.001,
      ),
      voltages: [],
    });
    return {
      groupId: area.groupId,
      knownLoss,
      asOfUs: count * STEP_US,
      members: [
        { meter: supply, role: 'supply', fromUs: -Infinity, toUs: Infinity },
        ...(listed.get(area.groupId) ?? []).map((meter) => ({
          meter,
          role: 'consumer' as const,
          fromUs: -Infinity,
          toUs: Infinity,
        })),
      ],
    };
  });
  return { grid: { startUs: 0, stepUs: STEP_US, count: count + 1 }, meters, areas: groups };
}

/** `count` meters of 150 to 600 W without error. */
export function healthyMeters(count: number): MadeMeter[] {
  return Array.from({ length: count }, (_, i) => ({ power: 0.15 + 0.45 * ((i * 0.382) % 1) }));
}
