import type { DeviceFindings } from '../../foreign/device-findings.ts';

interface Kept {
  minute: number;
  tsUs: number;
  values: number[];
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
    let tsUs: number | undefined;
    for (const reading of readings)
      if (reading.tsSource === 'gateway') {
        ({ tsUs } = reading);
        break;
      }
    if (tsUs === undefined) return;
    const { deviceId } = device.context;
    const minute = Math.floor(tsUs / MINUTE_US);
    const kept = this.#kept.get(deviceId);
    if (kept !== undefined && kept.minute === minute && isSame(kept.values, readings)) {
      if (kept.tsUs === tsUs) return;
      for (const [index, reading] of readings.entries())
        if (reading.tsSource === 'gateway' && reading.tsUs === tsUs)
          readings[index] = { ...reading, tsUs: kept.tsUs };
      return;
    }
    const values: number[] = [];
    for (const { value } of readings) values.push(value);
    if (kept === undefined) {
      if (this.#kept.size >= MOST_METERS) this.#kept.clear();
      this.#kept.set(deviceId, { minute, tsUs, values });
    } else {
      kept.minute = minute;
      kept.tsUs = tsUs;
      kept.values = values;
    }
  }
}

function isSame(values: readonly number[], readings: DeviceFindings['readings']): boolean {
  if (values.length !== readings.length) return false;
  for (let index = 0; index < values.length; index += 1)
    if (values[index] !== readings[index]?.value) return false;
  return true;
}
