import {
  type Decoded,
  type DialectState,
  type SourceSettings,
  decode,
  decodeForeign,
  findDialect,
} from '@verimeter/payload-codecs';
import { flagNames, formatTimestamp } from '@verimeter/telemetry';

/** What a message would be, value by value; nothing is stored. */
export interface Trial {
  readonly dialect: string;
  readonly readings: readonly {
    readonly device_id: string;
    readonly quantity: string;
    readonly value: number;
    readonly unit: string;
    readonly ts: string;
    readonly ts_source: string;
    readonly quality: readonly string[];
  }[];
  readonly events: readonly {
    readonly device_id: string;
    readonly event: string;
    readonly state: string;
    readonly ts: string;
    readonly detail: string | null;
  }[];
  readonly rejects: readonly {
    readonly device_id: string | null;
    readonly reason: string;
    readonly field: string;
    readonly message: string;
    readonly count: number;
  }[];
  /** Fields that mean nothing to the dialect. */
  readonly unknown_fields: readonly string[];
}

export interface TrialMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  readonly receivedAtUs: number;
  readonly retain: boolean;
}

/**
 * What a message says to a dialect with these settings, or to Verimeter's own decoder where none is named. `remembered`: what the decoder of the
 * source knows of earlier messages.
 */
export function tryMessage(
  message: TrialMessage,
  source?: {
    readonly dialect: string;
    readonly settings: SourceSettings;
    readonly remembered: DialectState;
  },
): Trial {
  const dialect = source === undefined ? undefined : findDialect(source.dialect);
  const parts =
    source === undefined || dialect === undefined
      ? [decode(message.topic, message.payload, message)]
      : decodeForeign(
          dialect.create(source.settings, source.remembered),
          { ...message, replayed: true },
          source.settings,
        ).parts;
  return trialOf(dialect?.name ?? 'native', parts, message);
}

function trialOf(dialect: string, parts: readonly Decoded[], message: TrialMessage): Trial {
  const begun = new Set<string>();
  return {
    dialect,
    readings: parts.flatMap(({ readings }) =>
      readings
        // what a retained message says of the time of its arrival is old
        .filter(({ tsSource }) => !(message.retain && tsSource === 'arrival'))
        .map((reading) => ({
          device_id: reading.deviceId,
          quantity: reading.quantity,
          value: reading.value,
          unit: reading.unit ?? '',
          ts: formatTimestamp(reading.tsUs),
          ts_source: reading.tsSource,
          quality: flagNames(reading.flags),
        })),
    ),
    events: parts.flatMap(({ events }) =>
      events.flatMap(({ deviceId, event, state, tsUs, detail, repeats }) => {
        const key = `${deviceId}/${event}`;
        if (state !== 'cleared') begun.add(key);
        // The end of what has not begun is no event.
        else if (repeats === true && !begun.has(key)) return [];
        const ts = formatTimestamp(tsUs);
        return [{ device_id: deviceId, event, state, ts, detail: detail ?? null }];
      }),
    ),
    rejects: parts.flatMap(({ rejects }) =>
      rejects.map(({ deviceId, reason, field, message: text, count }) => ({
        device_id: deviceId ?? null,
        reason,
        field,
        message: text,
        count,
      })),
    ),
    unknown_fields: [...new Set(parts.flatMap(({ ignoredNames }) => ignoredNames ?? []))],
  };
}
