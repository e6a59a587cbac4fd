import { absent, type CheckOutcome } from './check-outcome.ts';
import { biasOverSpans, comparedPoints, type DailyBias } from './daily-bias.ts';
import { type DeviceSeries, instantAt, stepHours } from './device-series.ts';

const CHECK = 'energy_power';
/** Register and power come from one measuring element: a fault of the multiplier, of the pulse weight or of the transmission is larger. */
const LIMIT = 0.05;
/** Largest share that is still told: beyond, sampling hides what a person would look for. */
const LARGEST_MDD = 0.6;
const POWER_Z = 1.28;

/**
 * What the register counted against power times the length of the interval. Where power is a mean the two agree to some parts in a
 * thousand; where it is a sample, each interval misses by about as much as the load changes within it, and only many days tell
 * anything: the scatter from day to day says how much, and the check is silent where that is too little.
 */
export function checkEnergyPower(device: DeviceSeries): CheckOutcome {
  const { importRegister: register, exportRegister, activePower: power, grid } = device;
  if (register === undefined || power === undefined) return absent(CHECK);
  const hours = stepHours(grid);
  const compared = comparedPoints(grid.count, (k) => {
    if (k === 0) return undefined;
    const energy = (register[k] as number) - (register[k - 1] as number);
    const watts = power[k] as number;
    const exported =
      exportRegister === undefined
        ? 0
        : (exportRegister[k] as number) - (exportRegister[k - 1] as number);
    // both directions in one interval: what power counts of them is not told
    if (!(energy >= 0) || !(watts >= 0) || exported > 0) return undefined;
    const shown = (watts * hours) / 1000;
    return { difference: energy - shown, reference: shown };
  });
  const spans = biasOverSpans(device, compared);
  const outcomes = spans.map((told) => judge(device, told));
  return (
    outcomes.find(({ state }) => state === 'inconsistent') ??
    outcomes[0] ?? { check: CHECK, state: 'not_resolvable' }
  );
}

function judge(
  { grid }: DeviceSeries,
  { bias, standardError, reach, days, points, first }: DailyBias,
): CheckOutcome {
  const measured = { size: bias, standardError, hours: points * stepHours(grid) };
  if (Math.abs(bias) - LIMIT > reach)
    return {
      check: CHECK,
      state: 'inconsistent',
      ...measured,
      evidence: {
        code: 'energy_power',
        values: { size: bias, standard_error: standardError, days, at: instantAt(grid, first) },
      },
    };
  const minimumDetectable = LIMIT + reach + POWER_Z * standardError;
  if (minimumDetectable > LARGEST_MDD)
    return { check: CHECK, state: 'not_resolvable', minimumDetectable };
  return { check: CHECK, state: 'consistent', ...measured, minimumDetectable };
}
