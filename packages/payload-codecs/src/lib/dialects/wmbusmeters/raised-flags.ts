import { DEVICE_FLAGS, type DeviceFlag } from '@verimeter/telemetry';

/** Meters that are remembered; beyond, memory starts afresh. */
const MOST_METERS = 50_000;

/**
 * Which field raised a flag of a meter. Telegrams of one meter may have different fields, and one without `error_flags` does not end what
 * `error_flags` told. Of a meter that was not seen since the start any flag may be raised, and ends with the first status that does not tell it;
 * afterwards only what was raised here. So with several workers each one ends what it raised.
 */
export class RaisedFlags {
  readonly #meters = new Map<string, Map<DeviceFlag, string> | undefined>();

  raise(deviceId: string, flag: DeviceFlag, field: string): void {
    let own = this.#meters.get(deviceId);
    if (own === undefined) {
      own = new Map();
      if (!this.#meters.has(deviceId)) for (const any of DEVICE_FLAGS) own.set(any, '');
      this.#set(deviceId, own);
    }
    own.set(flag, field);
  }

  #set(deviceId: string, own: Map<DeviceFlag, string> | undefined): void {
    if (this.#meters.size >= MOST_METERS) this.#meters.clear();
    this.#meters.set(deviceId, own);
  }

  /** Flags that may be raised. */
  mayEnd(deviceId: string): Iterable<DeviceFlag> {
    const own = this.#meters.get(deviceId);
    if (own !== undefined) return own.keys();
    return this.#meters.has(deviceId) ? [] : DEVICE_FLAGS;
  }

  /** The field that raised the flag; undefined: it is not known. */
  fieldOf(deviceId: string, flag: DeviceFlag): string | undefined {
    const field = this.#meters.get(deviceId)?.get(flag);
    return field === '' ? undefined : field;
  }

  end(deviceId: string, flag: DeviceFlag): void {
    const own = this.#meters.get(deviceId);
    if (own?.delete(flag) === true && own.size === 0) this.#set(deviceId, undefined);
  }

  /** From now on only what is raised here may end. */
  see(deviceId: string): void {
    if (!this.#meters.has(deviceId)) this.#set(deviceId, undefined);
  }
}
