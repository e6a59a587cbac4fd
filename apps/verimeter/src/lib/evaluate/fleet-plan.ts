import type {
  HouseholdSeries,
  HouseholdUse,
  MeterFault,
  TrialAreaOptions,
  TrialLot,
} from '@verimeter/simulator';
import { INTERVALS_PER_WEEK } from '@verimeter/simulator';
import { areasPerFleet, type CellOptions, driftedPerFleet } from './cells.ts';
import { seededRandom, type Uniform, shuffle } from './seeded.ts';

/** Healthy class 1 meters spread by 0.3 % around a lot mean of +0.5 or -0.5 %; supply certificates by 0.3 %. */
const HEALTHY_SD = 0.003;
const LOT_MEAN = 0.005;
const SUPPLY_SD = 0.003;
const LOTS = 4;
/** Share of steps that began inside the window. */
const YOUNG_STEPS = 0.2;
const GUESTS_PER_FLEET = 3;

/** Areas that are simulated together, and where their extra customers are listed. */
export interface FleetPlan {
  readonly areas: readonly TrialAreaOptions[];
  /** The guest of area `fedBy` is listed in `listedIn`; undefined: in no area. */
  readonly guests: readonly { readonly fedBy: number; readonly listedIn: number | undefined }[];
}

/** A fleet: a pure function of cell, seed and number. `pool` empty: customers of the simulated city. */
export function planFleet(
  options: CellOptions,
  run: { readonly seed: number; readonly fleet: number },
  pool: readonly HouseholdSeries[],
): FleetPlan {
  // Streams of the simulator are named by seed and area: areas of two fleets must differ in one.
  const seed = run.seed * 100_003 + run.fleet;
  const random = seededRandom(seed);
  const count = areasPerFleet(options);
  const lots = Array.from({ length: LOTS }, (_, lot): TrialLot => ({
    name: `lot ${lot + 1}`,
    meanError: random() < 0.5 ? LOT_MEAN : -LOT_MEAN,
  }));
  const faults = drawFaults(options, count, random);
  const guests = drawGuests(options, count);
  const deal = dealer(pool, random);
  const areas = Array.from({ length: count }, (_, area): TrialAreaOptions => {
    const extra = guests.filter(({ fedBy }) => fedBy === area).length;
    return {
      seed,
      area,
      days: options.days,
      meters: options.meters,
      guests: extra,
      loads:
        pool.length === 0
          ? { kind: 'built-in' }
          : { kind: 'series', households: deal(options.meters + extra) },
      targetLoss: options.loss,
      clockSd: options.clockSd,
      voltages: options.voltages,
      voltageResolution: options.voltageResolution,
      consumerQuantum: options.consumerQuantum,
      ...(options.supplyQuantum === undefined ? {} : { supplyQuantum: options.supplyQuantum }),
      singlePhaseFeeders: options.singlePhaseFeeders,
      gapRate: options.gapRate,
      healthySd: HEALTHY_SD,
      lots,
      supplySd: SUPPLY_SD,
      drift: { kind: 'list', faults: faults[area] ?? new Map<number, MeterFault>() },
    };
  });
  return { areas, guests };
}

/** Exactly the share of all meters, any meter, as many up as down. */
function drawFaults(
  options: CellOptions,
  areas: number,
  random: Uniform,
): Map<number, MeterFault>[] {
  const faults = Array.from({ length: areas }, () => new Map<number, MeterFault>());
  const all = shuffle(
    Array.from({ length: areas * options.meters }, (_, index) => index),
    random,
  );
  const first = random() < 0.5 ? 1 : -1;
  all.slice(0, driftedPerFleet(options)).forEach((meter, index) => {
    const size = (index % 2 === 0 ? first : -first) * options.drift;
    const { shape } = options;
    const young = random() < YOUNG_STEPS;
    const sinceDay = young ? Math.round(96 * random() * (options.days / 2 - 1)) / 96 : -1;
    faults[Math.floor(meter / options.meters)]?.set(
      meter % options.meters,
      shape.kind === 'step'
        ? { kind: 'step', size, sinceDay }
        : { kind: 'ramp', size, sinceDay: shape.fromDay, untilDay: shape.untilDay },
    );
  });
  return faults;
}

function drawGuests({ archive }: CellOptions, areas: number): FleetPlan['guests'] {
  if (archive === 'clean') return [];
  const step = archive === 'misfiled' ? 2 : 3;
  return Array.from({ length: GUESTS_PER_FLEET }, (_, guest) => ({
    fedBy: (step * guest) % areas,
    listedIn: archive === 'misfiled' ? (step * guest + 1) % areas : undefined,
  }));
}

/**
 * Deals households from a shuffled pool. When it is used up it is dealt again with the weeks turned by one more; no area
 * gets a household twice, whatever the turn.
 */
function dealer(
  pool: readonly HouseholdSeries[],
  random: Uniform,
): (count: number) => HouseholdUse[] {
  let deck: HouseholdUse[] = [];
  let turn = 0;
  const weeks = (pool[0]?.energy.length ?? 0) / INTERVALS_PER_WEEK;
  return (count) => {
    if (count > pool.length)
      throw new RangeError(
        `an area of ${count} customers needs as many households; the data have ${pool.length}`,
      );
    const dealt: HouseholdUse[] = [];
    const used = new Set<number>();
    const passed: HouseholdUse[] = [];
    while (dealt.length < count) {
      if (deck.length === 0) {
        const shiftWeeks = turn % weeks;
        deck = shuffle(
          pool.map((household) => ({ household, shiftWeeks })),
          random,
        );
        turn += 1;
      }
      const next = deck.shift();
      if (next === undefined) break;
      if (used.has(next.household.id)) passed.push(next);
      else {
        used.add(next.household.id);
        dealt.push(next);
      }
    }
    deck = [...passed, ...deck];
    return dealt;
  };
}
