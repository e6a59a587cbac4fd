/**
 * What the times of a device's messages say of its clock.
 *
 * `ok` no fault is seen · `ahead`, `behind` a constant offset · `wrong_zone` the offset is that of a time zone · `interval_shift` the
 * stamps name the other end of the interval · `drifting` the offset grows · `jumping` it changes in steps · `unset` the clock has
 * lost its time · `buffered` messages come late by varying amounts, which is no fault of the clock · `no_own_time` the messages
 * carry no time · `unknown` too little was seen.
 */
export const CLOCK_STATES = [
  'ok',
  'ahead',
  'behind',
  'wrong_zone',
  'interval_shift',
  'drifting',
  'jumping',
  'unset',
  'buffered',
  'no_own_time',
  'unknown',
] as const;
export type ClockState = (typeof CLOCK_STATES)[number];

/** States in which somebody has to set a clock or a configuration. */
export const CLOCK_FAULTS: readonly ClockState[] = [
  'ahead',
  'behind',
  'wrong_zone',
  'interval_shift',
  'drifting',
  'jumping',
  'unset',
];

/** Length of the time over which messages of a device are summed up, microseconds; slots begin at multiples of it. */
export const CLOCK_SLOT_US: number = 6 * 3600e6;
/** Slots older than this say nothing of the clock as it is, microseconds. */
export const CLOCK_WINDOW_US: number = 35 * 86_400e6;
/** A message is late whose newest reading is older than this, microseconds. */
export const CLOCK_LATE_US: number = 3600e6;

/**
 * The messages of one device that arrived in one slot. The lag of a message is the time of its arrival minus the newest device time in
 * it: transport delay minus clock offset.
 */
export interface ClockSlot {
  /** Microseconds since 1970. */
  readonly startUs: number;
  /** Messages with a device time that was not `unset`; those more than 24 h ahead, which are not stored, count. */
  readonly messages: number;
  /** Milliseconds; null: no such message. */
  readonly lagMinMs: number | null;
  readonly lagMaxMs: number | null;
  /** Longest time between oldest and newest reading of a message, milliseconds. */
  readonly spanMs: number;
  /** Shortest time between two device times that followed each other, milliseconds; null: none did. */
  readonly stepMs: number | null;
  /** Of `messages`: stamped more than five minutes ahead; late by more than `CLOCK_LATE_US`; not on a whole minute. */
  readonly future: number;
  readonly late: number;
  readonly offMinute: number;
  /** Messages with times before 2005, which are not stored. */
  readonly unset: number;
  /** Messages that carried no time. */
  readonly arrival: number;
}

/** Device time minus true time, seconds: positive is ahead. The true offset lies within ± `uncertainty`. */
export interface ClockOffset {
  readonly seconds: number;
  readonly uncertainty: number;
}

interface Since {
  /** Start of the first slot that shows this state, microseconds since 1970. */
  readonly sinceUs: number;
}

/** What a clock is like, from the times of messages, in the order in which it is asked. */
export type ClockHealth =
  | ({ readonly state: 'unknown' | 'no_own_time' | 'buffered' } & Since)
  | ({ readonly state: 'ok' | 'ahead' | 'behind'; readonly offset: ClockOffset } & Since)
  /** `offset` is undefined where the stamps lie before 2005. */
  | ({ readonly state: 'unset'; readonly offset: ClockOffset | undefined } & Since)
  | ({
      readonly state: 'wrong_zone';
      readonly offset: ClockOffset;
      /** The offset of the zone from UTC, minutes: positive where its local time was taken for UTC. */
      readonly zoneMinutes: number;
    } & Since)
  | ({
      readonly state: 'interval_shift';
      readonly offset: ClockOffset;
      /** -1: stamps name the beginning of the interval that they close; 1: the end of the interval that they open. */
      readonly steps: -1 | 1;
      readonly stepSeconds: number;
    } & Since)
  | ({
      readonly state: 'drifting';
      /** At the end of the window. */
      readonly offset: ClockOffset;
      /** Seconds that the clock gains per day. */
      readonly rate: number;
    } & Since)
  | ({
      readonly state: 'jumping';
      readonly offset: ClockOffset;
      /** Changes of the offset in the last fourteen days. */
      readonly jumps: number;
    } & Since);

/** What else is known of the device. */
export interface ClockContext {
  /** Offsets of the tenant's zone from UTC, minutes: in winter and summer. */
  readonly zoneMinutes?: readonly number[];
  /**
   * Seconds by which the clock is ahead (negative: behind) as the balance of the device's area found it: to which interval the energy
   * belongs no time of arrival can tell.
   */
  readonly areaOffset?: number | undefined;
}
