import { ZONE_HOURS } from './calendar.ts';
import { randomStream, STREAM } from './random.ts';
import type { WaterDraw } from './water-flow.ts';
import type { HomeKey } from './water-home.ts';

const DAY_S = 86_400;
const HOUR_S = 3600;

/** A time in which the pipe to a home is shut and empties. Seconds since grid point 0. */
export interface Closure {
  readonly fromS: number;
  readonly toS: number;
}

/** Works in the street shut the pipe to a home on some days, for two hours to four from a full hour on. */
export function drawClosures(
  { seed, district, home }: HomeKey,
  sinceDay: number,
  days: number,
): Closure[] {
  const closures: Closure[] = [];
  for (let day = Math.ceil(sinceDay); day <= days; day += 1) {
    const random = randomStream(seed, STREAM.waterUse, district, home, day, 3);
    if (!random.chance(0.3)) continue;
    const midnight = day * DAY_S - ZONE_HOURS * HOUR_S;
    const fromS = midnight + random.integer(8, 13) * HOUR_S + random.uniform(0, 300);
    closures.push({ fromS, toS: fromS + random.integer(2, 4) * HOUR_S });
  }
  return closures;
}

/** What can be drawn while the pipe is open. */
export function outsideClosures(
  draws: readonly WaterDraw[],
  closures: readonly Closure[],
): WaterDraw[] {
  return draws.flatMap((draw) => {
    const parts: WaterDraw[] = [];
    let startS = draw.startS;
    const end = draw.startS + draw.seconds;
    for (const { fromS, toS } of closures) {
      if (toS <= startS) continue;
      if (fromS >= end) break;
      if (fromS > startS) parts.push({ ...draw, startS, seconds: fromS - startS });
      startS = toS;
    }
    if (end > startS) parts.push({ ...draw, startS, seconds: end - startS });
    return parts;
  });
}

/** Share of a span of seconds in which the pipe is shut. */
export const shutShare = (closures: readonly Closure[], fromS: number, toS: number): number =>
  closures.reduce(
    (sum, closure) =>
      sum + Math.max(0, Math.min(closure.toS, toS) - Math.max(closure.fromS, fromS)),
    0,
  ) /
  (toS - fromS);

/** L/h of air that a filling pipe drives through a meter: it spins. */
const AIR_FLOW = 1800;
/** L that run back at least: the register shows whole litres. */
const LEAST_SURGE = 1.1;

const gust = (startS: number, litres: number): WaterDraw => ({
  startS,
  seconds: (HOUR_S * litres) / AIR_FLOW,
  litresPerHour: AIR_FLOW,
  pressured: false,
});

/** Air behind the water that comes back: a burst, a surge back, a smaller burst, all within a minute or two of each return. */
export function airThrough(
  { seed, district, home }: HomeKey,
  closures: readonly Closure[],
  litres: number,
): { readonly forward: WaterDraw[]; readonly back: WaterDraw[] } {
  const forward: WaterDraw[] = [];
  const back: WaterDraw[] = [];
  closures.forEach(({ toS }, index) => {
    const random = randomStream(seed, STREAM.waterUse, district, home, index, 4);
    const first = litres * random.uniform(0.5, 1.1);
    const surge = LEAST_SURGE + litres * random.uniform(0, 0.08);
    forward.push(gust(toS, first), gust(toS + 75, litres * random.uniform(0.2, 0.4)));
    back.push(gust(toS + 55, surge));
  });
  return { forward, back };
}
