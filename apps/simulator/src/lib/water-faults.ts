import { ZONE_HOURS } from './calendar.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import { airThrough, drawClosures, outsideClosures } from './water-closures.ts';
import { flowProfile, type HomeFlow, type WaterDraw } from './water-flow.ts';
import type { HomeKey } from './water-home.ts';
import type { WaterFault } from './water-meter.ts';
import type { WaterSteps } from './water-steps.ts';

const DAY_S = 86_400;

/** The flow of a home with what a fault behind the meter adds to it. */
export function homeFlow(
  key: HomeKey,
  draws: readonly WaterDraw[],
  fault: WaterFault | undefined,
  window: WaterSteps,
): HomeFlow {
  const span = [window.fromS, window.fromS + window.steps * window.stepS] as const;
  const days = window.hours / 24 + 1;
  if (fault?.kind === 'customer-leak')
    return {
      forward: flowProfile([...draws, leakBehind(fault, days)], span),
      back: undefined,
    };
  if (fault?.kind === 'air') {
    const closures = drawClosures(key, fault.sinceDay, days);
    const { forward, back } = airThrough(key, closures, fault.litresPerReturn);
    return {
      forward: flowProfile(outsideClosures(draws, closures), span),
      back: undefined,
      air: { forward: flowProfile(forward, span), back: flowProfile(back, span), closures },
    };
  }
  if (fault?.kind !== 'backflow') return { forward: flowProfile(draws, span), back: undefined };
  const { back, refill } = nights(key, fault, days);
  return { forward: flowProfile([...draws, ...refill], span), back: flowProfile(back, span) };
}

const leakBehind = (
  fault: Extract<WaterFault, { kind: 'customer-leak' }>,
  days: number,
): WaterDraw => ({
  startS: fault.sinceDay * DAY_S,
  seconds: (days + 1 - fault.sinceDay) * DAY_S,
  litresPerHour: fault.litresPerHour,
  pressured: true,
});

/** A tank on the roof empties into the main in some nights, and is filled again before breakfast. */
function nights(
  { seed, district, home }: HomeKey,
  fault: Extract<WaterFault, { kind: 'backflow' }>,
  days: number,
): { readonly back: WaterDraw[]; readonly refill: WaterDraw[] } {
  const back: WaterDraw[] = [];
  const refill: WaterDraw[] = [];
  for (let day = Math.ceil(fault.sinceDay); day <= days; day += 1) {
    const random = randomStream(seed, STREAM.waterUse, district, home, day, 2);
    if (!random.chance(0.7)) continue;
    const litres = fault.litresPerNight * random.uniform(0.5, 1.5);
    const midnight = day * DAY_S - ZONE_HOURS * 3600;
    back.push(draw(midnight + 3600 * random.uniform(1.5, 3.5), litres, 60));
    refill.push(draw(midnight + 3600 * random.uniform(4.5, 5.5), litres, 400));
  }
  return { back, refill };
}

const draw = (startS: number, litres: number, litresPerHour: number): WaterDraw => ({
  startS,
  seconds: (3600 * litres) / litresPerHour,
  litresPerHour,
  pressured: false,
});

/** A home whose meter may be given a fault. */
export interface WaterCandidate {
  readonly home: number;
  /** Over the first week. */
  readonly litresPerDay: number;
  /** Has a pressure logger. */
  readonly hasLogger: boolean;
  /** An electricity meter at the address counts what is used there. */
  readonly hasWitness: boolean;
}

/** Below this a drift of some percent is a matter of single glasses. */
const LEAST_LITRES = 120;
/** With fewer homes there is one fault. */
const HOMES_OF_ALL = 20;

/**
 * Two meters that count too little, the larger one all the time, one that stops, one through which a tank runs back, a leak
 * behind a meter, and one that air turns. The stopped one has an electricity meter at its address that was read for two weeks and more before, the
 * one with air a pressure logger: without them nothing could tell. Days since the first hour of the district; `historyDays` of them have passed when the city is shown.
 */
export function planWaterFaults(
  seed: number,
  candidates: readonly WaterCandidate[],
  historyDays: number,
): Map<number, WaterFault> {
  const random = randomStream(seed, STREAM.waterFault);
  const free = candidates.filter(({ litresPerDay }) => litresPerDay >= LEAST_LITRES);
  const dayAt = (low: number, high: number): number =>
    Math.round(24 * historyDays * random.uniform(low, high)) / 24;
  const plans: WaterFault[] = [
    { kind: 'drift', size: -random.uniform(0.14, 0.21), sinceDay: -1 },
    { kind: 'drift', size: -random.uniform(0.08, 0.14), sinceDay: dayAt(0.1, 0.3) },
    { kind: 'stopped', sinceDay: dayAt(0.82, 0.87) },
    { kind: 'backflow', litresPerNight: random.uniform(25, 60), sinceDay: dayAt(0.6, 0.75) },
    { kind: 'customer-leak', litresPerHour: random.uniform(18, 45), sinceDay: dayAt(0.6, 0.8) },
  ];
  plans.push({
    kind: 'air',
    litresPerReturn: random.uniform(8, 16),
    sinceDay: dayAt(0.4, 0.5),
  });
  const faults = new Map<number, WaterFault>();
  const chosen = candidates.length < HOMES_OF_ALL ? plans.slice(0, 1) : plans;
  // those that need something of the home first, before another takes the last one that has it
  for (const fault of chosen.toSorted((a, b) => needs(b) - needs(a))) {
    const home = take(free, random, (candidate) =>
      fault.kind === 'air' ? candidate.hasLogger : fault.kind !== 'stopped' || candidate.hasWitness,
    );
    if (home !== undefined) faults.set(home, fault);
  }
  return faults;
}

const needs = ({ kind }: WaterFault): number => (kind === 'air' ? 2 : kind === 'stopped' ? 1 : 0);

function take(
  free: WaterCandidate[],
  random: Random,
  isSuitable: (candidate: WaterCandidate) => boolean,
): number | undefined {
  const suitable = free.filter(isSuitable);
  const chosen = suitable[random.integer(0, Math.max(0, suitable.length - 1))];
  if (chosen !== undefined) free.splice(free.indexOf(chosen), 1);
  return chosen?.home;
}
