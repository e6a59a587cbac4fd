import type { Dialect } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { nameOf } from '../../foreign/numbers.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';
import { readElectricity } from './electricity.ts';
import { readEnvironment, readPressure } from './environment.ts';
import { readHeat } from './heat.ts';
import { type Medium, mediumOf } from './medium.ts';
import { readPulses } from './pulses.ts';
import { RepeatedTelegrams } from './repeated-telegrams.ts';
import { RaisedFlags, readStatus } from './status.ts';
import { STATUS_FIELDS } from './status-fields.ts';
import { Telegram } from './telegram.ts';
import { readTimes } from './telegram-times.ts';
import { readWater } from './water.ts';

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
 * status, error_flags, …                    status-fields.ts
 * rssi_dbm                                  rssi
 * a_counter, b_counter                      pulses, where the source gives them a weight: pulses.ts
 * …_kwh, …_m3, …_v, …                       by medium: electricity.ts, water.ts, heat.ts, environment.ts
 */

/** Fields that are no values of the meter. */
const HEADER = new Set([
  '_',
  'media',
  'meter',
  'name',
  'id',
  'timestamp',
  'timestamp_ut',
  'timestamp_lt',
  'timestamp_utc',
  'device',
  'telegram',
  'actuality_duration_s',
  'meter_datetime',
  'device_datetime',
  'contents',
  'fabrication_no',
  'manufacturer',
  'version',
  'software_version',
  'model_version',
  ...STATUS_FIELDS,
]);

const READERS: Readonly<Record<Medium, (telegram: Telegram) => void>> = {
  electricity: readElectricity,
  water: readWater,
  heat: readHeat,
  environment: readEnvironment,
  pressure: readPressure,
  uncounted: (telegram) => telegram.knowAll(),
};

export const wmbusmeters: Dialect = {
  name: 'wmbusmeters',
  title: 'wmbusmeters',
  filters: ['wmbusmeters/#'],
  create: () => {
    const memory: Memory = { repeated: new RepeatedTelegrams(), raised: new RaisedFlags() };
    return { decode: (findings) => decode(findings, memory) };
  },
};

/** What is kept of a meter's last telegrams. It is lost with the process, which costs a repetition more. */
interface Memory {
  readonly repeated: RepeatedTelegrams;
  readonly raised: RaisedFlags;
}

function decode(findings: MessageFindings, { repeated, raised }: Memory): void {
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
  const { time, clock } = readTimes(payload, findings.times);
  const telegram = new Telegram(payload, device, time, findings);
  const isPulses = readPulses(telegram, findings, id);
  const medium = mediumOf(nameOf(member(payload, 'media')), findings.settings.deviceClass);
  telegram.isFaulty = readStatus(payload, device, time, clock, medium === 'electricity', raised);
  telegram.point('rssi', 'dBm', 'rssi_dbm');
  if (medium !== undefined) READERS[medium](telegram);
  else if (!isPulses) {
    const media = nameOf(member(payload, 'media')) ?? 'missing';
    const message = `${media} says not what is counted; give the source a class (electricity, water, heat, environment)`;
    device.reject('unknown_quantity', 'media', message);
  }
  ignoreOthers(payload, telegram, findings);
  repeated.settle(device);
}

/** a text with its zeros; in one case, as hexadecimal digits are compared without regard to it. */
function idOf(raw: JsonValue | undefined, topic: string): string | undefined {
  const id = nameOf(raw);
  if (id !== undefined) return id.toLowerCase();
  const last = topic.slice(topic.lastIndexOf('/') + 1);
  return /^[0-9a-f]{8}$/i.test(last) ? last.toLowerCase() : undefined;
}

function ignoreOthers(payload: JsonObject, telegram: Telegram, findings: MessageFindings): void {
  let hasKnown = telegram.hasRead;
  for (const key of Object.keys(payload)) {
    if (HEADER.has(key)) continue;
    if (telegram.isKnown(key)) hasKnown = true;
    else if (!telegram.named(key)) findings.ignore(key);
  }
  // WE-04: a meter may split its values over telegrams, some without any that is kept
  if (hasKnown) findings.silent();
}
