import {
  HOURS_PER_WEEK,
  TRIAL_DISTRICT,
  type TrialDistrictOptions,
  type WaterFault,
  type WaterHomeSeries,
  type WaterHomeUse,
  type WaterLot,
} from '@verimeter/simulator';
import { seededRandom, shuffle, type Uniform } from '../seeded.ts';
import { districtsPerFleet, type WaterCellOptions } from './water-cells.ts';
import { USES_PER_DISTRICT } from './water-pool.ts';

/** Healthy class 2 meters spread by 1 % around the mean of their lot, lots by this around -0.3 %. */
const LOT_SD = 0.006;
const LOTS = 6;
/** A meter that stops has so many days until the end, so that it can be found in time. */
const DAYS_TO_FIND = 14;

export interface WaterRun {
  readonly seed: number;
  readonly fleet: number;
}

/** Districts of a fleet: a pure function of cell, seed and number. `pool` empty: homes of the simulated city. */
export function planWaterFleet(
  options: WaterCellOptions,
  run: WaterRun,
  pool: readonly WaterHomeSeries[],
): TrialDistrictOptions[] {
  // Streams of the simulator are named by seed and district: districts of two fleets must differ in one.
  const seed = run.seed * 100_003 + run.fleet;
  const random = seededRandom(seed);
  const count = fleetSize(options, pool);
  const seasons = drawSeasons(options, pool, random);
  const lots = drawLots(random);
  const faults = drawFaults(options, count, random);
  return Array.from({ length: count }, (_, district): TrialDistrictOptions => ({
    ...TRIAL_DISTRICT,
    seed,
    district,
    days: options.days,
    homes: options.homes,
    loads:
      pool.length === 0
        ? { kind: 'built-in' }
        : {
            kind: 'series',
            homes: dealHomes(
              pool,
              { homes: options.homes, season: seasons[district] ?? 0 },
              random,
            ),
          },
    reads: options.reads,
    readEvery: options.readEvery,
    clockSd: options.clockSd,
    leakShare: options.leakShare,
    bursts: options.bursts,
    pressure: options.pressure,
    building: options.building,
    ...(options.building ? { unmetered: 0 } : {}),
    consumerQuantum: options.consumerQuantum,
    supplyQuantum: options.supplyQuantum,
    gapRate: options.gapRate,
    otherUse: options.otherUse,
    lots,
    drift: { kind: 'list', faults: faults[district] ?? new Map<number, WaterFault>() },
  }));
}

function drawLots(random: Uniform): WaterLot[] {
  return Array.from({ length: LOTS }, (_, lot) => {
    const age = 1 + Math.floor(5 * random());
    const jet = random() < 0.7;
    // Three uniform draws: near enough to a normal, and no tail.
    const spread = 2 * (random() + random() + random() - 1.5);
    return {
      name: `${jet ? 'MJ' : 'RP'}15 ${lot + 1} | 2 | 2.5`,
      builtYear: 2026 - age,
      age,
      kind: jet ? 'jet' : 'piston',
      meanError: -0.003 + LOT_SD * spread,
    };
  });
}

/** Exactly the shares of all homes, any home. */
function drawFaults(
  options: WaterCellOptions,
  districts: number,
  random: Uniform,
): Map<number, WaterFault>[] {
  const { homes, days, drift, onset, prevalence, stopped } = options;
  const faults = Array.from({ length: districts }, () => new Map<number, WaterFault>());
  const all = shuffle(
    Array.from({ length: districts * homes }, (_, index) => index),
    random,
  );
  const set = (index: number, fault: WaterFault): void => {
    faults[Math.floor(index / homes)]?.set(index % homes, fault);
  };
  const drifting = Math.round(prevalence * all.length);
  for (const index of all.slice(0, drifting)) {
    const began = (0.1 + 0.3 * random()) * days;
    set(index, {
      kind: 'drift',
      size: drift,
      sinceDay: onset === 'constant' ? -1 : began,
      ...(onset === 'ramp' ? { untilDay: began + 0.4 * days } : {}),
    });
  }
  if (options.troubles) for (const own of faults) addTroubles(own, options, random);
  const weeks = Math.floor(days / 7);
  for (const index of all.slice(drifting, drifting + Math.round(stopped * all.length))) {
    // On the day of a look, so that another one is exactly fourteen days later.
    const last = weeks - DAYS_TO_FIND / 7;
    const week = Math.floor(weeks / 2) + Math.floor(random() * (last - Math.floor(weeks / 2) + 1));
    set(index, { kind: 'stopped', sinceDay: 7 * week });
  }
  return faults;
}

/** One of each kind in homes without a fault, in the last third. */
function addTroubles(
  faults: Map<number, WaterFault>,
  { homes, days }: WaterCellOptions,
  random: Uniform,
): void {
  const free = shuffle(
    Array.from({ length: homes }, (_, home) => home).filter((home) => !faults.has(home)),
    random,
  );
  const since = (): number => Math.round(24 * days * (0.66 + 0.16 * random())) / 24;
  const kinds: readonly WaterFault[] = [
    { kind: 'stopped', sinceDay: since() },
    { kind: 'customer-leak', litresPerHour: 15 + 35 * random(), sinceDay: since() },
    { kind: 'backflow', litresPerNight: 20 + 40 * random(), sinceDay: since() },
  ];
  kinds.forEach((fault, index) => {
    const home = free[index];
    if (home !== undefined) faults.set(home, fault);
  });
}

/** How many times the pool is dealt for one district. */
function roundsOf({ homes }: WaterCellOptions, pool: readonly WaterHomeSeries[]): number {
  const rounds = Math.ceil(homes / pool.length);
  if (rounds > USES_PER_DISTRICT)
    throw new RangeError(`a district of ${homes} homes needs more than ${pool.length} series`);
  // The same distance between the copies whatever their number: two or three lie in the same classes of weeks.
  return rounds === 1 ? 1 : USES_PER_DISTRICT;
}

/** Weeks to begin with, one per district, in any order; none without a pool. */
function drawSeasons(
  options: WaterCellOptions,
  pool: readonly WaterHomeSeries[],
  random: Uniform,
): number[] {
  return shuffle(
    Array.from({ length: weeksToBegin(options, pool) }, (_, week) => week),
    random,
  );
}

function weeksToBegin(options: WaterCellOptions, pool: readonly WaterHomeSeries[]): number {
  const [first] = pool;
  if (first === undefined) return 0;
  return Math.floor(first.litres.length / HOURS_PER_WEEK / roundsOf(options, pool));
}

/**
 * Districts that are analysed together. With real homes no more than there are weeks to begin with: no home draws the same water in two
 * places at once, which a search for unlisted customers would rightly find.
 */
export function fleetSize(options: WaterCellOptions, pool: readonly WaterHomeSeries[]): number {
  const usual = districtsPerFleet(options);
  return pool.length === 0 ? usual : Math.max(1, Math.min(usual, weeksToBegin(options, pool)));
}

/**
 * Homes for one district, in any order: those of the pool with their weeks turned by the district's own number, and where it is too small
 * the same ones again with weeks a third of the series later.
 */
function dealHomes(
  pool: readonly WaterHomeSeries[],
  { homes, season }: { readonly homes: number; readonly season: number },
  random: Uniform,
): WaterHomeUse[] {
  const weeks = (pool[0]?.litres.length ?? 0) / HOURS_PER_WEEK;
  const uses: WaterHomeUse[] = [];
  for (let round = 0; uses.length < homes; round += 1)
    for (const series of shuffle(pool, random).slice(0, homes - uses.length))
      uses.push({
        series,
        shiftWeeks: (season + round * Math.floor(weeks / USES_PER_DISTRICT)) % weeks,
      });
  return shuffle(uses, random);
}
