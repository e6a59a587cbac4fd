import type { DeviceFindings } from '../../foreign/device-findings.ts';

interface Kept {
  readonly minute: number;
  readonly tsUs: number;
  readonly values: readonly number[];
}

const MINUTE_US = 60e6;
/** Meters that are remembered; beyond, memory starts afresh and a repetition costs a reading more. */
const MOST_METERS = 50_000;

/**
 * WW-09: a meter sends the same telegram every 8 to 16 s and several receivers hear it. Values that are all those of a telegram of the same
 * minute have its time, so that they are found to be stored already.
 */
export class RepeatedTelegrams {
  readonly #kept = new Map<string, Kept>();

  /** Gives the readings of a device the time of the telegram that they repeat. */
  settle(device: DeviceFindings): void {
    const { readings } = device;
    const stamped = readings.find(({ tsSource }) => tsSource === 'gateway');
    if (stamped === undefined) return;
    const { tsUs } = stamped;
    const minute = Math.floor(tsUs / MINUTE_US);
    const { deviceId } = device.context;
    const values = readings.map(({ value }) => value);
    const kept = this.#kept.get(deviceId);
    if (
      kept === undefined ||
      kept.minute !== minute ||
      kept.values.length !== values.length ||
      !kept.values.every((value, index) => value === values[index])
    ) {
      if (this.#kept.size >= MOST_METERS) this.#kept.clear();
      this.#kept.set(deviceId, { minute, tsUs, values });
      return;
    }
    for (const [index, reading] of readings.entries())
      if (reading.tsSource === 'gateway' && reading.tsUs === tsUs)
        readings[index] = { ...reading, tsUs: kept.tsUs };
  }
}
