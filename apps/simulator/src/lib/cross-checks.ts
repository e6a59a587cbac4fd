import type { randomStream } from './random.ts';
import type { ReferenceRounds } from './trial-network-options.ts';

/** An error as it is told of a device: a ratio, or in the unit of the channel. */
export interface MeasuredError {
  readonly atUs: number;
  readonly error: number;
  readonly standardUncertainty: number;
  /** As it was found: nothing was adjusted. */
  readonly asFound: true;
}

const DAY_US = 86_400_000_000;

/** What a reference that comes by in turns finds: the error of the day and its own uncertainty. */
export function crossChecks(
  { firstDay, everyDays, standardUncertainty }: ReferenceRounds,
  of: {
    /** Place of the sensor in a round, from 0 to 1. */
    readonly turn: number;
    readonly hours: number;
    readonly startUs: number;
    readonly errorAt: (k: number) => number;
    readonly random: ReturnType<typeof randomStream>;
  },
): MeasuredError[] {
  const checks: MeasuredError[] = [];
  const first = Math.round(firstDay + everyDays * of.turn);
  for (let day = first; 24 * day < of.hours; day += everyDays)
    checks.push({
      atUs: of.startUs + day * DAY_US,
      error: of.errorAt(24 * day) + standardUncertainty * of.random.normal(),
      standardUncertainty,
      asFound: true,
    });
  return checks;
}
