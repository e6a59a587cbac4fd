import type { TsSource } from './reading.ts';

/** Bits of `readings.flags`. Absence of all bits means: device time, good. */
export const FLAG = {
  /** Stamped more than 5 minutes ahead of its arrival; not "latest" before its time, not analysed while ts > as-of. */
  future: 1,
  /** The message carried no time: ts is the receive time. */
  arrivalTime: 2,
  /** Redelivered after the broker lost the session, without own time: may be stored more than once. */
  atLeastOnce: 4,
  /** ts is the stamp of the gateway that received the device. */
  gatewayTime: 8,
  /** ts is the stamp of a server between device and broker. */
  serverTime: 16,
  /** A local time without season letter in an hour that the zone has twice or not at all: the instant is a choice. */
  ambiguousTime: 32,
  /** The sender says that the value is in doubt. */
  suspect: 64,
  /** The sender says that the value is estimated. */
  estimated: 128,
  /** The sender says that the value was edited. */
  edited: 256,
} as const;

/**
 * Words of Verimeter's own, and IEC 61968-9 codes `system.category.index` of what the sender says (system 2: the head-end in front of
 * Verimeter; category 5.258 suspect, 8.0 estimated, 7.0 edited).
 */
export type FlagName =
  | 'future'
  | 'at_least_once'
  | 'ambiguous_time'
  | '2.5.258'
  | '2.8.0'
  | '2.7.0';

/** The source of the time of a reading, of its flags. */
export function tsSourceOf(flags: number): TsSource {
  if ((flags & FLAG.arrivalTime) !== 0) return 'arrival';
  if ((flags & FLAG.gatewayTime) !== 0) return 'gateway';
  return (flags & FLAG.serverTime) === 0 ? 'device' : 'server';
}

const NAMES: readonly (readonly [number, FlagName])[] = [
  [FLAG.future, 'future'],
  [FLAG.atLeastOnce, 'at_least_once'],
  [FLAG.ambiguousTime, 'ambiguous_time'],
  [FLAG.suspect, '2.5.258'],
  [FLAG.estimated, '2.8.0'],
  [FLAG.edited, '2.7.0'],
];

/** Quality codes, as the API shows them, of a flag word. */
export function flagNames(flags: number): FlagName[] {
  return NAMES.filter(([bit]) => (flags & bit) !== 0).map(([, name]) => name);
}

/** The bit of a quality code as `flagNames` writes it; undefined: none has this name. */
export function flagOfName(name: string): number | undefined {
  return NAMES.find(([, known]) => known === name)?.[0];
}
