import { ZONE_HOURS } from './calendar.ts';
import { randomStream, STREAM } from './random.ts';
import { eachPiece, type FlowProfile, type HomeFlow } from './water-flow.ts';
import {
  demandFactor,
  drawNetwork,
  NOMINAL_BAR,
  openState,
  type Outlet,
  type PressureControl,
  solveStep,
  type WaterNetwork,
  zonesOf,
} from './water-network.ts';
import { drawOutlets, outletsByDay } from './water-outlets.ts';
import type { WaterSteps } from './water-steps.ts';

const DAY_S = 86_400;

/** m3 of the step; pressures in bar. */
export interface DistrictFlow {
  readonly steps: WaterSteps;
  readonly supply: Float64Array;
  readonly demand: Float64Array;
  readonly outlets: Readonly<Record<Outlet['kind'], Float64Array>>;
  readonly inlet: Float32Array;
  /** Zone z, step s at `z * steps + s`. */
  readonly zonePressure: Float32Array;
}

export interface DistrictSetting {
  readonly seed: number;
  readonly district: number;
  readonly days: number;
  readonly building: boolean;
  readonly control?: PressureControl;
  readonly leakShare: number;
  readonly bursts: boolean;
  readonly unmetered: number;
}

/** Days whose demand decides on pipes and leaks: of a district that grows by days they stay the same. */
const FIRST_DAYS = 7;

/** Flows and pressures of a district whose homes draw, and give back, what their profiles say. */
export function districtFlow(
  homeFlows: readonly HomeFlow[],
  setting: DistrictSetting,
  window: WaterSteps,
): DistrictFlow {
  const { seed, district, building, control } = setting;
  const homes = homeFlows.length;
  const zones = zonesOf(homes, building);
  const demand = {
    fixed: new Float64Array(zones * window.steps),
    pressured: new Float64Array(zones * window.steps),
  };
  homeFlows.forEach(({ forward, back }, home) => {
    addDemand(demand, home % zones, { profile: forward, sign: 1 }, window);
    if (back !== undefined) addDemand(demand, home % zones, { profile: back, sign: -1 }, window);
  });
  const { mean, peak } = firstDemand(demand, zones, window);
  const network = drawNetwork({
    seed,
    district,
    homes,
    building,
    peak,
    ...(control === undefined ? {} : { control }),
  });
  const outlets = drawOutlets({ ...setting, zones, demand: mean });
  return simulateFlow(network, demand, outlets, { ...window, seed, district });
}

/** m3/h over the first days: mean, and what one step in two hundred exceeds. */
function firstDemand(
  demand: ZoneDemand,
  zones: number,
  { steps, stepS }: WaterSteps,
): { readonly mean: number; readonly peak: number } {
  const count = Math.min(steps, (FIRST_DAYS * DAY_S) / stepS);
  const total = new Float64Array(count);
  for (let zone = 0; zone < zones; zone += 1)
    for (let step = 0; step < count; step += 1)
      total[step] =
        (total[step] ?? 0) +
        (demand.fixed[zone * steps + step] ?? 0) +
        (demand.pressured[zone * steps + step] ?? 0);
  const sorted = total.toSorted();
  const mean = sorted.reduce((sum, value) => sum + value, 0) / count;
  return { mean, peak: Math.max(0.2, sorted[Math.floor(0.995 * count)] ?? 0) };
}

/** Demand of each zone as if nothing depended on the pressure, m3/h: zone z, step s at `z * steps + s`. */
interface ZoneDemand {
  readonly fixed: Float64Array;
  readonly pressured: Float64Array;
}

/** `sign` -1: what comes back from a home. */
function addDemand(
  into: ZoneDemand,
  zone: number,
  { profile, sign }: { readonly profile: FlowProfile; readonly sign: 1 | -1 },
  window: WaterSteps,
): void {
  const row = zone * window.steps;
  // m3/h as the mean of the step.
  const scale = (sign * 3600) / window.stepS / 1000;
  eachPiece(profile, window, (step, hours, fixed, pressured) => {
    into.fixed[row + step] = (into.fixed[row + step] ?? 0) + fixed * hours * scale;
    into.pressured[row + step] = (into.pressured[row + step] ?? 0) + pressured * hours * scale;
  });
}

/** Solves the district step by step. */
function simulateFlow(
  network: WaterNetwork,
  demand: ZoneDemand,
  outlets: readonly Outlet[],
  window: WaterSteps & { readonly seed: number; readonly district: number },
): DistrictFlow {
  const { steps, fromS, stepS } = window;
  const zones = network.parent.length;
  const state = openState(network);
  const result = {
    supply: new Float64Array(steps),
    demand: new Float64Array(steps),
    inlet: new Float32Array(steps),
    zonePressure: new Float32Array(zones * steps),
  };
  const byKind = {
    leak: new Float64Array(steps),
    burst: new Float64Array(steps),
    flushing: new Float64Array(steps),
    unmetered: new Float64Array(steps),
  };
  const firstDay = Math.floor(fromS / DAY_S);
  const days = Math.ceil((steps * stepS) / DAY_S) + 2;
  const ofDay = outletsByDay(outlets, firstDay, days);
  const fixed = new Float64Array(zones);
  const pressured = new Float64Array(zones);
  const hours = stepS / 3600;
  let wanderHour = Number.NaN;
  let wander = 0;
  let openings = 1;
  for (let step = 0; step < steps; step += 1) {
    const at = fromS + step * stepS;
    const day = Math.floor(at / DAY_S);
    const hour = Math.floor(at / 3600);
    if (hour !== wanderHour) {
      wanderHour = hour;
      wander = valveWander(window, day, hour);
      openings = leakWander(window, hour / 24);
    }
    for (let zone = 0; zone < zones; zone += 1) {
      fixed[zone] = demand.fixed[zone * steps + step] ?? 0;
      pressured[zone] = demand.pressured[zone * steps + step] ?? 0;
    }
    const open: { kind: Outlet['kind']; zone: number; flow: number; exponent: number }[] = [];
    for (const outlet of ofDay[day - firstDay] ?? []) {
      const share = (Math.min(outlet.toS, at + stepS) - Math.max(outlet.fromS, at)) / stepS;
      if (share <= 0) continue;
      const age = Math.max(0, day - Math.floor(outlet.fromS / DAY_S));
      const grown = outlet.growth === 0 ? 1 : (1 + outlet.growth) ** age;
      const { kind, zone, exponent } = outlet;
      const wanders = kind === 'leak' ? openings : 1;
      open.push({ kind, zone, exponent, flow: outlet.flow * grown * share * wanders });
    }
    const localHour = (((at / 3600 + ZONE_HOURS) % 24) + 24) % 24;
    solveStep(network, state, { fixed, pressured, outlets: open, localHour, wander });
    let drawn = 0;
    for (let zone = 0; zone < zones; zone += 1) {
      // Rounded first: what a meter sees is computed from the pressures that are kept.
      const bar = Math.fround(state.pressure[zone] ?? 0);
      result.zonePressure[zone * steps + step] = bar;
      drawn += (fixed[zone] ?? 0) + (pressured[zone] ?? 0) * demandFactor(bar);
    }
    result.demand[step] = drawn * hours;
    let lost = 0;
    for (const { kind, zone, flow, exponent } of open) {
      const bar = result.zonePressure[zone * steps + step] ?? 0;
      const volume = flow * (bar / NOMINAL_BAR) ** exponent * hours;
      byKind[kind][step] = (byKind[kind][step] ?? 0) + volume;
      lost += volume;
    }
    result.supply[step] = drawn * hours + lost;
    result.inlet[step] = state.inlet;
  }
  return { steps: window, ...result, outlets: byKind };
}

/** bar by which the valve is off its rule: it sticks for a day, and trembles from hour to hour. */
function valveWander(
  { seed, district }: { readonly seed: number; readonly district: number },
  day: number,
  hour: number,
): number {
  return (
    0.03 * randomStream(seed, STREAM.waterNetwork, district, 6, day).normal() +
    0.015 * randomStream(seed, STREAM.waterNetwork, district, 7, hour).normal()
  );
}

/** Joints move with the temperature of the ground and what drives over them: some per cent from day to day. */
function leakWander(
  { seed, district }: { readonly seed: number; readonly district: number },
  day: number,
): number {
  const before = Math.floor(day);
  const at = (k: number): number =>
    0.02 * randomStream(seed, STREAM.waterNetwork, district, 8, k).normal();
  return Math.exp(at(before) + (day - before) * (at(before + 1) - at(before)));
}
