import { countedReadings } from './counted-readings.ts';
import type { JudgedRegisterEvent, RegisterReading } from './register-events.ts';
import { nextModulus } from './register-wrap.ts';

/**
 * The events that count, by `tsUs`: not those that a person reversed, nor what lies across one that a person confirmed. `untilUs`: as they were
 * known then.
 */
export function countingEvents<
  E extends JudgedRegisterEvent & { readonly settledUs?: number | undefined },
>(events: readonly E[], untilUs: number = Infinity): E[] {
  const counting = events
    .filter(({ state, tsUs }) => state !== 'reversed' && tsUs <= untilUs)
    .map((event) =>
      // what was told by later readings was open then, unless a person told it
      event.state === 'open' && (event.settledUs ?? Infinity) > untilUs
        ? { ...event, after: undefined }
        : endAtNewLevel(event),
    );
  const confirmed = counting.filter(({ state }) => state === 'confirmed');
  return counting
    .filter(
      (event) =>
        event.state === 'confirmed' ||
        !confirmed.some(
          ({ before, after }) =>
            event.before.tsUs < (after?.tsUs ?? Infinity) &&
            before.tsUs < (event.after?.tsUs ?? Infinity),
        ),
    )
    .toSorted((a, b) => a.tsUs - b.tsUs);
}

/** What a register counted from one reading to the next one that counts. */
export interface RegisterStep {
  readonly fromUs: number;
  readonly toUs: number;
  /** Undefined: not known. Never below 0. */
  readonly amount: number | undefined;
}

/** Amount from `before` to `after`; undefined where it is not known. */
export function amountAcross({
  kind,
  before,
  after,
  modulus,
}: Pick<JudgedRegisterEvent, 'kind' | 'before' | 'after' | 'modulus'>): number | undefined {
  if (after === undefined || kind === 'reset' || kind === 'swap') return undefined;
  const amount =
    after.value - before.value + (kind === 'rollover' ? (modulus ?? nextModulus(before.value)) : 0);
  return amount < 0 ? undefined : amount;
}

/**
 * What a register counted between its readings, with its events. Readings inside an event are left out. A fall that nothing explains
 * counts for nothing known, and neither does what follows an event that still goes on. Readings ascending, events by `tsUs`.
 */
export function registerSteps(
  readings: readonly RegisterReading[],
  events: readonly JudgedRegisterEvent[],
): RegisterStep[] {
  const steps: RegisterStep[] = [];
  let last: RegisterReading | undefined;
  for (const reading of countedReadings(readings, countingEvents(events))) {
    const { tsUs, value, event } = reading;
    if (event !== undefined)
      steps.push({ fromUs: event.before.tsUs, toUs: tsUs, amount: amountAcross(event) });
    else if (last !== undefined) {
      const amount = value - last.value;
      steps.push({ fromUs: last.tsUs, toUs: tsUs, amount: amount < 0 ? undefined : amount });
    }
    last = reading;
  }
  const end = readings.at(-1);
  if (end !== undefined && last !== undefined && last.tsUs < end.tsUs)
    steps.push({ fromUs: last.tsUs, toUs: end.tsUs, amount: undefined });
  return steps;
}

/** Where a person says that a run which still goes on is a new level, the register counts from its first reading. */
function endAtNewLevel<E extends Pick<JudgedRegisterEvent, 'kind' | 'tsUs' | 'value' | 'after'>>(
  event: E,
): E {
  const { kind, tsUs, value, after } = event;
  if (after !== undefined || (kind !== 'reset' && kind !== 'swap')) return event;
  return { ...event, after: { tsUs, value } };
}
