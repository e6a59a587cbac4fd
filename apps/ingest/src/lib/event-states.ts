import type { DeviceEvent, DeviceEventState } from '@verimeter/telemetry';

/** Devices whose states are remembered; of more the memory starts afresh, and the database knows. */
const MOST_DEVICES = 200_000;

/** The state each device told last, event by event, so that one it repeats with every message costs nothing. */
export class EventStates {
  readonly #devices = new Map<string, Map<string, DeviceEventState>>();

  /** Whether the event says what was said before. */
  repeats(device: string, { event, state, repeats }: DeviceEvent): boolean {
    return repeats === true && this.#devices.get(device)?.get(event) === state;
  }

  /** What is in the database now. */
  remember(device: string, { event, state }: DeviceEvent): void {
    let states = this.#devices.get(device);
    if (states === undefined) {
      if (this.#devices.size >= MOST_DEVICES) this.#devices.clear();
      states = new Map();
      this.#devices.set(device, states);
    }
    states.set(event, state);
  }
}
