/** Bits of `readings.flags`. Absence of all bits means: device time, good. */
export const FLAG = {
  /** Stamped more than 5 minutes ahead of its arrival; not "latest" before its time, not analysed while ts > as-of. */
  future: 1,
  /** The message carried no time: ts is the receive time. */
  arrivalTime: 2,
  /** Redelivered after the broker lost the session, without own time: may be stored more than once. */
  atLeastOnce: 4,
} as const;

export type FlagName = 'future' | 'at_least_once';

/** Quality codes, as the API shows them, of a flag word. */
export function flagNames(flags: number): FlagName[] {
  const names: FlagName[] = [];
  if ((flags & FLAG.future) !== 0) names.push('future');
  if ((flags & FLAG.atLeastOnce) !== 0) names.push('at_least_once');
  return names;
}
