import { median } from '@verimeter/statistics';
import { absent, type CheckOutcome } from './check-outcome.ts';
import { biasOverSpans, comparedPoints, type Compared, type DailyBias } from './daily-bias.ts';
import {
  type DeviceSeries,
  instantAt,
  livePhases,
  resolutionOf,
  stepHours,
} from './device-series.ts';

const CHECK = 'power_product';
/** What separates channels of one meter that is in order: rounding, harmonics in the apparent power. */
const LIMIT = 0.05;
/** Of three phases one power factor is a mean of three, by a formula that the meter does not state. */
const LIMIT_THREE_PHASES = 0.15;
/** One-sided 90 % power beside the reach of chance. */
const POWER_Z = 1.28;

/**
 * Active power against the sum over the phases of V I, times the power factor where it is sent. With it the two are equal, sample by sample; where
 * the quantities are means, the product of means is not the mean of the product, by at most what single intervals scatter: so
 * much is added to the limit. Without it only more active than apparent power is a contradiction, which no power factor explains.
 */
export function checkPowerProduct(device: DeviceSeries): CheckOutcome {
  const { activePower: power, powerFactor, voltages, currents, grid } = device;
  const phases = livePhases(currents);
  if (power === undefined || phases.length === 0) return absent(CHECK);
  if (phases.some((phase) => voltages[phase] === undefined)) return absent(CHECK);
  // a phase whose voltage is sent and whose current is not would be missing in the sum
  if (livePhases(voltages).some((phase) => !phases.includes(phase))) return absent(CHECK);
  const least = 20 * Math.max(1, resolutionOf(power));
  const steps = phases.map((phase) => resolutionOf(currents[phase] as Float64Array));
  const compared = comparedPoints(grid.count, (k) => {
    const watts = power[k] as number;
    let apparent = 0;
    for (const [index, phase] of phases.entries()) {
      const volts = voltages[phase]?.[k] as number;
      const amperes = currents[phase]?.[k] as number;
      // a current with a sign is one of a meter that says its direction: then the product is no apparent power
      if (amperes < 0) return undefined;
      // rounding of a small current is not noise around it: what is below half a step shows as nothing
      if (amperes > 0 && amperes < 10 * (steps[index] as number)) return undefined;
      apparent += volts * amperes;
    }
    const factor = powerFactor === undefined ? 1 : Math.abs(powerFactor[k] as number);
    const reference = factor * apparent;
    // fed back, or not counted in this direction
    if (!(watts > 0) || !Number.isFinite(reference)) return undefined;
    if (watts < least && reference < least) return undefined;
    return { difference: watts - reference, reference };
  });
  const spans = biasOverSpans(device, compared);
  const outcomes = spans.map((told) => judge(device, told, compared));
  return (
    outcomes.find(({ state }) => state === 'inconsistent') ??
    outcomes[0] ?? { check: CHECK, state: 'not_resolvable' }
  );
}

function judge(
  { powerFactor, grid, currents }: DeviceSeries,
  { bias, standardError, reach, days, points, first }: DailyBias,
  compared: Compared,
): CheckOutcome {
  const hours = points * stepHours(grid);
  const hasFactor = powerFactor !== undefined;
  const scatter = hasFactor ? scatterOf([first, grid.count], compared, bias) : 0;
  const isSingle = livePhases(currents).length === 1;
  const limit = (hasFactor && !isSingle ? LIMIT_THREE_PHASES : LIMIT) + scatter;
  const beyond = hasFactor ? Math.abs(bias) : bias;
  if (beyond - limit > reach)
    return {
      check: CHECK,
      state: 'inconsistent',
      size: bias,
      standardError,
      hours,
      evidence: {
        code: hasFactor ? 'power_product' : 'power_over_apparent',
        values: { size: bias, standard_error: standardError, days, at: instantAt(grid, first) },
      },
    };
  const minimumDetectable = limit + reach + POWER_Z * standardError;
  return { check: CHECK, state: 'consistent', size: bias, standardError, hours, minimumDetectable };
}

/** Typical distance of single points from the common ratio. */
function scatterOf(
  [first, end]: readonly [number, number],
  { difference, reference }: Compared,
  bias: number,
): number {
  const distances: number[] = [];
  for (let k = first; k < end; k++) {
    const scale = reference[k] as number;
    if (scale > 0) distances.push(Math.abs((difference[k] as number) / scale - bias));
  }
  return median(distances);
}
