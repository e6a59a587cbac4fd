import { ZONE_HOURS } from './calendar.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import type { WaterDraw } from './water-flow.ts';

export const HOURS_PER_WEEK = 168;

/** Water of a real home over whole weeks. */
export interface WaterHomeSeries {
  /** Names its random streams. */
  readonly id: number;
  /** L per hour from a Monday 00:00 local time, whole weeks, none negative. */
  readonly litres: Float32Array;
}

/** A home as a district uses it: its weeks are turned by `shiftWeeks`. */
export interface WaterHomeUse {
  readonly series: WaterHomeSeries;
  readonly shiftWeeks: number;
}

/** What comes out of a tap or a machine in one go: smallest and largest volume (L) and flow (L/h). */
const USES = [
  { litres: [0.2, 3], flow: [90, 420], pressured: true },
  { litres: [4, 8], flow: [300, 500], pressured: false },
  { litres: [9, 18], flow: [420, 720], pressured: false },
  { litres: [18, 55], flow: [350, 650], pressured: true },
  { litres: [40, 200], flow: [500, 1100], pressured: true },
] as const;

/** Hours over which a flow that never stops is a drip. */
const DRIP_HOURS = 24;

/** The draws of a real home: the series says how much passed in an hour, not how. Every hour keeps its litres. */
export function seriesDraws(
  { series, shiftWeeks }: WaterHomeUse,
  { seed, district, home, hours }: { seed: number; district: number; home: number; hours: number },
): WaterDraw[] {
  const random = randomStream(seed, STREAM.waterUse, district, home, series.id);
  const { litres } = series;
  const draws: WaterDraw[] = [];
  const at = (k: number): number =>
    litres[
      (((k + ZONE_HOURS + HOURS_PER_WEEK * shiftWeeks) % litres.length) + litres.length) %
        litres.length
    ] ?? 0;
  for (let k = -2; k < hours + 2; k += 1) {
    let least = at(k);
    for (let back = 1; back < DRIP_HOURS && least > 0.3; back += 1)
      least = Math.min(least, at(k - back));
    const drip = least > 0.3 ? least : 0;
    if (drip > 0)
      draws.push({ startS: k * 3600, seconds: 3600, litresPerHour: drip, pressured: true });
    split(draws, at(k) - drip, k * 3600, random);
  }
  return draws;
}

function split(draws: WaterDraw[], litres: number, startS: number, random: Random): void {
  let rest = litres;
  while (rest > 1e-6) {
    // The interpolation of the series leaves parts of a litre over the hour: they are a small use of their own.
    const fit = USES.filter(({ litres: [low] }) => low <= rest);
    const use = fit.length === 0 ? USES[0] : random.pick(fit);
    const [low, high] = use.litres;
    const flow = random.uniform(use.flow[0], use.flow[1]);
    const wanted = rest <= low ? rest : Math.min(rest, random.uniform(low, high));
    const volume = rest - wanted < 0.15 ? rest : wanted;
    const seconds = Math.min(3600, (3600 * volume) / flow);
    draws.push({
      startS: startS + random.uniform(0, 3600 - seconds),
      seconds,
      litresPerHour: (3600 * volume) / seconds,
      pressured: use.pressured,
    });
    rest -= volume;
  }
}
