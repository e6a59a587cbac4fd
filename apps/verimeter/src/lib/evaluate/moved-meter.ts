import type { TrialMeter } from '@verimeter/simulator';

const INTERVALS_PER_DAY = 96;

/** One meter that hangs on one transformer until a day and on another from then on; its counter goes on. */
export function movedMeter(before: TrialMeter, after: TrialMeter, day: number): TrialMeter {
  const change = Math.round(day * INTERVALS_PER_DAY);
  const lastBefore = before.register.findLastIndex(
    (value, k) => k <= change && !Number.isNaN(value),
  );
  const firstAfter = after.register.find((value) => !Number.isNaN(value)) ?? 0;
  const jump = (before.register[lastBefore] ?? 0) - firstAfter;
  const join = (own: Float64Array, other: Float64Array, offset: number): Float64Array =>
    own.map((value, k) => (k <= change ? value : (other[k] ?? Number.NaN) + offset));
  return {
    ...before,
    register: join(before.register, after.register, jump),
    voltages: before.voltages.map((volts, phase) =>
      join(volts, after.voltages[phase] ?? new Float64Array(), 0),
    ),
  };
}
