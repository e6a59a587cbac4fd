import type { JudgedRegisterEvent, RegisterReading } from './register-events.ts';

/** A reading of a register that counts, and the event that it ends. */
export interface CountedReading extends RegisterReading {
  /** Undefined: it follows from the reading before. */
  readonly event: JudgedRegisterEvent | undefined;
}

/** The readings of a register that are not inside an event. Readings ascending, events that count by `tsUs`. */
export function countedReadings(
  readings: readonly RegisterReading[],
  counting: readonly JudgedRegisterEvent[],
): CountedReading[] {
  const counted: CountedReading[] = [];
  let next = 0;
  for (const { tsUs, value } of readings) {
    while (isOver(counting[next], tsUs)) next++;
    const current = counting[next];
    const isInside = current !== undefined && current.before.tsUs < tsUs;
    if (!isInside) counted.push({ tsUs, value, event: undefined });
    else if (current.after?.tsUs === tsUs) counted.push({ tsUs, value, event: current });
  }
  return counted;
}

const isOver = (event: JudgedRegisterEvent | undefined, tsUs: number): boolean =>
  event?.after !== undefined && event.after.tsUs < tsUs;
