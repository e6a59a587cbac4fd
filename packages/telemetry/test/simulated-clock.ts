import type { ClockSlot } from '../src/index.ts';
import { CLOCK_LATE_US, CLOCK_SLOT_US } from '../src/index.ts';

const S = 1e6;
const DAY = 86_400 * S;
/** 2026-06-01T00:00:00Z */
const START_US = 1_780_272_000 * S;
const EARLIEST_US = 1_104_537_600 * S;

/** Numbers from 0 to 1, the same ones for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d_2b_79_f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const normal = (random: () => number): number =>
  Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
const between = (random: () => number, low: number, high: number): number =>
  low + (high - low) * random();

/** How a device reports: when it sends, and how long that takes. Seconds. */
export interface Transport {
  readonly stepS: number;
  /** Instants per message. */
  readonly perMessage: number;
  /** After the newest instant, before sending. */
  readonly waitS: (random: () => number) => () => number;
  readonly delayS: (random: () => number) => number;
  /** Mean days between outages, after which everything comes at once; their mean hours. */
  readonly outages?: { readonly everyDays: number; readonly hours: number };
  /** Stamps are the moment of sending, not a point of the grid. */
  readonly offGrid?: boolean;
  /** The messages carry no time. */
  readonly noTime?: boolean;
}

const atOnce = () => () => 0;
/** A wait that each device keeps, so that not all send at once. */
const ownWait = (most: number) => (random: () => number) => {
  const wait = random() * most;
  return () => wait;
};
const logNormal = (medianS: number, sigma: number) => (random: () => number) =>
  medianS * Math.exp(sigma * normal(random));

export const TRANSPORTS: Readonly<Record<string, Transport>> = {
  'cellular, 15 min': {
    stepS: 900,
    perMessage: 1,
    waitS: atOnce,
    delayS: logNormal(3, 1),
    outages: { everyDays: 7, hours: 3 },
  },
  'NB-IoT, 30 min, own wait up to 10 min': {
    stepS: 1800,
    perMessage: 1,
    waitS: ownWait(600),
    delayS: (random) => 1 - 20 * Math.log(1 - random()),
    outages: { everyDays: 4, hours: 8 },
  },
  'LoRaWAN, 1 h': {
    stepS: 3600,
    perMessage: 1,
    waitS: atOnce,
    delayS: (random) => between(random, 0.5, 8),
    outages: { everyDays: 10, hours: 4 },
  },
  'sensor, 5 min, stamped when sent': {
    stepS: 300,
    perMessage: 1,
    waitS: atOnce,
    delayS: logNormal(1, 0.8),
    offGrid: true,
    outages: { everyDays: 7, hours: 2 },
  },
  'concentrator, every 6 h': {
    stepS: 900,
    perMessage: 24,
    waitS: ownWait(1200),
    delayS: logNormal(30, 1),
  },
  'load profile, once a day': {
    stepS: 900,
    perMessage: 96,
    waitS: ownWait(14_400),
    delayS: logNormal(60, 1),
  },
  'power line, hours late': {
    stepS: 900,
    perMessage: 1,
    waitS: atOnce,
    delayS: (random) => 300 - 5400 * Math.log(1 - random()),
  },
};

/** Device time minus true time, seconds, at `day` of the trial. */
export type Clock = (day: number) => number;

export const CLOCKS: Readonly<Record<string, (random: () => number) => Clock>> = {
  right: (random) => {
    const offset = between(random, -20, 20);
    return () => offset;
  },
  ahead: (random) => {
    const offset = Math.exp(between(random, Math.log(120), Math.log(40_000)));
    return () => offset;
  },
  'behind by 5 to 100 min': (random) => {
    const offset = -Math.exp(between(random, Math.log(300), Math.log(6000)));
    return () => offset;
  },
  'behind by 2 to 11 h': (random) => {
    const offset = -Math.exp(between(random, Math.log(7200), Math.log(40_000)));
    return () => offset;
  },
  'wrong zone (+7 h)': (random) => {
    const offset = 25_200 + between(random, -20, 20);
    return () => offset;
  },
  'wrong zone (-7 h)': (random) => {
    const offset = -25_200 + between(random, -20, 20);
    return () => offset;
  },
  'drifting, 5 to 60 s/day': (random) => {
    const rate = Math.exp(between(random, Math.log(5), Math.log(60))) * (random() < 0.5 ? -1 : 1);
    const offset = between(random, -20, 20);
    return (day) => offset + rate * day;
  },
  'set back by 5 to 60 min, once': (random) => {
    const size = Math.exp(between(random, Math.log(300), Math.log(3600)));
    const at = between(random, 4, 9);
    return (day) => (day < at ? 0 : -size);
  },
  'set ahead by 5 to 60 min, once': (random) => {
    const size = Math.exp(between(random, Math.log(300), Math.log(3600)));
    const at = between(random, 4, 9);
    return (day) => (day < at ? 0 : size);
  },
  jumping: (random) => {
    const offsets = Array.from({ length: 20 }, () => between(random, -1800, 7200));
    return (day) => offsets[Math.floor(day / 2)] ?? 0;
  },
  'no battery (2000-01-01 at each start)': (random) => {
    const started = between(random, 0, 1);
    return (day) => 946_684_800 - START_US / S - started * 86_400 - Math.floor(day / 3) * 259_200;
  },
  'stamps at the beginning': () => () => Number.NaN,
};

export function entry<T>(table: Readonly<Record<string, T>>, name: string): T {
  const value = table[name];
  if (value === undefined) throw new Error(`there is no ${name}`);
  return value;
}

/** The slots that a device leaves in `days`. */
export function simulate(
  transport: Transport,
  makeClock: (random: () => number) => Clock,
  { days, seed }: { readonly days: number; readonly seed: number },
): { readonly slots: ClockSlot[]; readonly clock: Clock } {
  const random = seeded(seed);
  const made = makeClock(random);
  const clock: Clock = (day) => (Number.isNaN(made(day)) ? -transport.stepS : made(day));
  const wait = transport.waitS(random);
  const slots = new Map<number, { -readonly [Key in keyof ClockSlot]: ClockSlot[Key] }>();
  let silentUntil = 0;
  let nextOutage = outageAfter(0, transport, random);
  let lastStamp = Number.NaN;
  const everyUs = transport.stepS * transport.perMessage * S;
  const phaseUs = transport.offGrid === true ? Math.floor(random() * everyUs) : 0;
  for (let t = START_US + phaseUs; t < START_US + days * DAY; t += everyUs) {
    let sentUs = t + wait() * S;
    if (sentUs > nextOutage) {
      silentUntil =
        nextOutage - Math.log(1 - random()) * (transport.outages?.hours ?? 0) * 3600 * S;
      nextOutage = outageAfter(silentUntil, transport, random);
    }
    sentUs = Math.max(sentUs, silentUntil);
    const receivedUs = sentUs + transport.delayS(random) * S;
    const offset = clock((t - START_US) / DAY) * S;
    // A meter reads when its own clock is on the grid.
    const stampUs =
      transport.offGrid === true
        ? Math.round(t + offset)
        : Math.round((t + offset) / (transport.stepS * S)) * transport.stepS * S;
    const shift = transport.offGrid === true ? 0 : stampUs - (t + offset);
    record(slots, {
      receivedUs: Math.floor(receivedUs + shift),
      stampUs,
      spanUs: (transport.perMessage - 1) * transport.stepS * S,
      previousUs: lastStamp,
      isArrival: transport.noTime === true,
      stepUs: transport.stepS * S,
    });
    lastStamp = stampUs;
  }
  return { slots: [...slots.values()].toSorted((a, b) => a.startUs - b.startUs), clock };
}

const outageAfter = (fromUs: number, { outages }: Transport, random: () => number): number =>
  outages === undefined
    ? Infinity
    : (fromUs === 0 ? START_US : fromUs) - Math.log(1 - random()) * outages.everyDays * DAY;

interface Arrival {
  readonly receivedUs: number;
  readonly stampUs: number;
  readonly spanUs: number;
  readonly previousUs: number;
  readonly isArrival: boolean;
  readonly stepUs: number;
}

function record(
  slots: Map<number, { -readonly [Key in keyof ClockSlot]: ClockSlot[Key] }>,
  { receivedUs, stampUs, spanUs, previousUs, isArrival, stepUs }: Arrival,
): void {
  const startUs = Math.floor(receivedUs / CLOCK_SLOT_US) * CLOCK_SLOT_US;
  let slot = slots.get(startUs);
  if (slot === undefined) {
    slot = {
      startUs,
      messages: 0,
      lagMinMs: null,
      lagMaxMs: null,
      spanMs: 0,
      stepMs: null,
      future: 0,
      late: 0,
      offMinute: 0,
      unset: 0,
      arrival: 0,
    };
    slots.set(startUs, slot);
  }
  if (isArrival) slot.arrival += 1;
  else if (stampUs < EARLIEST_US) slot.unset += 1;
  else {
    const lag = Math.floor((receivedUs - stampUs) / 1000);
    slot.messages += 1;
    slot.lagMinMs = Math.min(slot.lagMinMs ?? lag, lag);
    slot.lagMaxMs = Math.max(slot.lagMaxMs ?? lag, lag);
    slot.spanMs = Math.max(slot.spanMs, spanUs / 1000);
    const step = spanUs > 0 ? stepUs : stampUs - previousUs;
    if (step > 0) slot.stepMs = Math.min(slot.stepMs ?? Infinity, step / 1000);
    if (lag < -300_000) slot.future += 1;
    if (lag > CLOCK_LATE_US / 1000) slot.late += 1;
    if (stampUs % (60 * S) !== 0) slot.offMinute += 1;
  }
}
