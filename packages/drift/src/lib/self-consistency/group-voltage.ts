import { median, robustDeviation } from '@verimeter/statistics';
import { absent, type CheckOutcome } from './check-outcome.ts';
import { type DeviceSeries, instantAt } from './device-series.ts';

const CHECK = 'group_voltage';
/** Classes and lines explain some percent between neighbours when little is drawn. */
const LIMIT = 0.05;
/** Robust standard deviations of the group. */
const LEAST_Z = 6;
const LEAST_DAYS = 7;

/** The voltage of a meter against those of the other members of its group in the quiet hour of each day. */
export function checkGroupVoltage(device: DeviceSeries): CheckOutcome {
  const { groupVoltage, grid } = device;
  if (groupVoltage === undefined) return absent(CHECK);
  const { own, median: others, spread } = groupVoltage;
  const deviations: number[] = [];
  const spreads: number[] = [];
  for (const [day, volts] of own.entries()) {
    const centre = others[day] as number;
    const width = spread[day] as number;
    if (!(volts > 0) || !(centre > 0) || !Number.isFinite(width)) continue;
    deviations.push((volts - centre) / centre);
    spreads.push(width / centre);
  }
  if (deviations.length < LEAST_DAYS) return { check: CHECK, state: 'not_resolvable' };
  const size = median(deviations);
  const width = median(spreads);
  const standardError = robustDeviation(deviations) / Math.sqrt(deviations.length);
  const limit = Math.max(LIMIT, LEAST_Z * width);
  const measured = { size, standardError, hours: 24 * deviations.length };
  if (Math.abs(size) - 3 * standardError > limit)
    return {
      check: CHECK,
      state: 'inconsistent',
      ...measured,
      evidence: {
        code: 'group_voltage',
        values: { size, spread: width, days: deviations.length, at: instantAt(grid, 0) },
      },
    };
  return { check: CHECK, state: 'consistent', ...measured, minimumDetectable: limit };
}
