import { STEPS_PER_DAY, ZONE_HOURS } from './calendar.ts';
import { LEAD_STEPS, type LoadBuffer } from './load-buffer.ts';
import { type Random, randomStream, STREAM } from './random.ts';
import type { DayWeather } from './weather.ts';

/** W of a roof under full sun, and the daylight of the tropics, local hours. */
const ROOF_WATTS = [2000, 6000] as const;
const SUNRISE = 5.9;
const SUNSET = 17.9;
/** Share of full sun under a closed cover; clouds stay for about so many steps of 3 minutes. */
const CLOUDED = 0.25;
const CLOUD_STEPS = 6;

/**
 * With the chance `share` a roof behind the meter: what it makes is taken from the load of the customer's phases, evenly, and flows
 * back where it is more. Clouds pass over all roofs of an area alike.
 */
export function addRoof(
  buffer: LoadBuffer,
  ports: { readonly first: number; readonly count: number },
  of: {
    readonly seed: number;
    readonly area: number;
    readonly index: number;
    readonly share: number;
  },
  weather: readonly DayWeather[],
): void {
  const random = randomStream(of.seed, STREAM.trial, of.area, 7, of.index);
  if (!random.chance(of.share)) return;
  const peak = random.uniform(...ROOF_WATTS);
  // A roof to the east has its noon earlier.
  const turned = random.uniform(-0.8, 0.8);
  const clouds = randomStream(of.seed, STREAM.trial, of.area, 8);
  let covered = 0;
  for (let step = 0; step < buffer.steps; step += 1) {
    const hours = ((step - LEAD_STEPS) / STEPS_PER_DAY) * 24 + ZONE_HOURS;
    const today = weather[Math.floor(hours / 24) + 1];
    covered = nextCover(covered, today?.rain ?? 0, clouds);
    const sun = sunAt((((hours + turned) % 24) + 24) % 24);
    if (sun === 0) continue;
    const watts = (peak * sun * (1 - (1 - CLOUDED) * covered)) / ports.count;
    for (let port = ports.first; port < ports.first + ports.count; port += 1) {
      const k = port * buffer.steps + step;
      buffer.active[k] = (buffer.active[k] ?? 0) - watts;
    }
  }
}

/** Cover 0 to 1 of the next step: a cloud comes more often and stays longer on a rainy day. */
function nextCover(covered: number, rain: number, random: Random): number {
  const chance = 1 / CLOUD_STEPS;
  if (!random.chance(chance)) return covered;
  return random.chance(0.25 + 0.6 * rain) ? random.uniform(0.4, 1) : random.uniform(0, 0.15);
}

function sunAt(hour: number): number {
  if (hour <= SUNRISE || hour >= SUNSET) return 0;
  return Math.sin((Math.PI * (hour - SUNRISE)) / (SUNSET - SUNRISE)) ** 1.2;
}
