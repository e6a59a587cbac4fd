import type { QuarantineReason, Reject } from '@verimeter/telemetry';
import type { Decoded } from '../decoded.ts';
import { MAX_PAYLOAD_BYTES, type JsonValue, printable } from '../json.ts';
import { DeviceFindings } from './device-findings.ts';
import { deviceIdOf } from './device-names.ts';
import { parseForeignJson } from './foreign-json.ts';
import type { DialectMessage, SourceSettings } from './source.ts';
import type { TimeContext } from './times.ts';

/** What a dialect asks to be published, such as a Sparkplug rebirth request. */
export interface Command {
  readonly topic: string;
  readonly payload: Uint8Array;
}

/** Names of unknown fields that are told; a message with more is telling nothing. */
const MOST_IGNORED_NAMES = 50;

/** Gathers what a dialect finds in one message, device by device. */
export class MessageFindings {
  readonly message: DialectMessage;
  readonly settings: SourceSettings;
  /** For times without a zone. */
  readonly times: TimeContext;
  readonly commands: Command[] = [];
  readonly #devices = new Map<string, DeviceFindings>();
  readonly #rejects: Reject[] = [];
  readonly #ignored = new Map<string, number>();
  #isSilent = false;

  constructor(message: DialectMessage, settings: SourceSettings) {
    this.message = message;
    this.settings = settings;
    this.times = { receivedAtUs: message.receivedAtUs, zone: settings.zone };
  }

  /** The payload as JSON; undefined where it is none, which is rejected then. */
  json(): JsonValue | undefined {
    const { payload } = this.message;
    if (payload.length > MAX_PAYLOAD_BYTES) {
      const most = `at most ${MAX_PAYLOAD_BYTES}: split the message`;
      this.reject('too_large', '', `${payload.length} bytes; ${most}`);
      return undefined;
    }
    const parsed = parseForeignJson(payload);
    if (parsed.ok) return parsed.value;
    this.reject(parsed.reason, '', parsed.message);
    return undefined;
  }

  /**
   * What is said of a device as the dialect names it; `channel` where the device has several of one quantity. Undefined where no device
   * id can be made of the name, which is rejected then: `count` readings are lost.
   */
  device(raw: string, channel = '', count = 1): DeviceFindings | undefined {
    const key = channel === '' ? raw : `${raw}\0${channel}`;
    const known = this.#devices.get(key);
    if (known !== undefined) return known;
    const id = deviceIdOf(raw, channel, this.message.topic, this.settings);
    if (id === undefined) {
      const message = `no device id can be made of ${printable(raw)}; give the source a rule or a name for it`;
      this.reject('topic_mismatch', '', message, count);
      return undefined;
    }
    const { tenant, units, names } = this.settings;
    const { receivedAtUs } = this.message;
    const own = new DeviceFindings({ tenant, deviceId: id, receivedAtUs }, { units, names });
    this.#devices.set(key, own);
    return own;
  }

  /** What concerns no device that could be told. */
  reject(reason: QuarantineReason, field: string, message: string, count = 1): void {
    this.#rejects.push({ reason, field, message, count });
  }

  /** a field that means nothing here. */
  ignore(name: string): void {
    const key = this.#ignored.size < MOST_IGNORED_NAMES ? printable(name) : '…';
    this.#ignored.set(key, (this.#ignored.get(key) ?? 0) + 1);
  }

  /** The message has nothing to say and that is as it should be: it does not end in quarantine. */
  silent(): void {
    this.#isSilent = true;
  }

  /**
   * One account for each device, and one for what concerns none. A message that says nothing usable, and is not meant to, is one received and
   * one rejected reading.
   */
  finish(): Decoded[] {
    const { source, channel } = { source: this.settings.name, channel: undefined };
    const ignoredNames = [...this.#ignored.keys()];
    let ignored = 0;
    for (const count of this.#ignored.values()) ignored += count;
    const parts: Decoded[] = [];
    let saysNothing = this.#rejects.length === 0 && !this.#isSilent;
    for (const device of this.#devices.values()) {
      const decoded = device.finish();
      ignored += decoded.ignored;
      if (decoded.received > 0 || decoded.events.length > 0 || decoded.online !== undefined)
        parts.push({ ...decoded, source });
      if (parts.length > 0 || device.hasMissing) saysNothing = false;
    }
    if (saysNothing) {
      const names = ignoredNames.slice(0, 10).join(', ');
      const what = names === '' ? '' : ` (its fields: ${names})`;
      this.reject('unknown_quantity', '', `the message holds no value that is known here${what}`);
    }
    if (this.#rejects.length > 0 || parts.length === 0) {
      let received = 0;
      for (const { count } of this.#rejects) received += count;
      parts.push({
        tenant: this.settings.tenant,
        deviceId: undefined,
        gatewayId: undefined,
        channel,
        source,
        readings: [],
        rejects: this.#rejects,
        events: [],
        online: undefined,
        received,
        ignored: 0,
        usesArrivalTime: false,
      });
    }
    const [first, ...rest] = parts;
    return first === undefined ? [] : [{ ...first, ignored, ignoredNames }, ...rest];
  }
}
