import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { PointTime } from '../../foreign/times.ts';
import type { JsonObject, JsonValue } from '../../json.ts';

/** Names that never become a point: other windows of time, parts of a total, billing, electronics. */
const NO_POINT =
  /^(?:min|max|minimum|maximum|average|partial|target|prev|previous|historic|history|last|due|set|consumption_at|battery|reactive|apparent|nominal)_|^(?:historic|status|current_status)$|_(?:date|datetime|h|s|y|nr|counter|factor|month|hca|m3c|txt)$|_at_|_month_/;

/** One telegram while it is read: its values and which of its fields were understood. */
export class Telegram {
  readonly payload: JsonObject;
  readonly device: DeviceFindings;
  readonly time: PointTime;
  readonly findings: MessageFindings;
  /** The status tells of a fault that there is now. */
  isFaulty = false;
  readonly #read = new Set<string>();
  #knowsAll = false;

  constructor(
    payload: JsonObject,
    device: DeviceFindings,
    time: PointTime,
    findings: MessageFindings,
  ) {
    this.payload = payload;
    this.device = device;
    this.time = time;
    this.findings = findings;
  }

  get hasRead(): boolean {
    return this.#read.size > 0;
  }

  value(key: string): JsonValue | undefined {
    return Object.hasOwn(this.payload, key) ? this.payload[key] : undefined;
  }

  number(key: string): number | undefined {
    return numberOf(this.value(key));
  }

  /** A field whose meaning is known and that is no reading by itself. */
  know(...keys: readonly string[]): void {
    for (const key of keys) if (Object.hasOwn(this.payload, key)) this.#read.add(key);
  }

  /** All fields are of something that has no quantity. */
  knowAll(): void {
    this.#knowsAll = true;
  }

  isKnown(key: string): boolean {
    return this.#knowsAll || this.#read.has(key) || (NO_POINT.test(key) && !this.#isNamed(key));
  }

  #isNamed(key: string): boolean {
    return Object.hasOwn(this.findings.settings.names, key);
  }

  /** A field that only the source's own names explain. */
  named(key: string): boolean {
    return this.#isNamed(key) && this.device.named(key, this.value(key), this.time, key);
  }

  /** The first of the fields that has a value becomes the point; the others tell the same in other words. Whether there was one. */
  point(quantity: string, unit: string, ...keys: readonly string[]): boolean {
    return this.flaggedPoint(0, quantity, unit, keys);
  }

  /** @param flags bits of `FLAG` */
  flaggedPoint(flags: number, quantity: string, unit: string, keys: readonly string[]): boolean {
    let seen: string | undefined;
    for (const key of keys) {
      const raw = this.value(key);
      if (raw === undefined || this.#isNamed(key)) continue;
      this.#read.add(key);
      if (seen === undefined || isMissing(this.value(seen))) seen = key;
    }
    if (seen === undefined) return false;
    const raw = this.value(seen);
    this.device.point(quantity, raw, unit, this.time, seen, flags);
    return !isMissing(raw);
  }

  /** A value that was computed of fields that were read. */
  computed(quantity: string, unit: string, value: number, field: string, flags = 0): void {
    this.device.point(quantity, value, unit, this.time, field, flags);
  }
}

/** Null, empty and the like: the field says nothing. */
function isMissing(raw: JsonValue | undefined): boolean {
  return (
    raw === undefined || raw === null || (typeof raw === 'string' && numberOf(raw) === undefined)
  );
}
