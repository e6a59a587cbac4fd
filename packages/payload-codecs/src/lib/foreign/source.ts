/** What the meters of a source count; decides where a payload does not. */
export const DEVICE_CLASSES = ['electricity', 'water', 'heat', 'environment'] as const;
export type DeviceClass = (typeof DEVICE_CLASSES)[number];

/** What a field of a free-form dialect is. */
export interface NamedField {
  /** Of the catalogue. */
  readonly quantity: string;
  /** As written by a person or a sender; undefined: the quantity's own. */
  readonly unit?: string | undefined;
}

/**
 * What an operator says of the devices behind a topic filter. A payload of theirs cannot say it: zone, class, the weight of a pulse, the
 * meaning of free names.
 */
export interface SourceSettings {
  readonly tenant: string;
  /** Name of the source within its tenant. */
  readonly name: string;
  /** Topic filter; a dialect may read from it where its own part of a topic begins. */
  readonly filter: string;
  /** IANA zone or fixed offset such as +01:00 of local times without an offset. */
  readonly zone: string;
  readonly deviceClass?: DeviceClass;
  readonly phases?: 1 | 3;
  /** What one pulse of a counter is: 0.01 of `water_volume` is 10 l. */
  readonly pulse?: { readonly quantity: string; readonly weight: number };
  /** Unit of a field, by the dialect's own name of it or by quantity, where the sender states none or a wrong one. */
  readonly units: Readonly<Record<string, string>>;
  /** Meaning of free-form field names. */
  readonly names: Readonly<Record<string, NamedField>>;
  /** Device id of a device as the dialect names it, where the rule does not give it. */
  readonly devices: Readonly<Record<string, string>>;
  /** `{id}` is the dialect's own id of the device, `{topic:N}` level N of the topic, from 1. */
  readonly deviceId: string;
  /** Settings of one dialect only; each says in its file which. */
  readonly options: Readonly<Record<string, boolean | number | string>>;
}

/** No units stated by the operator, which is the rule. */
export const NO_UNITS: SourceSettings['units'] = {};

/** Settings with everything that an operator may leave out. */
export function sourceSettings(
  given: Pick<SourceSettings, 'tenant' | 'name' | 'filter'> & Partial<SourceSettings>,
): SourceSettings {
  return {
    zone: 'UTC',
    units: NO_UNITS,
    names: {},
    devices: {},
    deviceId: '{id}',
    options: {},
    ...given,
  };
}

/** A message on a topic of a source. */
export interface DialectMessage {
  readonly topic: string;
  readonly payload: Uint8Array;
  /** Microseconds since 1970. */
  readonly receivedAtUs: number;
  /** Repeated by the broker because it was retained. */
  readonly retain: boolean;
  /** Taken from quarantine: it says nothing of the order in which messages come. */
  readonly replayed?: boolean;
}
