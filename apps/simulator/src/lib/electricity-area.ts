import { type AreaSimulation, flowThrough } from './area-flow.ts';
import { INTERVALS_PER_DAY, STEPS_PER_DAY, STEPS_PER_INTERVAL } from './calendar.ts';
import type { Customer } from './customer.ts';
import { fitNetwork, METER_SELF_WATTS } from './grid-fit.ts';
import { createLoadBuffer, LEAD_STEPS, type LoadBuffer, TAIL_STEPS } from './load-buffer.ts';
import { writeLoads } from './loads.ts';
import { createSource } from './source-voltage.ts';
import type { DayWeather } from './weather.ts';

export interface CitySetting {
  readonly seed: number;
  readonly startMs: number;
  readonly days: number;
  readonly weather: readonly DayWeather[];
}

/** A utility would not build mains that let the voltage fall further than this in the first week. */
const LOWEST_VOLTS = 197;
const PILOT_DAYS = 7;

/** Mean W of each customer over the first week; the same however many days are built. */
export function pilotMeans(customers: readonly Customer[], city: CitySetting): number[] {
  const pilot = { ...city, days: PILOT_DAYS };
  return customers.map((customer) => {
    const buffer = createLoadBuffer(customer.phases, LEAD_STEPS + PILOT_DAYS * STEPS_PER_DAY);
    writeLoads(buffer, customer, 0, pilot);
    let sum = 0;
    for (const watts of buffer.active) sum += watts;
    return sum / buffer.steps;
  });
}

/**
 * One transformer area over all days. The spans between poles are stretched so that the loss of the first week
 * comes near `targetLoss` (ratio of the supply); everything else follows from the power flow.
 */
export function simulateArea(
  area: number,
  customers: readonly Customer[],
  targetLoss: number,
  city: CitySetting,
): AreaSimulation {
  const pilot = fillLoads(
    customers,
    { ...city, days: PILOT_DAYS },
    LEAD_STEPS + PILOT_DAYS * STEPS_PER_DAY,
  );
  const network = fitNetwork(pilot, {
    seed: city.seed,
    area,
    phases: customers.map((customer) => customer.phases),
    targetLoss,
    lowestVolts: LOWEST_VOLTS,
    scales: [0.3, 4],
    refinements: 0,
    stride: 4,
  });
  const count = city.days * INTERVALS_PER_DAY + 1;
  const loads = fillLoads(customers, city, count * STEPS_PER_INTERVAL + TAIL_STEPS);
  return flowThrough(network, loads, createSource(area, city), { count });
}

/** Loads of the customers one after another, and what their meters take. */
export function fillLoads(
  customers: readonly Customer[],
  city: CitySetting,
  steps: number,
): LoadBuffer {
  const ports = customers.reduce((sum, customer) => sum + customer.phases, 0);
  const buffer = createLoadBuffer(ports, steps);
  let port = 0;
  for (const customer of customers) {
    writeLoads(buffer, customer, port, city);
    port += customer.phases;
  }
  addSelfConsumption(buffer);
  return buffer;
}

/** Adds what the meter of every port takes for itself. */
export function addSelfConsumption(buffer: LoadBuffer): void {
  buffer.active.forEach((watts, index) => {
    buffer.active[index] = watts + METER_SELF_WATTS;
  });
}
