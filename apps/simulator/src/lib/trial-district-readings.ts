import { ZONE_HOURS } from './calendar.ts';
import { boundedNormal, randomStream, STREAM } from './random.ts';
import type { TrialDistrictOptions } from './trial-district-options.ts';
import type { WaterSteps } from './water-steps.ts';
import { lostReadings, readRegister } from './water-register.ts';

const HOUR_US = 3600e6;

export interface TrialReadings {
  /** m3, NaN where there is no reading at that very instant. */
  readonly register: Float64Array;
  readonly reads: { readonly intervalUs: number; readonly onGrid: number };
}

/** What the utility gets of a meter; home -1 is the supply, which is read every hour whatever the homes are. */
export function trialReadings(
  options: TrialDistrictOptions,
  counted: Float64Array,
  window: WaterSteps,
  home: number,
): TrialReadings {
  const { seed, district, reads, clockSd } = options;
  const isSupply = home < 0;
  const random = randomStream(seed, STREAM.trial, district, 12, home);
  const start = isSupply ? random.uniform(5000, 90_000) : random.uniform(40, 900);
  const minute = random.integer(0, 59);
  const clock = clockSd > 0 ? boundedNormal(random, clockSd, 3 * clockSd) : 0;
  const daily = options.readEvery === 'day' && !isSupply;
  const gaps = lostReadings([seed, district, home], window.hours, options.gapRate);
  // A minute of its own that happens to be the full hour is read at the full hour.
  const offGrid = reads === 'own-minute' && minute > 0;
  const register = readRegister(counted, window, {
    start,
    quantum: isSupply ? options.supplyQuantum : options.consumerQuantum,
    offsetS: -clock - (reads === 'synchronous' ? 0 : 60 * minute),
    gaps: offGrid ? gaps.fill(1) : gaps,
    // Midnight of the place.
    first: daily ? 24 - ZONE_HOURS : 0,
    every: daily ? 24 : 1,
  });
  return {
    register,
    reads: { intervalUs: (daily ? 24 : 1) * HOUR_US, onGrid: offGrid ? 0 : 1 },
  };
}
