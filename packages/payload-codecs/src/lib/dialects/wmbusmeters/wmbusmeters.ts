import type { Dialect } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { nameOf } from '../../foreign/numbers.ts';
import { remembered } from '../../foreign/remember.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import { type JsonValue, isObject, member } from '../../json.ts';
import { ELECTRICITY, readElectricity } from './electricity.ts';
import { ENVIRONMENT, PRESSURE } from './environment.ts';
import { FieldIndex, KNOWN } from './fields.ts';
import { HEAT } from './heat.ts';
import { KIND_OF_MEDIUM, type Medium, mediumOf } from './medium.ts';
import { readPulses } from './pulses.ts';
import { RaisedFlags } from './raised-flags.ts';
import { RepeatedTelegrams } from './repeated-telegrams.ts';
import { StatusTexts, readStatus } from './status.ts';
import { Telegram } from './telegram.ts';
import { readTimes } from './telegram-times.ts';
import { StoredDates, WATER, readStored } from './water.ts';

/*
 * topic   = free, normally "wmbusmeters/" id
 * payload = one JSON object a telegram, flat: name_unit: number / text / null
 *
 * field                                     meaning
 * _, name, meter, device                    "telegram", label, driver, receiver
 * media                                     decides what the registers count: medium.ts
 * id                                        8 digits or hexadecimal digits of the meter; leading zeros matter
 * timestamp                                 reception by the radio receiver, UTC
 * actuality_duration_s                      how long before it was measured
 * meter_datetime, device_datetime           clock of the meter, local: telegram-times.ts
 * status, error_flags, …                    words: status.ts
 * rssi_dbm                                  rssi
 * a_counter, b_counter                      pulses, where the source gives them a weight: pulses.ts
 * …_kwh, …_m3, …_v, …                       by medium: electricity.ts, water.ts, heat.ts, environment.ts; what a name is: fields.ts
 */

/** What is kept of the meters' last telegrams. It is lost with the process, which costs a repetition more. */
interface Decoder {
  readonly indexes: Readonly<Record<Medium | 'untold', FieldIndex>>;
  readonly repeated: RepeatedTelegrams;
  readonly raised: RaisedFlags;
  readonly texts: StatusTexts;
  readonly dates: StoredDates;
}

const NO_FIELDS = { slots: [] };

export const wmbusmeters: Dialect = {
  name: 'wmbusmeters',
  title: 'wmbusmeters',
  filters: ['wmbusmeters/#'],
  create: (settings) => {
    const decoder: Decoder = {
      indexes: indexesOf(settings),
      repeated: new RepeatedTelegrams(),
      raised: new RaisedFlags(),
      texts: new StatusTexts(),
      dates: new StoredDates(),
    };
    return { decode: (findings) => decode(findings, decoder) };
  },
};

function indexesOf({ names }: SourceSettings): Decoder['indexes'] {
  const named = Object.keys(names);
  return {
    electricity: new FieldIndex(ELECTRICITY, named),
    water: new FieldIndex(WATER, named),
    heat: new FieldIndex(HEAT, named),
    environment: new FieldIndex(ENVIRONMENT, named),
    pressure: new FieldIndex(PRESSURE, named),
    uncounted: new FieldIndex(NO_FIELDS, named, KNOWN),
    untold: new FieldIndex(NO_FIELDS, named),
  };
}

function decode(
  findings: MessageFindings,
  { indexes, repeated, raised, texts, dates }: Decoder,
): void {
  const payload = findings.json();
  if (payload === undefined) return;
  if (!isObject(payload)) {
    findings.reject('wrong_type', '', 'a telegram is an object of fields');
    return;
  }
  const id = idOf(member(payload, 'id'), findings.message.topic);
  if (id === undefined) {
    findings.reject('malformed', 'id', 'names no meter; wmbusmeters writes its number here');
    return;
  }
  const device = findings.device(id);
  if (device === undefined) return;
  const media = nameOf(member(payload, 'media'));
  const medium = mediumOf(media, findings.settings.deviceClass);
  if (medium !== undefined) device.kind = KIND_OF_MEDIUM[medium];
  const telegram = new Telegram(payload, device, findings, indexes[medium ?? 'untold']);
  const clock = readTimes(telegram, media);
  const isFaulty = readStatus(telegram, clock, medium === 'electricity', raised, texts);
  if (medium === 'electricity') readElectricity(telegram, isFaulty);
  else telegram.addAll();
  if (telegram.named !== undefined) telegram.addNamed();
  if (telegram.stored !== undefined) readStored(telegram, dates);
  if (telegram.pulses !== undefined) readPulses(telegram, id);
  else if (medium === undefined) {
    const message = `${media ?? 'missing'} does not say what is counted; give the source a class (electricity, water, heat, environment)`;
    device.reject('unknown_quantity', 'media', message);
  }
  // WE-04: a meter may split its values over telegrams, some without any that is kept
  if (telegram.hasKnown) findings.silent();
  repeated.settle(device);
}

/** a text with its zeros; in one case, as hexadecimal digits are compared without regard to it. */
function idOf(raw: JsonValue | undefined, topic: string): string | undefined {
  if (typeof raw === 'string' && raw !== '') return idOfText(raw) || idOfTopic(topic);
  const id = nameOf(raw);
  return id === undefined ? idOfTopic(topic) : id.toLowerCase();
}

/** Empty: the text is. */
const idOfText = remembered((text) => text.trim().toLowerCase());

function idOfTopic(topic: string): string | undefined {
  const last = topic.slice(topic.lastIndexOf('/') + 1);
  return /^[0-9a-f]{8}$/i.test(last) ? last.toLowerCase() : undefined;
}
