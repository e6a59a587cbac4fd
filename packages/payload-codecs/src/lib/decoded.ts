import type {
  DecodedReading,
  DeviceEvent,
  DeviceKind,
  QuarantineReason,
  Reject,
} from '@verimeter/telemetry';
import type { TopicChannel } from './topic.ts';

/** A decoded reading with the bits of `FLAG` (telemetry) that its times give it. */
export interface FlaggedReading extends DecodedReading {
  readonly flags: number;
}

/**
 * All that a message says. Always `received` = readings + sum of `count` over rejects; what the registry and the store
 * make of the readings is counted there.
 */
export interface Decoded {
  /** Undefined where the topic names none. */
  readonly tenant: string | undefined;
  /** The topic's device; undefined where the topic has not the form. */
  readonly deviceId: string | undefined;
  /** The device that published for `deviceId`. */
  readonly gatewayId: string | undefined;
  readonly channel: TopicChannel | undefined;
  readonly readings: readonly FlaggedReading[];
  readonly rejects: readonly Reject[];
  readonly events: readonly DeviceEvent[];
  /** From the status topic. */
  readonly online: boolean | undefined;
  /** Units of the ledger: one (channel, instant, value). */
  readonly received: number;
  /** Fields of a foreign dialect that name nothing of the catalogue; not received. */
  readonly ignored: number;
  /** Their names, each once. */
  readonly ignoredNames?: readonly string[];
  /** The source whose dialect was spoken; undefined: Verimeter's own topics. */
  readonly source?: string;
  /** What the device is where its quantities do not tell: by what else the message says, or by the class of the source. */
  readonly deviceKind?: DeviceKind | undefined;
  /** Whether something of the message took the receive time for its own: a redelivery has no key to be recognised by. */
  readonly usesArrivalTime: boolean;
}

/** Rejects named one by one; further ones of a message are summed up per reason. */
const MAX_SINGLE_REJECTS = 100;

export interface DecodeContext {
  readonly tenant: string;
  readonly deviceId: string;
  readonly receivedAtUs: number;
}

/** Gathers what a decoder finds in one message. */
export class Findings {
  readonly readings: FlaggedReading[] = [];
  readonly events: DeviceEvent[] = [];
  readonly context: DecodeContext;
  /** Made when it is needed: most messages have none. */
  #single: Reject[] | undefined;
  /** Made when it is needed: few messages have anything to sum up. */
  #summed: Map<QuarantineReason, { reject: Reject; count: number }> | undefined;
  online: boolean | undefined;
  ignored = 0;
  usesArrivalTime = false;
  #rejected = 0;

  constructor(context: DecodeContext) {
    this.context = context;
  }

  /** `tsUs`: see `Reject`. */
  reject(reason: QuarantineReason, field: string, message: string, count = 1, tsUs?: number): void {
    this.#rejected += count;
    const { deviceId } = this.context;
    const time = tsUs === undefined ? {} : { tsUs };
    const reject: Reject = { reason, field, message, deviceId, count, ...time };
    this.#single ??= [];
    if (this.#single.length < MAX_SINGLE_REJECTS) {
      this.#single.push(reject);
      return;
    }
    this.#summed ??= new Map();
    const summed = this.#summed.get(reason);
    if (summed === undefined) this.#summed.set(reason, { reject, count });
    else summed.count += count;
  }

  get received(): number {
    return this.readings.length + this.#rejected;
  }

  get rejects(): Reject[] {
    const single = this.#single ?? [];
    if (this.#summed === undefined) return single;
    const rest = [...this.#summed.values()].map(({ reject, count }) =>
      count === reject.count
        ? reject
        : { ...reject, message: `${reject.message} (first of several, ${count} readings)`, count },
    );
    return [...single, ...rest];
  }
}
