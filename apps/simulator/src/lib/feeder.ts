import { type Cable, MAIN_CABLES, SINGLE_PHASE_SERVICES, THREE_PHASE_SERVICES } from './cables.ts';
import type { Network } from './power-flow.ts';
import { type Random, randomStream, STREAM } from './random.ts';

/** A low-voltage network as built, and which feeder each customer hangs on. */
export interface AreaNetwork {
  readonly network: Network;
  /** Per customer of the area: 1, 2, 3 … */
  readonly feeder: Uint8Array;
  readonly transformerKva: number;
}

/** IEC 60076 sizes of pole-mounted 22/0.4 kV transformers, and their load losses in W (typical, 4 % impedance). */
const TRANSFORMERS = [
  { kva: 100, loadLoss: 1500 },
  { kva: 160, loadLoss: 2200 },
  { kva: 250, loadLoss: 3100 },
  { kva: 400, loadLoss: 4500 },
] as const;
const SHORT_CIRCUIT_VOLTAGE = 0.04;

export interface NetworkOptions {
  /** Default: two or three, drawn. */
  readonly feeders?: number;
  /** Every feeder has one phase conductor and the neutral: all its customers are on that phase. */
  readonly singlePhaseFeeders?: boolean;
}

/**
 * A random radial network: two or three feeders, each a row of poles with side streets. `mainLengthScale` stretches
 * the spans between poles (not the service cables); it draws nothing, so that the same network is built at any scale.
 */
export function buildAreaNetwork(
  seed: number,
  area: number,
  phases: readonly (1 | 3)[],
  options: NetworkOptions & { readonly peakWatts: number; readonly mainLengthScale: number },
): AreaNetwork {
  const random = randomStream(seed, STREAM.feeder, area);
  const feeders = options.feeders ?? random.integer(2, 3);
  const tree = new PoleTree();
  const polesOf: number[][] = [];
  const perFeeder = Math.ceil(phases.length / feeders);
  for (let feeder = 0; feeder < feeders; feeder += 1)
    polesOf.push(growFeeder(tree, random, Math.ceil(perFeeder / random.uniform(1.5, 2.2))));

  const count = phases.length;
  const customerNode = new Int32Array(count);
  const customerPort = new Int32Array(count);
  const customerPorts = new Int32Array(count);
  const serviceResistance = new Float64Array(count);
  const serviceReactance = new Float64Array(count);
  const feederOf = new Uint8Array(count);
  const portPhase: number[] = [];
  // Fitters hang a new customer on the emptier of two phases: feeders are roughly, never exactly, balanced.
  const onPhase = Array.from({ length: feeders }, () => [0, 0, 0]);
  phases.forEach((ports, customer) => {
    const feeder = random.integer(0, feeders - 1);
    const poles = polesOf[feeder] ?? [0];
    const cable: Cable = random.pick<Cable>(
      ports === 3 ? THREE_PHASE_SERVICES : SINGLE_PHASE_SERVICES,
    );
    const kilometres = random.uniform(0.008, 0.036);
    customerNode[customer] = poles[random.integer(0, poles.length - 1)] ?? 0;
    feederOf[customer] = feeder + 1;
    customerPort[customer] = portPhase.length;
    customerPorts[customer] = ports;
    serviceResistance[customer] = cable.ohmPerKm * kilometres;
    serviceReactance[customer] = cable.reactancePerKm * kilometres;
    const one = random.integer(0, 2);
    const other = random.integer(0, 2);
    const load = onPhase[feeder] ?? [];
    const emptier = (load[other] ?? 0) < (load[one] ?? 0) ? other : one;
    const first = options.singlePhaseFeeders === true ? feeder % 3 : emptier;
    if (ports === 1) load[first] = (load[first] ?? 0) + 1;
    for (let port = 0; port < ports; port += 1) portPhase.push((first + port) % 3);
  });

  const largest = TRANSFORMERS[3];
  const transformer =
    TRANSFORMERS.find((size) => size.kva * 1000 >= 1.25 * options.peakWatts) ?? largest;
  const base = 400 ** 2 / (1000 * transformer.kva);
  const sourceResistance = (transformer.loadLoss / (1000 * transformer.kva)) * base;
  const scale = options.mainLengthScale;
  return {
    network: {
      parent: Int32Array.from(tree.parent),
      resistance: Float64Array.from(tree.resistance, (ohm) => ohm * scale),
      reactance: Float64Array.from(tree.reactance, (ohm) => ohm * scale),
      sourceResistance,
      sourceReactance: Math.sqrt((SHORT_CIRCUIT_VOLTAGE * base) ** 2 - sourceResistance ** 2),
      customerNode,
      customerPort,
      customerPorts,
      serviceResistance,
      serviceReactance,
      portPhase: Int32Array.from(portPhase),
    },
    feeder: feederOf,
    transformerKva: transformer.kva,
  };
}

class PoleTree {
  readonly parent: number[] = [0];
  readonly resistance: number[] = [0];
  readonly reactance: number[] = [0];

  add(parent: number, cable: Cable, kilometres: number): number {
    this.parent.push(parent);
    this.resistance.push(cable.ohmPerKm * kilometres);
    this.reactance.push(cable.reactancePerKm * kilometres);
    return this.parent.length - 1;
  }
}

/** Poles of one feeder: a trunk that gets thinner once, and side streets from poles of the trunk. */
function growFeeder(tree: PoleTree, random: Random, poles: number): number[] {
  const size = random.integer(0, 2);
  const trunkCable = MAIN_CABLES[size] ?? MAIN_CABLES[0];
  const sideCable = MAIN_CABLES[Math.min(3, size + 1)] ?? MAIN_CABLES[3];
  const span = (): number => random.uniform(0.022, 0.042);
  const trunk = [tree.add(0, trunkCable, random.uniform(0.02, 0.09))];
  const sides: number[] = [];
  const trunkPoles = Math.max(2, Math.round(poles * random.uniform(0.55, 0.8)));
  const thinnerFrom = Math.round(trunkPoles * random.uniform(0.5, 0.9));
  while (trunk.length < trunkPoles)
    trunk.push(
      tree.add(trunk.at(-1) ?? 0, trunk.length < thinnerFrom ? trunkCable : sideCable, span()),
    );
  while (trunk.length + sides.length < poles) {
    const grows = sides.length > 0 && random.chance(0.65);
    const from = grows ? (sides.at(-1) ?? 0) : (trunk[random.integer(0, trunk.length - 1)] ?? 0);
    sides.push(tree.add(from, sideCable, span()));
  }
  return [...trunk, ...sides];
}
