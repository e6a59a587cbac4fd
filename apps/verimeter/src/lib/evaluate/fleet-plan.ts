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
import { type AreaTrouble, drawTroubles } from './trouble-plan.ts';

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
  readonly troubles: readonly AreaTrouble[];
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
  // A stream of its own: fleets without trouble stay as they are.
  const troubles = drawTroubles(
    options.trouble,
    { areas: count, meters: options.meters, days: options.days },
    seededRandom(seed + 0x5eed),
  );
  const deal = dealer(pool, random);
  const dealt: (readonly HouseholdUse[])[] = [];
  const areas = Array.from({ length: count }, (_, area): TrialAreaOptions => {
    const own = troubles.find((trouble) => trouble.area === area);
    const arriving = troubles.find(({ toArea }) => toArea === area);
    const movers = arriving?.meters.flatMap((index) => dealt[arriving.area]?.[index] ?? []) ?? [];
    const extra =
      guests.filter(({ fedBy }) => fedBy === area).length +
      (own?.kind === 'silent-consumer' ? 1 : 0);
    const households = pool.length === 0 ? [] : deal(options.meters + extra, movers);
    dealt.push(households);
    return {
      ...troubleOptions(options, own, arriving),
      seed,
      area,
      days: options.days,
      meters: options.meters,
      guests: extra + (arriving?.meters.length ?? 0),
      loads:
        pool.length === 0
          ? { kind: 'built-in' }
          : { kind: 'series', households: [...households, ...movers] },
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
  return { areas, guests, troubles };
}

/** What the simulator of an area is told of troubles: its own, and customers that arrive from another one. */
function troubleOptions(
  { meters, days, pvShare }: CellOptions,
  own: AreaTrouble | undefined,
  arriving: AreaTrouble | undefined,
): Pick<TrialAreaOptions, 'stamps' | 'fedDays' | 'sameMeter' | 'unmetered' | 'pvShare'> {
  const leaving = own?.toArea === undefined ? undefined : own;
  return {
    ...(pvShare === undefined ? {} : { pvShare }),
    ...(own === undefined ? {} : { stamps: own.stamps, unmetered: own.unmetered }),
    ...(leaving === undefined
      ? {}
      : {
          fedDays: new Map(
            leaving.meters.map((index) => [index, { fromDay: -1, toDay: leaving.day ?? days }]),
          ),
        }),
    ...(arriving === undefined
      ? {}
      : {
          fedDays: new Map(
            arriving.meters.map((_, k) => [
              meters + k,
              { fromDay: arriving.day ?? 0, toDay: days + 1 },
            ]),
          ),
          sameMeter: new Map(
            arriving.meters.map((index, k) => [meters + k, { area: arriving.area, index }]),
          ),
        }),
  };
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
): (count: number, except: readonly HouseholdUse[]) => HouseholdUse[] {
  let deck: HouseholdUse[] = [];
  let turn = 0;
  const weeks = (pool[0]?.energy.length ?? 0) / INTERVALS_PER_WEEK;
  return (count, except) => {
    if (count + except.length > pool.length)
      throw new RangeError(
        `an area of ${count + except.length} customers needs as many households; the data have ${pool.length}`,
      );
    const dealt: HouseholdUse[] = [];
    const used = new Set(except.map(({ household }) => household.id));
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
