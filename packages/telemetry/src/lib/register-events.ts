/** What can happen to a register besides counting up. */
export const REGISTER_EVENT_KINDS = ['rollover', 'reset', 'swap', 'glitch', 'backwards'] as const;
export type RegisterEventKind = (typeof REGISTER_EVENT_KINDS)[number];

/** `open`: as the data says; the other two are a person's word. `reversed`: it was no such event, the register counts as it is. */
export const REGISTER_EVENT_STATES = ['open', 'confirmed', 'reversed'] as const;
export type RegisterEventState = (typeof REGISTER_EVENT_STATES)[number];

/** `possible`: few readings before it say how the register usually runs, or another kind would explain it nearly as well. */
export const REGISTER_EVENT_CERTAINTIES = ['likely', 'possible'] as const;
export type RegisterEventCertainty = (typeof REGISTER_EVENT_CERTAINTIES)[number];

/** Microseconds since 1970, and what the register showed then. */
export interface RegisterReading {
  readonly tsUs: number;
  readonly value: number;
}

/**
 * An event of a register. `before` and `after` are the readings it lies between; readings between them count for nothing. What the
 * register counted from the one to the other is known for a rollover (`modulus` + after - before), a glitch and a run backwards
 * (after - before), and unknown for a reset and a swap.
 */
export interface RegisterEvent {
  readonly kind: RegisterEventKind;
  readonly certainty: RegisterEventCertainty;
  /** The first reading that does not follow from the ones before; with the channel it names the event. */
  readonly tsUs: number;
  /** What the register showed at `tsUs`. */
  readonly value: number;
  readonly before: RegisterReading;
  /** Undefined: it still goes on. Nothing is known of the register since `before`. */
  readonly after: RegisterReading | undefined;
  /** The reading that told which kind it is; undefined: the next ones may tell otherwise. */
  readonly settledUs: number | undefined;
  /** Where the register starts again from 0; of a rollover. */
  readonly modulus?: number;
}

/** An event with what a person said of it. */
export type JudgedRegisterEvent = Pick<
  RegisterEvent,
  'kind' | 'tsUs' | 'value' | 'before' | 'after' | 'modulus'
> & { readonly state: RegisterEventState };
