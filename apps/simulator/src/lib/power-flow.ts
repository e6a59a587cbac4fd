/**
 * Steady state of a four-wire radial network by backward/forward sweep (Shirmohammadi et al. 1988; four-wire form
 * of Ciric, Feltrin and Ochoa 2003). The neutral is a conductor of its own, earthed at the transformer only.
 * Loads have constant active and reactive power between phase and neutral; below LEAST_VOLTS they turn into constant
 * impedances, as power-flow programs do, so that a solution exists for any load.
 */
export interface Network {
  /** Nodes are numbered so that a parent comes before its children; node 0 is the low-voltage bus. */
  readonly parent: Int32Array;
  /** Series resistance and reactance of each conductor of the branch into a node, ohm at 20 degC; index 0 unused. */
  readonly resistance: Float64Array;
  readonly reactance: Float64Array;
  /** Of each phase of the transformer, ohm, referred to the low-voltage side. */
  readonly sourceResistance: number;
  readonly sourceReactance: number;
  /** Customers: node, first port, number of ports (1 or 3), impedance of each conductor of the service cable. */
  readonly customerNode: Int32Array;
  readonly customerPort: Int32Array;
  readonly customerPorts: Int32Array;
  readonly serviceResistance: Float64Array;
  readonly serviceReactance: Float64Array;
  /** A port is one phase of one customer: 0, 1 or 2. */
  readonly portPhase: Int32Array;
}

/** Everything one solution needs and leaves; made once, so that a step allocates nothing. */
export interface FlowState {
  /** Volts, 4 per node in the order phase a, b, c, neutral. */
  readonly voltageRe: Float64Array;
  readonly voltageIm: Float64Array;
  readonly currentRe: Float64Array;
  readonly currentIm: Float64Array;
  /** Per port: phase-to-neutral voltage at the meter's terminals, load current. */
  readonly terminalRe: Float64Array;
  readonly terminalIm: Float64Array;
  readonly loadRe: Float64Array;
  readonly loadIm: Float64Array;
  /** W at the low-voltage bus, and the heat in all conductors behind it (service cables included), W. */
  busPower: number;
  loss: number;
  iterations: number;
}

/** Largest relative change of a terminal voltage in the last sweep. Power is then off by about as much. */
const TOLERANCE = 2e-8;
const MAX_ITERATIONS = 200;
const LEAST_VOLTS = 180;
const COS = [1, -0.5, -0.5] as const;
const SIN = [0, -Math.sqrt(3) / 2, Math.sqrt(3) / 2] as const;

export function createFlowState(network: Network): FlowState {
  const nodes = network.parent.length;
  const ports = network.portPhase.length;
  const state: FlowState = {
    voltageRe: new Float64Array(4 * nodes),
    voltageIm: new Float64Array(4 * nodes),
    currentRe: new Float64Array(4 * nodes),
    currentIm: new Float64Array(4 * nodes),
    terminalRe: new Float64Array(ports),
    terminalIm: new Float64Array(ports),
    loadRe: new Float64Array(ports),
    loadIm: new Float64Array(ports),
    busPower: 0,
    loss: 0,
    iterations: 0,
  };
  for (let port = 0; port < ports; port += 1) {
    const phase = network.portPhase[port] ?? 0;
    state.terminalRe[port] = 230 * (COS[phase] ?? 1);
    state.terminalIm[port] = 230 * (SIN[phase] ?? 0);
  }
  return state;
}

/** A network too long for its loads: the sweep swings between two states of its weakest customers. */
export class UnsettledFlowError extends Error {
  readonly code = 'FLOW_UNSETTLED';

  constructor() {
    super('the power flow does not settle: the lines are too long for these loads');
    this.name = 'UnsettledFlowError';
  }
}

/**
 * Solves one step. `activePower` and `reactivePower` hold W and var of port p at `p * stride + offset`;
 * `sourceVolts` are the three no-load phase voltages; `resistanceScale` brings the conductors to their temperature.
 * Starts from the voltages `state` holds. @throws UnsettledFlowError where the sweep does not settle.
 */
export function solveFlow(
  network: Network,
  state: FlowState,
  step: {
    readonly activePower: Float32Array | Float64Array;
    readonly reactivePower: Float32Array | Float64Array;
    readonly stride: number;
    readonly offset: number;
    readonly sourceVolts: readonly [number, number, number];
    readonly resistanceScale: number;
  },
): void {
  let change = Number.POSITIVE_INFINITY;
  let iteration = 0;
  // Not a number: the voltages have collapsed.
  while (!(change <= TOLERANCE)) {
    if (iteration === MAX_ITERATIONS) throw new UnsettledFlowError();
    iteration += 1;
    injectLoads(network, state, step);
    sweepBackward(network, state);
    sweepForward(network, state, step.sourceVolts, step.resistanceScale);
    change = updateTerminals(network, state, step.resistanceScale);
  }
  state.iterations = iteration;
  account(network, state, step.resistanceScale);
}

/** Share of its nominal power that a port takes at its present voltage: 1 except in a deep sag. */
export function takenShare(state: FlowState, port: number): number {
  const vr = state.terminalRe[port] ?? 0;
  const vi = state.terminalIm[port] ?? 0;
  return Math.min(1, (vr * vr + vi * vi) / LEAST_VOLTS ** 2);
}

/** Load currents I = conj(S / V) at the present terminal voltages, collected at the nodes. */
function injectLoads(
  network: Network,
  state: FlowState,
  step: {
    readonly activePower: Float32Array | Float64Array;
    readonly reactivePower: Float32Array | Float64Array;
    readonly stride: number;
    readonly offset: number;
  },
): void {
  const { customerNode, customerPort, customerPorts, portPhase } = network;
  const { currentRe, currentIm, terminalRe, terminalIm, loadRe, loadIm } = state;
  currentRe.fill(0);
  currentIm.fill(0);
  for (let customer = 0; customer < customerNode.length; customer += 1) {
    const at = 4 * (customerNode[customer] ?? 0);
    const first = customerPort[customer] ?? 0;
    const last = first + (customerPorts[customer] ?? 0);
    for (let port = first; port < last; port += 1) {
      const p = step.activePower[port * step.stride + step.offset] ?? 0;
      const q = step.reactivePower[port * step.stride + step.offset] ?? 0;
      const vr = terminalRe[port] ?? 0;
      const vi = terminalIm[port] ?? 0;
      const squared = Math.max(LEAST_VOLTS ** 2, vr * vr + vi * vi);
      const ir = (p * vr + q * vi) / squared;
      const ii = (p * vi - q * vr) / squared;
      loadRe[port] = ir;
      loadIm[port] = ii;
      const conductor = at + (portPhase[port] ?? 0);
      currentRe[conductor] = (currentRe[conductor] ?? 0) + ir;
      currentIm[conductor] = (currentIm[conductor] ?? 0) + ii;
      currentRe[at + 3] = (currentRe[at + 3] ?? 0) - ir;
      currentIm[at + 3] = (currentIm[at + 3] ?? 0) - ii;
    }
  }
}

/** Branch currents: each node's injection plus those of its children. */
function sweepBackward(network: Network, state: FlowState): void {
  const { parent } = network;
  const { currentRe, currentIm } = state;
  for (let node = parent.length - 1; node > 0; node -= 1) {
    const from = 4 * node;
    const to = 4 * (parent[node] ?? 0);
    for (let w = 0; w < 4; w += 1) {
      currentRe[to + w] = (currentRe[to + w] ?? 0) + (currentRe[from + w] ?? 0);
      currentIm[to + w] = (currentIm[to + w] ?? 0) + (currentIm[from + w] ?? 0);
    }
  }
}

/** Node voltages from the transformer outwards. */
function sweepForward(
  network: Network,
  state: FlowState,
  sourceVolts: readonly [number, number, number],
  scale: number,
): void {
  const { parent, resistance, reactance, sourceResistance, sourceReactance } = network;
  const { voltageRe, voltageIm, currentRe, currentIm } = state;
  for (let w = 0; w < 3; w += 1) {
    const ir = currentRe[w] ?? 0;
    const ii = currentIm[w] ?? 0;
    const e = sourceVolts[w] ?? 0;
    voltageRe[w] = e * (COS[w] ?? 0) - (sourceResistance * ir - sourceReactance * ii);
    voltageIm[w] = e * (SIN[w] ?? 0) - (sourceResistance * ii + sourceReactance * ir);
  }
  voltageRe[3] = 0;
  voltageIm[3] = 0;
  for (let node = 1; node < parent.length; node += 1) {
    const at = 4 * node;
    const up = 4 * (parent[node] ?? 0);
    const r = (resistance[node] ?? 0) * scale;
    const x = reactance[node] ?? 0;
    for (let w = 0; w < 4; w += 1) {
      const ir = currentRe[at + w] ?? 0;
      const ii = currentIm[at + w] ?? 0;
      voltageRe[at + w] = (voltageRe[up + w] ?? 0) - (r * ir - x * ii);
      voltageIm[at + w] = (voltageIm[up + w] ?? 0) - (r * ii + x * ir);
    }
  }
}

/** Voltages at the meters, behind the service cables; returns the largest relative change. */
function updateTerminals(network: Network, state: FlowState, scale: number): number {
  const { customerNode, customerPort, customerPorts, portPhase } = network;
  const { voltageRe, voltageIm, terminalRe, terminalIm, loadRe, loadIm } = state;
  let largest = 0;
  for (let customer = 0; customer < customerNode.length; customer += 1) {
    const at = 4 * (customerNode[customer] ?? 0);
    const first = customerPort[customer] ?? 0;
    const last = first + (customerPorts[customer] ?? 0);
    const r = (network.serviceResistance[customer] ?? 0) * scale;
    const x = network.serviceReactance[customer] ?? 0;
    let neutralRe = 0;
    let neutralIm = 0;
    for (let port = first; port < last; port += 1) {
      neutralRe += loadRe[port] ?? 0;
      neutralIm += loadIm[port] ?? 0;
    }
    const groundRe = (voltageRe[at + 3] ?? 0) + (r * neutralRe - x * neutralIm);
    const groundIm = (voltageIm[at + 3] ?? 0) + (r * neutralIm + x * neutralRe);
    for (let port = first; port < last; port += 1) {
      const conductor = at + (portPhase[port] ?? 0);
      const ir = loadRe[port] ?? 0;
      const ii = loadIm[port] ?? 0;
      const vr = (voltageRe[conductor] ?? 0) - (r * ir - x * ii) - groundRe;
      const vi = (voltageIm[conductor] ?? 0) - (r * ii + x * ir) - groundIm;
      const dr = vr - (terminalRe[port] ?? 0);
      const di = vi - (terminalIm[port] ?? 0);
      const moved = (dr * dr + di * di) / (vr * vr + vi * vi);
      largest = Math.max(largest, moved); // keeps what is not a number
      terminalRe[port] = vr;
      terminalIm[port] = vi;
    }
  }
  return Math.sqrt(largest);
}

/** Power into the bus, and the heat of every conductor added up on its own: the two meet only if the flow is right. */
function account(network: Network, state: FlowState, scale: number): void {
  const { parent, resistance, customerNode, customerPort, customerPorts } = network;
  const { voltageRe, voltageIm, currentRe, currentIm, loadRe, loadIm } = state;
  let bus = 0;
  for (let w = 0; w < 3; w += 1) {
    bus += (voltageRe[w] ?? 0) * (currentRe[w] ?? 0) + (voltageIm[w] ?? 0) * (currentIm[w] ?? 0);
  }
  let heat = 0;
  for (let node = 1; node < parent.length; node += 1) {
    const at = 4 * node;
    let squared = 0;
    for (let w = 0; w < 4; w += 1) {
      const ir = currentRe[at + w] ?? 0;
      const ii = currentIm[at + w] ?? 0;
      squared += ir * ir + ii * ii;
    }
    heat += squared * (resistance[node] ?? 0) * scale;
  }
  for (let customer = 0; customer < customerNode.length; customer += 1) {
    const first = customerPort[customer] ?? 0;
    const last = first + (customerPorts[customer] ?? 0);
    let neutralRe = 0;
    let neutralIm = 0;
    let squared = 0;
    for (let port = first; port < last; port += 1) {
      const ir = loadRe[port] ?? 0;
      const ii = loadIm[port] ?? 0;
      neutralRe += ir;
      neutralIm += ii;
      squared += ir * ir + ii * ii;
    }
    squared += neutralRe * neutralRe + neutralIm * neutralIm;
    heat += squared * (network.serviceResistance[customer] ?? 0) * scale;
  }
  state.busPower = bus;
  state.loss = heat;
}
