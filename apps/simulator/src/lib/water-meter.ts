import type { Random } from './random.ts';

/**
 * Error of a mechanical meter by flow: nothing below the starting flow, a loss behind it that is gone at ten times that flow, a hump
 * about a third of a decade above Q2 as jet meters have it, and flat up to Q4.
 */
export interface MeterCurve {
  /** Ratio, where the curve is flat. */
  readonly flat: number;
  readonly hump: number;
  /** L/h */
  readonly humpFlow: number;
  /** L/h below which nothing turns. */
  readonly startingFlow: number;
}

/** e at a flow (L/h). */
export function curveError(curve: MeterCurve, litresPerHour: number): number {
  const { startingFlow } = curve;
  if (litresPerHour <= startingFlow) return -1;
  const slip = (startingFlow / litresPerHour) ** 2.5;
  const decades = Math.log(litresPerHour / curve.humpFlow);
  return curve.flat + curve.hump * Math.exp(-2 * decades * decades) - slip * (1 + curve.flat);
}

/** What is wrong with a meter, or behind it. Days since grid point 0; ratios. */
export type WaterFault =
  /** The curve is lowered (raised) as a whole; a ramp where `untilDay` lies behind `sinceDay`. */
  | {
      readonly kind: 'drift';
      readonly size: number;
      readonly sinceDay: number;
      readonly untilDay?: number | undefined;
    }
  /** Wear: the starting flow grows by this factor. */
  | {
      readonly kind: 'wear';
      readonly factor: number;
      readonly sinceDay: number;
      readonly untilDay?: number | undefined;
    }
  | { readonly kind: 'stopped'; readonly sinceDay: number }
  /** A pipe behind the meter leaks: the meter is right, the customer has a fault. */
  | { readonly kind: 'customer-leak'; readonly litresPerHour: number; readonly sinceDay: number }
  /** A tank behind a broken check valve runs back into the main when the pressure falls, L per night. */
  | { readonly kind: 'backflow'; readonly litresPerNight: number; readonly sinceDay: number }
  /** The pipe to the home is shut now and then and runs empty; so many L of air turn the meter when water comes back. */
  | { readonly kind: 'air'; readonly litresPerReturn: number; readonly sinceDay: number };

function grownAt(
  fault: { readonly sinceDay: number; readonly untilDay?: number | undefined },
  day: number,
): number {
  if (day < fault.sinceDay) return 0;
  if (fault.untilDay === undefined || day >= fault.untilDay) return 1;
  return (day - fault.sinceDay) / (fault.untilDay - fault.sinceDay);
}

/** The curve on a day, with what has happened to it. */
export function curveAt(curve: MeterCurve, fault: WaterFault | undefined, day: number): MeterCurve {
  if (fault?.kind !== 'wear') return curve;
  const factor = 1 + (fault.factor - 1) * grownAt(fault, day);
  return { ...curve, startingFlow: curve.startingFlow * factor };
}

/** What is indicated of what the curve would indicate. */
export function gainAt(fault: WaterFault | undefined, day: number): number {
  if (fault?.kind === 'stopped') return day < fault.sinceDay ? 1 : 0;
  return fault?.kind === 'drift' ? 1 + fault.size * grownAt(fault, day) : 1;
}

/** A lot of meters: one maker and year, and what its members have in common. */
export interface WaterLot {
  readonly name: string;
  readonly builtYear: number;
  /** Ratio, mean of its members where the curve is flat. */
  readonly meanError: number;
  readonly kind: 'jet' | 'piston';
  /** Years in use: the starting flow grows with them. */
  readonly age: number;
}

/** A healthy meter of a lot, Q3 = 2.5 m3/h. */
export function drawCurve(random: Random, lot: WaterLot, sd: number): MeterCurve {
  const jet = lot.kind === 'jet';
  // Multi-jet: 7 L/h when new, 40 L/h after nine years; pistons begin at 1 L/h and wear less.
  const starting = jet ? 4 + 1.6 * lot.age : 1 + 0.35 * lot.age;
  return {
    flat: lot.meanError + Math.max(-2.5, Math.min(2.5, random.normal())) * sd,
    hump: jet ? random.uniform(0.002, 0.012) : random.uniform(0, 0.004),
    humpFlow: random.uniform(70, 160),
    startingFlow: starting * random.uniform(0.7, 1.4),
  };
}
