/** A source of random numbers. Every draw of the city comes from one of these, named by what it is for. */
export interface Random {
  /** Uniform in [0, 1). */
  next(): number;
  /** Uniform in [low, high). */
  uniform(low: number, high: number): number;
  /** Integer in [low, high], both ends included. */
  integer(low: number, high: number): number;
  /** Standard normal. */
  normal(): number;
  chance(probability: number): boolean;
  pick<T>(items: readonly T[]): T;
}

/** What a stream is for. Two purposes never share a stream, so that changing one leaves the others alone. */
export const STREAM = {
  customer: 1,
  load: 2,
  weather: 3,
  grid: 4,
  feeder: 5,
  fault: 6,
  meter: 7,
  gap: 8,
  lot: 9,
  home: 10,
  waterUse: 11,
  waterNetwork: 12,
  air: 13,
  sensor: 14,
  live: 15,
  travel: 16,
  trial: 17,
  waterFault: 18,
  sharedHome: 19,
  airWeather: 30,
  airField: 31,
  airSource: 32,
  airSite: 33,
  airElement: 34,
  airFault: 35,
} as const;

/** One round of the 32-bit finaliser of MurmurHash3 (Appleby, public domain): full avalanche. */
function mix(hash: number, key: number): number {
  let h = (hash ^ key) + 0x9e3779b9;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/**
 * A generator (sfc32, Doty-Humphrey) that depends on its keys only: the load of one meter on one day is the same
 * whatever was drawn before it, which is what makes the city independent of how many days are built.
 */
export function randomStream(...keys: readonly number[]): Random {
  let a = 0x6a09e667;
  let b = 0xbb67ae85;
  let c = 0x3c6ef372;
  for (const key of keys) {
    a = mix(a, key | 0);
    b = mix(b, Math.imul(key | 0, 0x27d4eb2f) ^ a);
    c = mix(c, Math.imul(key | 0, 0x165667b1) ^ b);
  }
  let counter = 1;
  const next = (): number => {
    const t = (((a + b) | 0) + counter) | 0;
    counter = (counter + 1) | 0;
    a = b ^ (b >>> 9);
    b = (c + (c << 3)) | 0;
    c = ((c << 21) | (c >>> 11)) + t;
    c |= 0;
    return (t >>> 0) / 4294967296;
  };
  for (let round = 0; round < 12; round += 1) next();
  const uniform = (low: number, high: number): number => low + (high - low) * next();
  return {
    next,
    uniform,
    integer: (low, high) => low + Math.floor((high - low + 1) * next()),
    // Box-Muller; the second value is not kept, so that a stream has no hidden state.
    normal: () => Math.sqrt(-2 * Math.log(1 - next())) * Math.cos(2 * Math.PI * next()),
    chance: (probability) => next() < probability,
    pick: (items) => {
      const item = items[Math.floor(items.length * next())];
      if (item === undefined) throw new RangeError('nothing to pick from');
      return item;
    },
  };
}

/** Normal with a hard bound on both sides, by rejection: certificates and clocks have no long tails. */
export function boundedNormal(random: Random, sd: number, bound: number): number {
  for (;;) {
    const value = sd * random.normal();
    if (Math.abs(value) <= bound) return value;
  }
}
