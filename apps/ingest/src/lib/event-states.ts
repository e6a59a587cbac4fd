import type { DeviceEvent, DeviceEventState } from '@verimeter/telemetry';

/** Devices whose states are remembered; of more the memory starts afresh, and the database knows. */
const MOST_DEVICES = 200_000;
/** Events of one device; names may come from its messages. */
const MOST_EVENTS = 100;

interface ToldState {
  readonly state: DeviceEventState;
  readonly tsUs: number;
}

/**
 * The state each device told last, event by event, so that one it repeats with every message costs nothing.
 *
 * Of use only to who has all messages of a device: where workers share them, another one may have written another state since.
 */
export class EventStates {
  readonly #devices = new Map<string, Map<string, ToldState>>();
  readonly #isAlone: boolean;

  constructor(isAlone = true) {
    this.#isAlone = isAlone;
  }

  /** Whether the event says what was said before. What is older than that may say something of the time before. */
  repeats(device: string, { event, state, tsUs, repeats }: DeviceEvent): boolean {
    if (repeats !== true) return false;
    const told = this.#devices.get(device)?.get(event);
    return told !== undefined && told.state === state && told.tsUs <= tsUs;
  }

  /** What is in the database now. */
  remember(device: string, { event, state, tsUs }: DeviceEvent): void {
    if (!this.#isAlone) return;
    let states = this.#devices.get(device);
    if (states === undefined) {
      if (this.#devices.size >= MOST_DEVICES) this.#devices.clear();
      states = new Map();
      this.#devices.set(device, states);
    }
    const told = states.get(event);
    if (told === undefined && states.size >= MOST_EVENTS) states.clear();
    if (told === undefined || told.tsUs <= tsUs) states.set(event, { state, tsUs });
  }
}
