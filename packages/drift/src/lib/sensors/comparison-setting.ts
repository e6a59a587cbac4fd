import { at } from '@verimeter/statistics';
import { weekAt } from './calendar.ts';
import type { ComparedDays } from './compared-days.ts';
import type { ComparedStretch, QuantityNetwork } from './quantity-network.ts';
import type { Stretch } from './stretches.ts';
import type { FilterSetting } from './wander-filter.ts';

/** Constant difference of two places and offset of their relation, and error of a sensor at the start of a stretch, in units. */
const PLACE_UNITS = 1.5;
const OFFSET_LEVELS = 0.3;
const VERIFIED_UNITS = 0.15;
const UNVERIFIED_UNITS = 0.25;
/** What is constant beside a reference at the same place and not the sensor's error: what damp leaves of particles; inlets, sun. */
const BESIDE_UNITS = { ratio: 0.2, difference: 0.1 };
const BESIDE_OFFSET_LEVELS = 0.1;
/** Days that tell how far a sensor is from the reference beside it at the start. */
const START_DAYS = 75;

type Setting = Omit<FilterSetting, 'wander'>;

/** What is taken of a stretch beside what it is compared with, before its wander is known. */
export function comparisonSetting(
  network: QuantityNetwork,
  { stretch, neighbourhood, days }: ComparedStretch,
  unit: number,
): Setting {
  const setting = neighbourSetting(network, stretch, unit);
  if (!neighbourhood.samePlace) return setting;
  return {
    ...setting,
    samePlace: true,
    placeSd: BESIDE_UNITS[network.comparison] * unit,
    offsetSd: BESIDE_OFFSET_LEVELS,
    // a certificate that the reference beside it belies is not believed
    startSd: Math.max(setting.startSd, Math.abs(startingError(days, network.comparison))),
  };
}

/** The same for neighbours at other places, and for two elements of one device. */
export function neighbourSetting(network: QuantityNetwork, index: number, unit: number): Setting {
  const stretch = network.stretches[index] as Stretch;
  const from = weekAt(network.calendar, stretch.fromUs);
  const to = Math.max(from + 1, weekAt(network.calendar, stretch.toUs) + 1);
  return {
    placeSd: PLACE_UNITS * unit,
    offsetSd: OFFSET_LEVELS,
    startSd: (stretch.verified ? VERIFIED_UNITS : UNVERIFIED_UNITS) * unit,
    from,
    weeks: to - from,
  };
}

/** Sensor over reference, less one, or their difference, over the first days; 0 where there are none. */
function startingError(
  { excess, blend }: ComparedDays,
  comparison: 'ratio' | 'difference',
): number {
  let [own, other, count] = [0, 0, 0];
  for (let d = 0; d < excess.length && count < START_DAYS; d++) {
    if (!Number.isFinite(at(excess, d))) continue;
    own += at(excess, d);
    other += at(blend, d);
    count++;
  }
  if (count === 0) return 0;
  return comparison === 'ratio' ? own / other : own / count;
}
