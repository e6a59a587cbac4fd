import type { AirFault, AirQuantity } from './air-element.ts';
import { randomStream, STREAM } from './random.ts';

/** What is wrong with one sensor of the city, and whether it was exchanged. Days since the first hour of the air network. */
export interface AirFaultPlan {
  readonly sensor: number;
  readonly quantity: AirQuantity;
  readonly fault: AirFault;
  /** The device says so itself: an event `replaced`. */
  readonly replacedOnDay?: number;
}

/** Days a sensor is known before anything happens to it: what a comparison with its neighbours needs. */
const KNOWN_DAYS = 62;

/**
 * One PM2.5 gain that has drifted by 35 to 55 % at the end of the history, one thermometer 0.8 to 1.5 K off, one quantity that stands still,
 * and one sensor that drifted and was exchanged; as many of these as there are sensors, in this order.
 */
export function planAirFaults(seed: number, sensors: number, historyDays: number): AirFaultPlan[] {
  const random = randomStream(seed, STREAM.airFault);
  const order = Array.from({ length: sensors }, (_, sensor) => ({ sensor, turn: random.next() }))
    .toSorted((a, b) => a.turn - b.turn)
    .map(({ sensor }) => sensor);
  const dayAt = (low: number, high: number): number =>
    Math.round(
      random.uniform(
        Math.max(low * historyDays, Math.min(KNOWN_DAYS, historyDays / 3)),
        high * historyDays,
      ),
    );
  const drifting = dayAt(0.3, 0.4);
  const shifted = dayAt(0.4, 0.6);
  const broken = dayAt(0.6, 0.75);
  const worn = dayAt(0.3, 0.35);
  const exchanged = Math.round(random.uniform(0.5, 0.6) * historyDays);
  const grown = random.uniform(0.35, 0.55);
  const warmer = (random.chance(0.5) ? 1 : -1) * random.uniform(0.8, 1.5);
  const plans: Omit<AirFaultPlan, 'sensor'>[] = [
    {
      quantity: 'pm2_5',
      fault: {
        kind: 'gain_ramp',
        perYear: yearly(grown, drifting, historyDays),
        sinceDay: drifting,
      },
    },
    { quantity: 'temperature', fault: { kind: 'offset_step', size: warmer, sinceDay: shifted } },
    {
      quantity: 'no2',
      fault: { kind: 'stuck', sinceDay: broken },
    },
    {
      quantity: 'pm2_5',
      fault: {
        kind: 'gain_ramp',
        perYear: yearly(-0.3, worn, exchanged),
        sinceDay: worn,
      },
      replacedOnDay: exchanged,
    },
  ];
  return plans.slice(0, sensors).flatMap((plan, index) => {
    const sensor = order[index];
    return sensor === undefined ? [] : [{ sensor, ...plan }];
  });
}

/** Ratio per year of a ramp that has grown to a size on a day. */
function yearly(size: number, sinceDay: number, untilDay: number): number {
  return (size * 365.25) / Math.max(1, untilDay - sinceDay);
}
