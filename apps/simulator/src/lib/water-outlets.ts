import { ZONE_HOURS } from './calendar.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import type { Outlet } from './water-network.ts';

const DAY_S = 86_400;
/** Longest that an outlet stays open that began before the first day. */
const LOOK_BACK = 60;

export interface OutletSetting {
  readonly seed: number;
  readonly district: number;
  readonly days: number;
  readonly zones: number;
  /** m3/h, mean demand of the homes. */
  readonly demand: number;
  /** Leaks over what is supplied. */
  readonly leakShare: number;
  /** Bursts and flushing. */
  readonly bursts: boolean;
  /** Use that no meter counts, over what the homes draw. */
  readonly unmetered: number;
}

/** Everything that leaves the pipes of a district beside what its homes draw. More days never change earlier ones. */
export function drawOutlets(setting: OutletSetting): Outlet[] {
  const outlets = oldLeaks(setting);
  for (let day = -LOOK_BACK; day <= setting.days + 1; day += 1) {
    outlets.push(...newLeaks(setting, day), ...publicUse(setting, day));
    if (setting.bursts) outlets.push(...disturbances(setting, day));
  }
  return outlets.filter(({ flow, toS }) => flow > 0 && toS > -2 * DAY_S);
}

/**
 * What leaks at the begin: joints all along the pipes (they widen under pressure: exponents of 1.1 to 1.5) and holes in stiff ones
 * (0.5). Each grows by itself, most of them hardly.
 */
function oldLeaks({ seed, district, zones, demand, leakShare, days }: OutletSetting): Outlet[] {
  const random = randomStream(seed, STREAM.waterNetwork, district, 2);
  const total = (demand * leakShare) / (1 - leakShare);
  const fixed = random.uniform(0.25, 0.5);
  const leak = (zone: number, flow: number, exponent: number): Outlet => ({
    kind: 'leak',
    zone,
    flow,
    exponent,
    fromS: -2 * DAY_S,
    toS: (days + 2) * DAY_S,
    growth: random.chance(0.5) ? 0 : random.uniform(0, 0.006),
  });
  const share = shares(random, zones);
  const background = share.map((part, zone) =>
    leak(zone, total * (1 - fixed) * part, random.uniform(1.1, 1.5)),
  );
  const holes = shares(random, 3).map((part) =>
    leak(random.integer(0, zones - 1), total * fixed * part, 0.5),
  );
  return [...background, ...holes];
}

function shares(random: Random, count: number): number[] {
  const raw = Array.from({ length: count }, () => random.uniform(0.3, 1.7));
  const sum = raw.reduce((a, b) => a + b, 0);
  return raw.map((value) => value / sum);
}

/** Holes nobody reports, until the next survey. */
function newLeaks(
  { seed, district, zones, demand, leakShare }: OutletSetting,
  day: number,
): Outlet[] {
  const random = randomStream(seed, STREAM.waterNetwork, district, 3, day);
  if (!random.chance(0.03)) return [];
  const fromS = (day + random.next()) * DAY_S;
  return [
    {
      kind: 'leak',
      zone: random.integer(0, zones - 1),
      flow: demand * leakShare * random.uniform(0.03, 0.25),
      exponent: random.pick([0.5, 0.5, 1.2]),
      fromS,
      toS: fromS + random.uniform(8, 55) * DAY_S,
      growth: random.uniform(0, 0.01),
    },
  ];
}

function disturbances({ seed, district, zones, demand }: OutletSetting, day: number): Outlet[] {
  const random = randomStream(seed, STREAM.waterNetwork, district, 4, day);
  const outlets: Outlet[] = [];
  // A pipe breaks, is found, shut off and repaired: a few hours to some days.
  if (random.chance(0.035)) {
    const fromS = (day + random.next()) * DAY_S;
    outlets.push({
      kind: 'burst',
      zone: random.integer(0, zones - 1),
      flow: demand * random.uniform(0.15, 1.2),
      exponent: 0.5,
      fromS,
      toS: fromS + Math.exp(2.9 + 0.9 * random.normal()) * 3600,
      growth: 0,
    });
  }
  // Hydrants are flushed and tried, and now and then there is a fire.
  if (random.chance(0.03)) {
    const fromS = (day + random.uniform(0.05, 0.5)) * DAY_S;
    outlets.push({
      kind: 'flushing',
      zone: random.integer(0, zones - 1),
      flow: random.uniform(4, 18),
      exponent: 0.5,
      fromS,
      toS: fromS + random.uniform(8, 70) * 60,
      growth: 0,
    });
  }
  return outlets;
}

/** Chances of a day. */
const WATERING = 0.2;
const FILLING = 0.1;
/** Share of it that public taps take, so many times a day. */
const TAPPED = 0.3;
const TIMES = 6;

/** Streets are watered before sunrise, tank trucks filled by day and public taps used at any time, and nobody counts it. */
function publicUse(
  { seed, district, zones, demand, unmetered }: OutletSetting,
  day: number,
): Outlet[] {
  const random = randomStream(seed, STREAM.waterNetwork, district, 5, day);
  const midnight = day * DAY_S - ZONE_HOURS * 3600;
  const litresOfDay = 24 * demand * unmetered;
  // Few times much: a truck or a street, not a trickle every day.
  const volume = ((1 - TAPPED) * litresOfDay) / (WATERING + FILLING);
  const use = (hour: number, flow: number, taken = volume): Outlet => ({
    kind: 'unmetered',
    zone: random.integer(0, zones - 1),
    flow,
    exponent: 0.5,
    fromS: midnight + 3600 * hour,
    toS: midnight + 3600 * (hour + taken / flow),
    growth: 0,
  });
  const outlets: Outlet[] = [];
  if (random.chance(WATERING)) outlets.push(use(random.uniform(4.6, 5.6), 1.5));
  if (random.chance(FILLING)) outlets.push(use(random.uniform(8, 16), 4));
  for (let time = 0; time < TIMES; time += 1)
    outlets.push(
      use(
        random.uniform(6, 22),
        random.uniform(0.2, 0.6),
        (TAPPED * litresOfDay * random.uniform(0.3, 1.7)) / TIMES,
      ),
    );
  return outlets;
}

/** The outlets of each day, so that a step looks at few of them. */
export function outletsByDay(
  outlets: readonly Outlet[],
  firstDay: number,
  count: number,
): readonly (readonly Outlet[])[] {
  return Array.from({ length: count }, (_, index) => {
    const from = (firstDay + index) * DAY_S;
    return outlets.filter(({ fromS, toS }) => toS > from && fromS < from + DAY_S);
  });
}
