import { ZONE_HOURS } from './calendar.ts';
import { randomStream, STREAM } from './random.ts';

/** kW.h of each hour that an electricity meter at the address counts: a refrigerator always, the rest when somebody is there. */
export function electricityBeside(
  [seed, district, home]: readonly [seed: number, district: number, home: number],
  hours: number,
  isThere: (day: number) => boolean,
): Float64Array {
  const nature = randomStream(seed, STREAM.load, district, home);
  const idle = nature.uniform(0.03, 0.11);
  const evening = nature.uniform(0.25, 1.4);
  return Float64Array.from({ length: hours + 1 }, (_, k) => {
    const random = randomStream(seed, STREAM.load, district, home, k);
    // The hour that ends at grid point k.
    const local = k - 1 + ZONE_HOURS;
    const hour = ((local % 24) + 24) % 24;
    const use =
      hour >= 18 && hour < 23 ? evening : hour >= 6 && hour < 8 ? 0.5 * evening : 0.2 * evening;
    const active = isThere(Math.floor(local / 24)) ? use * random.uniform(0.4, 1.6) : 0;
    return Math.round(100 * (idle * random.uniform(0.6, 1.4) + active)) / 100;
  });
}
