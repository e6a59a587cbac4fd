/**
 * Steady state of a four-wire radial network by backward/forward sweep (Shirmohammadi et al. 1988; four-wire form
 * of Ciric, Feltrin and Ochoa 2003). The neutral is a conductor of its own, earthed at the transformer only.
 * Loads have constant active and reactive power between phase and neutral.
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
const MAX_ITERATIONS = 60;
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

/**
 * Solves one step. `activePower` and `reactivePower` hold W and var of port p at `p * stride + offset`;
 * `sourceVolts` are the three no-load phase voltages; `resistanceScale` brings the conductors to their temperature.
 * Starts from the voltages `state` holds. @throws RangeError where the load has no solution (voltage collapse).
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
  while (change > TOLERANCE) {
    if (iteration === MAX_ITERATIONS) throw new RangeError('the power flow has no solution');
    iteration += 1;
    injectLoads(network, state, step);
    sweepBackward(network, state);
    sweepForward(network, state, step.sourceVolts, step.resistanceScale);
    change = updateTerminals(network, state, step.resistanceScale);
  }
  state.iterations = iteration;
  account(network, state, step.resistanceScale);
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
    const at = 4 * (customerNode[customer] as number);
    const first = customerPort[customer] as number;
    const last = first + (customerPorts[customer] as number);
    for (let port = first; port < last; port += 1) {
      const p = step.activePower[port * step.stride + step.offset] as number;
      const q = step.reactivePower[port * step.stride + step.offset] as number;
      const vr = terminalRe[port] as number;
      const vi = terminalIm[port] as number;
      const squared = vr * vr + vi * vi;
      const ir = (p * vr + q * vi) / squared;
      const ii = (p * vi - q * vr) / squared;
      loadRe[port] = ir;
      loadIm[port] = ii;
      const conductor = at + (portPhase[port] as number);
      currentRe[conductor] = (currentRe[conductor] as number) + ir;
      currentIm[conductor] = (currentIm[conductor] as number) + ii;
      currentRe[at + 3] = (currentRe[at + 3] as number) - ir;
      currentIm[at + 3] = (currentIm[at + 3] as number) - ii;
    }
  }
}

/** Branch currents: each node's injection plus those of its children. */
function sweepBackward(network: Network, state: FlowState): void {
  const { parent } = network;
  const { currentRe, currentIm } = state;
  for (let node = parent.length - 1; node > 0; node -= 1) {
    const from = 4 * node;
    const to = 4 * (parent[node] as number);
    for (let w = 0; w < 4; w += 1) {
      currentRe[to + w] = (currentRe[to + w] as number) + (currentRe[from + w] as number);
      currentIm[to + w] = (currentIm[to + w] as number) + (currentIm[from + w] as number);
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
    const ir = currentRe[w] as number;
    const ii = currentIm[w] as number;
    const e = sourceVolts[w] as number;
    voltageRe[w] = e * (COS[w] as number) - (sourceResistance * ir - sourceReactance * ii);
    voltageIm[w] = e * (SIN[w] as number) - (sourceResistance * ii + sourceReactance * ir);
  }
  voltageRe[3] = 0;
  voltageIm[3] = 0;
  for (let node = 1; node < parent.length; node += 1) {
    const at = 4 * node;
    const up = 4 * (parent[node] as number);
    const r = (resistance[node] as number) * scale;
    const x = reactance[node] as number;
    for (let w = 0; w < 4; w += 1) {
      const ir = currentRe[at + w] as number;
      const ii = currentIm[at + w] as number;
      voltageRe[at + w] = (voltageRe[up + w] as number) - (r * ir - x * ii);
      voltageIm[at + w] = (voltageIm[up + w] as number) - (r * ii + x * ir);
    }
  }
}

/** Voltages at the meters, behind the service cables; returns the largest relative change. */
function updateTerminals(network: Network, state: FlowState, scale: number): number {
  const { customerNode, customerPort, customerPorts, portPhase } = network;
  const { voltageRe, voltageIm, terminalRe, terminalIm, loadRe, loadIm } = state;
  let largest = 0;
  for (let customer = 0; customer < customerNode.length; customer += 1) {
    const at = 4 * (customerNode[customer] as number);
    const first = customerPort[customer] as number;
    const last = first + (customerPorts[customer] as number);
    const r = (network.serviceResistance[customer] as number) * scale;
    const x = network.serviceReactance[customer] as number;
    let neutralRe = 0;
    let neutralIm = 0;
    for (let port = first; port < last; port += 1) {
      neutralRe += loadRe[port] as number;
      neutralIm += loadIm[port] as number;
    }
    const groundRe = (voltageRe[at + 3] as number) + (r * neutralRe - x * neutralIm);
    const groundIm = (voltageIm[at + 3] as number) + (r * neutralIm + x * neutralRe);
    for (let port = first; port < last; port += 1) {
      const conductor = at + (portPhase[port] as number);
      const ir = loadRe[port] as number;
      const ii = loadIm[port] as number;
      const vr = (voltageRe[conductor] as number) - (r * ir - x * ii) - groundRe;
      const vi = (voltageIm[conductor] as number) - (r * ii + x * ir) - groundIm;
      const dr = vr - (terminalRe[port] as number);
      const di = vi - (terminalIm[port] as number);
      const moved = (dr * dr + di * di) / (vr * vr + vi * vi);
      if (moved > largest) largest = moved;
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
    bus +=
      (voltageRe[w] as number) * (currentRe[w] as number) +
      (voltageIm[w] as number) * (currentIm[w] as number);
  }
  let heat = 0;
  for (let node = 1; node < parent.length; node += 1) {
    const at = 4 * node;
    let squared = 0;
    for (let w = 0; w < 4; w += 1) {
      const ir = currentRe[at + w] as number;
      const ii = currentIm[at + w] as number;
      squared += ir * ir + ii * ii;
    }
    heat += squared * (resistance[node] as number) * scale;
  }
  for (let customer = 0; customer < customerNode.length; customer += 1) {
    const first = customerPort[customer] as number;
    const last = first + (customerPorts[customer] as number);
    let neutralRe = 0;
    let neutralIm = 0;
    let squared = 0;
    for (let port = first; port < last; port += 1) {
      const ir = loadRe[port] as number;
      const ii = loadIm[port] as number;
      neutralRe += ir;
      neutralIm += ii;
      squared += ir * ir + ii * ii;
    }
    squared += neutralRe * neutralRe + neutralIm * neutralIm;
    heat += squared * (network.serviceResistance[customer] as number) * scale;
  }
  state.busPower = bus;
  state.loss = heat;
}
