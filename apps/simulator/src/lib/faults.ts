import type { MeterFault } from './meter.ts';
import { type Random, randomStream, STREAM } from './random.ts';

/** A consumer meter that may be given a fault. */
export interface FaultCandidate {
  readonly key: number;
  readonly area: number;
  /** W over the first week. */
  readonly meanWatts: number;
}

export interface FaultPlan {
  /** By customer key. */
  readonly faults: ReadonlyMap<number, MeterFault>;
  /** The customer listed in its own area but fed by another one. */
  readonly misfiled: { readonly key: number; readonly fedBy: number } | undefined;
}

/** How many faults a city gets, and the number of days after which its ramps have grown. */
export interface FaultCounts {
  readonly drifted: readonly [number, number];
  readonly misfiled: boolean;
  readonly stopped: boolean;
  readonly historyDays: number;
}

/** Below this a drift of some percent is a matter of single watts; above, every meter may be drawn. */
const LEAST_WATTS = 110;

/** Draws the faults of a city. Depends on the candidates, never on how many days are built. */
export function planFaults(
  seed: number,
  candidates: readonly FaultCandidate[],
  areas: number,
  counts: FaultCounts,
): FaultPlan {
  const random = randomStream(seed, STREAM.fault);
  const faults = new Map<number, MeterFault>();
  const free = candidates.filter((candidate) => candidate.meanWatts > LEAST_WATTS);
  const take = (allowed: (candidate: FaultCandidate) => boolean): FaultCandidate | undefined => {
    const open = free.filter(allowed);
    const chosen = open[random.integer(0, Math.max(0, open.length - 1))];
    if (chosen !== undefined) free.splice(free.indexOf(chosen), 1);
    return chosen;
  };
  let misfiled: FaultPlan['misfiled'];
  if (counts.misfiled) {
    const chosen = take(({ meanWatts }) => meanWatts >= 200 && meanWatts <= 1200);
    if (chosen !== undefined)
      misfiled = { key: chosen.key, fedBy: (chosen.area + random.integer(1, areas - 1)) % areas };
  }
  if (counts.stopped) {
    const chosen = take(({ meanWatts }) => meanWatts <= 350);
    const sinceDay = quarterHour(random.uniform(10, 20));
    if (chosen !== undefined) faults.set(chosen.key, { kind: 'stopped', sinceDay });
  }
  const drifted = random.integer(counts.drifted[0], counts.drifted[1]);
  const firstSign = random.chance(0.5) ? 1 : -1;
  for (let index = 0; index < drifted; index += 1) {
    const chosen = take(() => true);
    if (chosen === undefined) break;
    // Signs alternate in pairs and kinds one by one: both occur with either, in every city.
    const sign = Math.floor(index / 2) % 2 === 0 ? firstSign : -firstSign;
    const size = sign * random.uniform(0.02, 0.1);
    faults.set(
      chosen.key,
      index % 2 === 0 ? step(random, size, counts) : ramp(random, size, counts),
    );
  }
  return { faults, misfiled };
}

/** Most steps are at least two weeks old at the end of the history, about one in seven is younger. */
function step(random: Random, size: number, counts: FaultCounts): MeterFault {
  const recent = random.chance(0.14);
  const age = recent ? random.uniform(0.28, 0.4) : random.uniform(0.41, 0.92);
  return { kind: 'step', size, sinceDay: quarterHour(counts.historyDays * (1 - age)) };
}

/** A ramp reaches its size at the end of the history; some began before it. */
function ramp(random: Random, size: number, counts: FaultCounts): MeterFault {
  const before = random.chance(0.5) ? 0 : random.uniform(0, counts.historyDays);
  return { kind: 'ramp', size, sinceDay: -quarterHour(before), untilDay: counts.historyDays };
}

/** Days rounded to the metering grid. */
function quarterHour(days: number): number {
  return Math.round(days * 96) / 96;
}
