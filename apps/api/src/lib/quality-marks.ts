import { flagNames } from '@verimeter/telemetry';

interface Mark {
  readonly code: string;
  readonly fromUs: number;
  readonly toUs: number;
  readonly marks: boolean;
}

/** Tells the quality of readings that are asked for in the order of their times. `exceptions` in the order in which they begin. */
export function qualityMarks(
  exceptions: readonly Mark[],
): (tsUs: number, flags: number) => string[] {
  let next = 0;
  let active: Mark[] = [];
  return (tsUs, flags) => {
    for (; (exceptions[next]?.fromUs ?? Infinity) <= tsUs; next++) {
      const begun = exceptions[next];
      if (begun?.marks === true) active.push(begun);
    }
    active = active.filter(({ toUs }) => toUs >= tsUs);
    return [...new Set([...flagNames(flags), ...active.map(({ code }) => code)])];
  };
}
