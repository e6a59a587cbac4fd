import type { QuarantineReason, Reject } from '@verimeter/telemetry';
import type { Decoded } from '../decoded.ts';
import { MAX_PAYLOAD_BYTES, type JsonValue, printable } from '../json.ts';
import { DeviceFindings } from './device-findings.ts';
import { deviceIdOf } from './device-names.ts';
import { parseForeignJson, textOf } from './foreign-json.ts';
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
  #commands: Command[] | undefined;
  /** Almost every message is about one device. */
  #firstKey = '';
  #first: DeviceFindings | undefined;
  #others: Map<string, DeviceFindings> | undefined;
  #rejects: Reject[] | undefined;
  #ignored: Set<string> | undefined;
  #ignoredFields = 0;
  #isSilent = false;

  constructor(message: DialectMessage, settings: SourceSettings) {
    this.message = message;
    this.settings = settings;
    this.times = { receivedAtUs: message.receivedAtUs, zone: settings.zone };
  }

  #isTooLarge(): boolean {
    const { length } = this.message.payload;
    if (length <= MAX_PAYLOAD_BYTES) return false;
    this.reject(
      'too_large',
      '',
      `${length} bytes; at most ${MAX_PAYLOAD_BYTES}: split the message`,
    );
    return true;
  }

  /** The payload as text, for dialects that are not JSON; undefined where it is too large, which is rejected then. */
  text(): string | undefined {
    return this.#isTooLarge() ? undefined : textOf(this.message.payload);
  }

  /** The payload as JSON; undefined where it is none, which is rejected then, or empty: that only clears a retained topic. */
  json(): JsonValue | undefined {
    if (this.message.payload.length === 0) {
      this.#isSilent = true;
      return undefined;
    }
    if (this.#isTooLarge()) return undefined;
    const parsed = parseForeignJson(this.message.payload);
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
    const known = key === this.#firstKey ? this.#first : this.#others?.get(key);
    if (known !== undefined) return known;
    const id = deviceIdOf(raw, channel, this.message.topic, this.settings);
    if (id === undefined) {
      const message =
        raw.trim() === ''
          ? 'neither payload nor topic names a device; give the source a rule for device ids, such as {topic:2}'
          : `no device id can be made of ${printable(raw)}; give the source a rule or a name for it`;
      this.reject('topic_mismatch', '', message, count);
      return undefined;
    }
    const { settings, message } = this;
    const { receivedAtUs } = message;
    const own = new DeviceFindings(
      { tenant: settings.tenant, deviceId: id, receivedAtUs },
      settings,
    );
    if (this.#first === undefined) {
      this.#first = own;
      this.#firstKey = key;
    } else {
      this.#others ??= new Map();
      this.#others.set(key, own);
    }
    return own;
  }

  /** What concerns no device that could be told. */
  reject(reason: QuarantineReason, field: string, message: string, count = 1): void {
    this.#rejects ??= [];
    this.#rejects.push({ reason, field, message, count });
  }

  /** Asks for something to be published. */
  command(command: Command): void {
    this.#commands ??= [];
    this.#commands.push(command);
  }

  get commands(): readonly Command[] {
    return this.#commands ?? NONE;
  }

  /** a field that means nothing here. */
  ignore(name: string): void {
    this.#ignoredFields += 1;
    this.#ignored ??= new Set();
    if (this.#ignored.size < MOST_IGNORED_NAMES) this.#ignored.add(printable(name));
  }

  /** The message has nothing to say and that is as it should be: it does not end in quarantine. */
  silent(): void {
    this.#isSilent = true;
  }

  /**
   * One account for each device, and one for what concerns none. A message that says nothing usable, and is not meant to, is one received and
   * one rejected reading.
   */
  finish(): readonly Decoded[] {
    const first = this.#partOf(this.#first);
    // Nearly every message: one device, and nothing beside it
    if (first !== undefined && this.#others === undefined && this.#rejects === undefined)
      return [this.#withIgnored(first)];
    const parts = first === undefined ? [] : [first];
    let saysNothing = !this.#isSilent && first === undefined && this.#first?.hasMissing !== true;
    if (this.#others !== undefined)
      for (const device of this.#others.values()) {
        const part = this.#partOf(device);
        if (part !== undefined) parts.push(part);
        if (part !== undefined || device.hasMissing) saysNothing = false;
      }
    if (saysNothing && this.#rejects === undefined) {
      const names = [...(this.#ignored ?? [])].slice(0, 10).join(', ');
      const what = names === '' ? '' : ` (its fields: ${names})`;
      this.reject('unknown_quantity', '', `the message holds no value that is known here${what}`);
    }
    if (this.#rejects !== undefined || parts.length === 0) parts.push(this.#ofNoDevice());
    if (parts[0] !== undefined) this.#withIgnored(parts[0]);
    return parts;
  }

  /** Undefined where the device says nothing. */
  #partOf(device: DeviceFindings | undefined): Writable<Decoded> | undefined {
    return device?.saysSomething === true ? device.finish(this.settings.name) : undefined;
  }

  /** Fields that mean nothing are accounted for with the first part. */
  #withIgnored(part: Writable<Decoded>): Decoded {
    if (this.#ignored !== undefined) {
      part.ignored = this.#ignoredFields;
      part.ignoredNames = [...this.#ignored];
    }
    return part;
  }

  #ofNoDevice(): Writable<Decoded> {
    const rejects = this.#rejects ?? [];
    return {
      tenant: this.settings.tenant,
      deviceId: undefined,
      gatewayId: undefined,
      channel: undefined,
      readings: [],
      rejects,
      events: [],
      online: undefined,
      received: rejects.reduce((sum, { count }) => sum + count, 0),
      ignored: 0,
      usesArrivalTime: false,
      source: this.settings.name,
    };
  }
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };
const NONE: readonly Command[] = [];
