import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { buildAreaNetwork } from '../src/lib/feeder.ts';
import {
  createFlowState,
  type FlowState,
  type Network,
  solveFlow,
  takenShare,
} from '../src/lib/power-flow.ts';

const VOLTS: [number, number, number] = [232, 233, 231];

/** One branch from the bus to a pole where one customer is fed. */
function twoBus(phases: readonly number[]): Network {
  return {
    parent: Int32Array.of(0, 0),
    resistance: Float64Array.of(0, 0.12),
    reactance: Float64Array.of(0, 0.03),
    sourceResistance: 0.01,
    sourceReactance: 0.04,
    customerNode: Int32Array.of(1),
    customerPort: Int32Array.of(0),
    customerPorts: Int32Array.of(phases.length),
    serviceResistance: Float64Array.of(0.05),
    serviceReactance: Float64Array.of(0.002),
    portPhase: Int32Array.from(phases),
  };
}

function solve(network: Network, p: readonly number[], q: readonly number[]): FlowState {
  const state = createFlowState(network);
  solveFlow(network, state, {
    activePower: Float64Array.from(p),
    reactivePower: Float64Array.from(q),
    stride: 1,
    offset: 0,
    sourceVolts: VOLTS,
    resistanceScale: 1,
  });
  return state;
}

/**
 * Voltage at a load P + jQ behind an impedance R + jX and a source of E volts, in closed form: with u = V^2,
 * u^2 + (2 (P R + Q X) - E^2) u + (P^2 + Q^2)(R^2 + X^2) = 0, of which the larger root is the operating point.
 */
function closedForm(e: number, p: number, q: number, r: number, x: number): number {
  const b = 2 * (p * r + q * x) - e * e;
  const c = (p * p + q * q) * (r * r + x * x);
  return Math.sqrt((-b + Math.sqrt(b * b - 4 * c)) / 2);
}

const terminalVolts = (state: FlowState, port: number): number =>
  Math.hypot(state.terminalRe[port] ?? 0, state.terminalIm[port] ?? 0);

describe('four-wire power flow', () => {
  test('agrees with the quadratic solution for a single-phase load: the current returns through the neutral', () => {
    const p = 6000;
    const q = 2500;
    const state = solve(twoBus([1]), [p], [q]);
    // Phase and neutral of the branch and of the service cable lie in series, the transformer once.
    const r = 0.01 + 2 * 0.12 + 2 * 0.05;
    const x = 0.04 + 2 * 0.03 + 2 * 0.002;
    const expected = closedForm(VOLTS[1], p, q, r, x);
    // The sweep stops when no voltage moves by more than 2e-8 of itself: 5e-6 V; ten times that is allowed.
    expect(Math.abs(terminalVolts(state, 0) - expected)).toBeLessThan(5e-5);
    const squaredCurrent = (p * p + q * q) / expected ** 2;
    expect(state.loss).toBeCloseTo(squaredCurrent * (2 * 0.12 + 2 * 0.05), 3);
    expect(state.busPower).toBeCloseTo(p + squaredCurrent * (2 * 0.12 + 2 * 0.05), 3);
  });

  test('agrees with the quadratic solution for a balanced three-phase load: nothing flows in the neutral', () => {
    const network = twoBus([0, 1, 2]);
    const state = createFlowState(network);
    solveFlow(network, state, {
      activePower: Float64Array.of(5000, 5000, 5000),
      reactivePower: Float64Array.of(1500, 1500, 1500),
      stride: 1,
      offset: 0,
      sourceVolts: [230, 230, 230],
      resistanceScale: 1,
    });
    const expected = closedForm(230, 5000, 1500, 0.01 + 0.12 + 0.05, 0.04 + 0.03 + 0.002);
    for (let port = 0; port < 3; port += 1)
      expect(Math.abs(terminalVolts(state, port) - expected)).toBeLessThan(5e-5);
    expect(Math.hypot(state.currentRe[7] ?? 0, state.currentIm[7] ?? 0)).toBeLessThan(1e-4);
  });

  test('a load on one phase moves the neutral and with it the voltage of the other phases', () => {
    const network: Network = {
      ...twoBus([0]),
      customerNode: Int32Array.of(1, 1),
      customerPort: Int32Array.of(0, 1),
      customerPorts: Int32Array.of(1, 1),
      serviceResistance: Float64Array.of(0.05, 0.05),
      serviceReactance: Float64Array.of(0, 0),
      portPhase: Int32Array.of(0, 1),
    };
    const idle = terminalVolts(solve(network, [0, 10], [0, 0]), 1);
    const loaded = terminalVolts(solve(network, [8000, 10], [0, 0]), 1);
    expect(loaded - idle).toBeGreaterThan(1);
  });

  test('bus power is the loads plus the heat of all conductors, on random feeders with random loads', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1e6 }),
        fc.array(fc.constantFrom<1 | 3>(1, 1, 1, 3), { minLength: 5, maxLength: 60 }),
        fc.double({ min: 0.3, max: 3, noNaN: true }),
        (seed, phases, mainLengthScale) => {
          const { network } = buildAreaNetwork(seed, 0, phases, {
            peakWatts: 60_000,
            mainLengthScale,
          });
          const ports = network.portPhase.length;
          const p = Array.from({ length: ports }, (_, i) => ((seed + 7919 * i) % 3600) + 5);
          const q = p.map((watts, i) => watts * ((i % 5) - 1) * 0.2);
          const state = solve(network, p, q);
          let loads = 0;
          p.forEach((watts, port) => (loads += watts * takenShare(state, port)));
          expect(Math.abs(state.busPower - loads - state.loss)).toBeLessThan(1e-6 * state.busPower);
          expect(state.loss).toBeGreaterThan(0);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('a load beyond what the line can carry settles in a deep sag instead of failing', () => {
    const network = twoBus([0]);
    const state = solve(network, [80_000], [0]);
    expect(terminalVolts(state, 0)).toBeLessThan(180);
    const taken = 80_000 * takenShare(state, 0);
    expect(Math.abs(state.busPower - taken - state.loss)).toBeLessThan(1e-6 * state.busPower);
  });
});
