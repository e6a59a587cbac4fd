import { randomStream, STREAM } from './random.ts';

/** Nominal pressure, bar: what flows and leaks are stated at. */
export const NOMINAL_BAR = 3;
/** Exponent of the flow in the head loss (Hazen and Williams). */
const HEAD_EXPONENT = 1.852;
/** Open taps give this power of the pressure: most people open them as far as they need. */
const DEMAND_EXPONENT = 0.25;
const LOWEST_BAR = 0.05;

/** How the inlet is held: at one pressure, lower at night, or higher at large flows. */
export type PressureControl = 'constant' | 'time' | 'flow';

/** Pipes as a tree: zone z hangs on `parent[z]` (-1: the inlet), a smaller number. */
export interface WaterNetwork {
  readonly parent: Int32Array;
  /** bar / (m3/h)^1.852 */
  readonly resistance: Float64Array;
  /** bar that a zone has more than the inlet when nothing flows. */
  readonly height: Float64Array;
  readonly control: PressureControl;
  readonly setPoint: number;
  /** bar lost in the valve at `peak`, or gained with flow control. */
  readonly droop: number;
  /** m3/h */
  readonly peak: number;
}

/** Anything that leaves the pipes but no customer's meter: `flow` m3/h at 3 bar times (p / 3)^exponent. */
export interface Outlet {
  readonly kind: 'leak' | 'burst' | 'flushing' | 'unmetered';
  readonly zone: number;
  readonly flow: number;
  readonly exponent: number;
  /** Seconds since grid point 0. */
  readonly fromS: number;
  readonly toS: number;
  /** Ratio by which it grows from one day to the next. */
  readonly growth: number;
}

export interface NetworkSetting {
  readonly seed: number;
  readonly district: number;
  readonly homes: number;
  /** All in one house: one zone, hardly any pipe. */
  readonly building: boolean;
  readonly control?: PressureControl;
  /** m3/h, the largest demand of a few minutes. */
  readonly peak: number;
}

/** Zones of a district, some ten homes each: home h lies in zone h modulo this. */
export const zonesOf = (homes: number, building: boolean): number =>
  building ? 1 : Math.max(3, Math.round(homes / 10));

export function drawNetwork(setting: NetworkSetting): WaterNetwork {
  const { seed, district, homes, building, peak } = setting;
  const random = randomStream(seed, STREAM.waterNetwork, district, 1);
  const zones = zonesOf(homes, building);
  const parent = Int32Array.from({ length: zones }, (_, zone) =>
    zone === 0 ? -1 : random.integer(Math.max(0, zone - 3), zone - 1),
  );
  const height = Float64Array.from({ length: zones }, () =>
    building ? -0.6 : random.uniform(-0.4, 0.3),
  );
  const lengths = Float64Array.from({ length: zones }, () => random.uniform(0.5, 1.5));
  // Pipes are scaled so that the farthest zone loses so much at the peak, each pipe carrying the homes behind it.
  const carried = new Float64Array(zones);
  for (let home = 0; home < homes; home += 1)
    carried[home % zones] = (carried[home % zones] ?? 0) + 1 / homes;
  for (let zone = zones - 1; zone > 0; zone -= 1) {
    const up = parent[zone] ?? 0;
    carried[up] = (carried[up] ?? 0) + (carried[zone] ?? 0);
  }
  const lost = new Float64Array(zones);
  const shape = lengths.map((length, zone) => length / Math.max(0.15, carried[zone] ?? 0) ** 1.2);
  for (let zone = 0; zone < zones; zone += 1)
    lost[zone] =
      (zone === 0 ? 0 : (lost[parent[zone] ?? 0] ?? 0)) +
      (shape[zone] ?? 0) * (peak * (carried[zone] ?? 0)) ** HEAD_EXPONENT;
  const target = building ? random.uniform(0.02, 0.08) : random.uniform(0.15, 0.6);
  const scale = target / lost.reduce((a, b) => Math.max(a, b), 0);
  const controls = ['constant', 'time', 'flow'] as const;
  const drawn = random.pick(controls);
  const control = setting.control ?? drawn;
  return {
    parent,
    resistance: shape.map((value) => value * scale),
    height,
    control,
    setPoint: random.uniform(2.6, 4.2),
    droop: random.uniform(0.05, 0.25),
    peak,
  };
}

/** bar at the inlet for a flow, with what the valve wanders. */
function inletPressure(network: WaterNetwork, flow: number, localHour: number): number {
  const load = Math.max(0, Math.min(2, flow / network.peak)) ** 2;
  if (network.control === 'flow') return network.setPoint - 0.4 + (0.3 + network.droop) * load;
  const night = network.control === 'time' && (localHour < 4.75 || localHour >= 23) ? 0.6 : 0;
  return network.setPoint - night - network.droop * load;
}

/** One step of the network; the pressures are the guess at the start and the answer at the end. */
export interface NetworkState {
  readonly pressure: Float64Array;
  readonly flow: Float64Array;
  inlet: number;
}

export const openState = (network: WaterNetwork): NetworkState => ({
  pressure: network.height.map((bar) => Math.max(1, network.setPoint + bar)),
  flow: new Float64Array(network.parent.length),
  inlet: network.setPoint,
});

export const demandFactor = (bar: number): number => (bar / NOMINAL_BAR) ** DEMAND_EXPONENT;

export interface StepDemand {
  /** m3/h per zone. */
  readonly fixed: Float64Array;
  readonly pressured: Float64Array;
  /** Those that are open in this step, with the flow they have grown to. */
  readonly outlets: readonly {
    readonly zone: number;
    readonly flow: number;
    readonly exponent: number;
  }[];
  readonly localHour: number;
  /** bar that the inlet is off its rule. */
  readonly wander: number;
}

/** Finds the pressures at which every outflow is what that pressure gives and every pipe loses what its flow costs. */
export function solveStep(network: WaterNetwork, state: NetworkState, demand: StepDemand): void {
  const { parent, resistance, height } = network;
  const { pressure, flow } = state;
  const zones = parent.length;
  for (let round = 0; round < 80; round += 1) {
    for (let zone = 0; zone < zones; zone += 1)
      flow[zone] =
        (demand.fixed[zone] ?? 0) +
        (demand.pressured[zone] ?? 0) * demandFactor(pressure[zone] ?? NOMINAL_BAR);
    for (const { zone, flow: at, exponent } of demand.outlets)
      flow[zone] = (flow[zone] ?? 0) + at * ((pressure[zone] ?? 0) / NOMINAL_BAR) ** exponent;
    for (let zone = zones - 1; zone > 0; zone -= 1) {
      const up = parent[zone] ?? 0;
      flow[up] = (flow[up] ?? 0) + (flow[zone] ?? 0);
    }
    const inlet = inletPressure(network, flow[0] ?? 0, demand.localHour) + demand.wander;
    let change = 0;
    // Heads without the heights go down the tree; a zone adds its own.
    for (let zone = 0; zone < zones; zone += 1) {
      const up = parent[zone] ?? -1;
      const above = up < 0 ? inlet : (pressure[up] ?? 0) - (height[up] ?? 0);
      const through = flow[zone] ?? 0;
      // What a home gives back may run up the pipe.
      const loss =
        Math.sign(through) * (resistance[zone] ?? 0) * Math.abs(through) ** HEAD_EXPONENT;
      const wanted = Math.max(LOWEST_BAR, above - loss + (height[zone] ?? 0));
      const before = pressure[zone] ?? 0;
      pressure[zone] = before + 0.6 * (wanted - before);
      change = Math.max(change, Math.abs(wanted - before));
    }
    state.inlet = inlet;
    if (change < 1e-5) return;
  }
}
