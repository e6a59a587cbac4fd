import { median } from '@verimeter/statistics';
import { absent, type CheckOutcome, FALSE_ALARM } from './check-outcome.ts';
import {
  type DeviceSeries,
  instantAt,
  livePhases,
  resolutionOf,
  stepHours,
} from './device-series.ts';

const CHECK = 'creep';
/** Consecutive points without current that count: a load that runs now and then was off for so long. */
const LEAST_RUN = 12;
const LEAST_POINTS = 96;

/**
 * A register that counts while no current is shown. What a zero hides: a current below the resolution of the channel, and a load that ran
 * between samples. With n samples at zero, a load that ran for more than ln(1/p)/n of the time would have been seen but for a
 * chance p; at most the highest power of the meter ran in it. Only what is counted beyond both is creep.
 */
export function checkCreep(device: DeviceSeries): CheckOutcome {
  const { importRegister: register, currents, voltages, grid } = device;
  const phases = livePhases(currents);
  if (register === undefined || phases.length === 0) return absent(CHECK);
  const hours = stepHours(grid);
  let energy = 0;
  let points = 0;
  let first = -1;
  let run = { from: -1, length: 0 };
  let highest = 0;
  const close = (): void => {
    if (run.length >= LEAST_RUN) {
      // the intervals between points that are both at zero
      const counted =
        (register[run.from + run.length - 1] as number) - (register[run.from] as number);
      if (counted >= 0) {
        if (first < 0) first = run.from;
        energy += counted;
        points += run.length - 1;
      }
    }
    run = { from: -1, length: 0 };
  };
  for (let k = 0; k < grid.count; k++) {
    const isZero = phases.every((phase) => currents[phase]?.[k] === 0);
    if (k > 0) {
      const watts = (((register[k] as number) - (register[k - 1] as number)) / hours) * 1000;
      if (watts > highest) highest = watts;
    }
    if (isZero && Number.isFinite(register[k])) {
      if (run.length === 0) run.from = k;
      run.length++;
    } else close();
  }
  close();
  if (points < LEAST_POINTS) return { check: CHECK, state: 'not_resolvable' };
  const resolution = Math.max(
    ...phases.map((phase) => resolutionOf(currents[phase] as Float64Array)),
  );
  // channels that show nothing but zeros do not tell their steps
  if (!(resolution > 0)) return { check: CHECK, state: 'not_resolvable' };
  const volts = phases.map((phase) => {
    const known = voltages[phase]?.filter((value) => Number.isFinite(value)) ?? [];
    return known.length > 0 ? median(known) : 230;
  });
  const hidden = volts.reduce((sum, own) => sum + own * resolution, 0);
  const unseen = (Math.log(1 / FALSE_ALARM) / points) * highest;
  const watts = (energy / (points * hours)) * 1000;
  const measured = { size: watts, standardError: unseen / 2, hours: points * hours };
  const minimumDetectable = hidden + unseen;
  if (watts > minimumDetectable)
    return {
      check: CHECK,
      state: 'inconsistent',
      ...measured,
      evidence: {
        code: 'creep',
        values: {
          watts,
          hours: points * hours,
          explained: minimumDetectable,
          at: instantAt(grid, first),
        },
      },
    };
  return { check: CHECK, state: 'consistent', ...measured, minimumDetectable };
}
