import {
  EARLIEST_TS_US,
  FUTURE_QUARANTINE_US,
  findQuantity,
  isDeviceFlag,
} from '@verimeter/telemetry';
import { ChannelNames } from '../../foreign/channel-names.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { Dialect } from '../../foreign/dialect.ts';
import { firstKept } from '../../foreign/merge-memory.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import { type PointTime, arrivalTime, earlier, epochTime } from '../../foreign/times.ts';
import {
  type JsonObject,
  type JsonValue,
  MAX_PAYLOAD_BYTES,
  isObject,
  printable,
  typeName,
} from '../../json.ts';
import { convert, findMeasure, findSum } from '../../senml-measures.ts';
import { isCborArray, parseCborPack } from './cbor-pack.ts';
import { type Meaning, type Name, Names } from './names.ts';

/*
 * RFC 8428 (units also RFC 8798) on topics of somebody else, such as Magistrala's m/DOMAIN/c/CHANNEL/…; JSON, or CBOR (cbor-pack.ts).
 * pack    = array of records ; record = { [bn] [bt] [bu] [bv] [bs] [bver] [n] [u] ( v / vs / vb / vd ) [s] [t] [ut] }
 * name    = bn n = device separator measure ; separator = the last ":" or "/", or the last one of the option `split`
 * device  = text ; of "urn:dev:os:32473-pit31" (RFC 9039, also org, ops, mac, ow) what identifies it: pit31
 * time    = bt + t, seconds since 1970; below 2^28 relative to the arrival
 * unit    = u, else bu ; value = bv + v ; sum = bs + s, the integral of the value over time
 * measure = what the source says of its name, else a quantity of the catalogue, else what its unit and the words in the name say;
 *           vb of a measure that is called as a state of a device (leak, tamper, …) is an event
 */

const RELATIVE_BELOW_S = 2 ** 28;
const HIGHEST_VERSION = 10;
const URN = /^urn:dev:(?:(?:os|org|ops):\d+-|(?:mac|ow):)(.+)$/i;

export const senml: Dialect = {
  name: 'senml',
  title: 'SenML (JSON and CBOR)',
  filters: ['m/+/c/#'],
  options: {
    split:
      'text whose last occurrence in a name ends the device and begins the measure; default: the last : or /',
  },
  create: (settings, state = new Map()) => {
    const given = settings.options['split'];
    const separator = typeof given === 'string' && given !== '' ? given : undefined;
    const source: Source = {
      settings,
      channels: new ChannelNames(state),
      names: new Names((name) => split(name, separator)),
    };
    return {
      state,
      decode: (findings) => decode(findings, source),
      merge: (_, kept, own) => firstKept(kept, own),
    };
  },
};

interface Source {
  readonly settings: SourceSettings;
  readonly channels: ChannelNames;
  readonly names: Names;
}

interface Pack {
  readonly findings: MessageFindings;
  readonly source: Source;
  name: string;
  time: number;
  unit: string;
  value: number;
  sum: number;
}

/** The content of one record. */
interface Content {
  readonly name: string;
  readonly unit: string;
  readonly time: number;
  readonly value: JsonValue | undefined;
  readonly sum: JsonValue | undefined;
  readonly flag: JsonValue | undefined;
  /** It has text or data. */
  readonly hasText: boolean;
}

function decode(findings: MessageFindings, source: Source): void {
  const records = readPack(findings);
  if (records === undefined) return;
  if (!Array.isArray(records) || records.length === 0) {
    findings.reject('wrong_type', '', 'a SenML pack is an array of at least one record');
    return;
  }
  const pack: Pack = { findings, source, name: '', time: 0, unit: '', value: 0, sum: 0 };
  for (let index = 0; index < records.length; index += 1) {
    const record = records[index] ?? null;
    if (isObject(record)) readRecord(record, index, pack);
    else
      findings.reject('wrong_type', `[${index}]`, `a record is an object, not ${typeName(record)}`);
  }
}

function readPack(findings: MessageFindings): JsonValue | undefined {
  const { payload } = findings.message;
  if (!isCborArray(payload[0]) || payload.length > MAX_PAYLOAD_BYTES) return findings.json();
  const parsed = parseCborPack(payload);
  if (parsed.ok) return parsed.value;
  findings.reject(parsed.reason, '', parsed.message);
  return undefined;
}

function readRecord(record: JsonObject, index: number, pack: Pack): void {
  const { findings } = pack;
  let name: string | undefined;
  let unit: string | undefined;
  let time: JsonValue | undefined;
  let value: JsonValue | undefined;
  let sum: JsonValue | undefined;
  let flag: JsonValue | undefined;
  let version: JsonValue | undefined;
  let hasText = false;
  let notUnderstood: string | undefined;
  // Base fields count also of a record that is refused: those behind it are of its device.
  for (const key in record) {
    const raw = record[key];
    switch (key) {
      case 'n':
        name = textOf(raw);
        break;
      case 'u':
        unit = textOf(raw);
        break;
      case 'v':
        value = raw;
        break;
      case 't':
        time = raw;
        break;
      case 's':
        sum = raw;
        break;
      case 'vb':
        flag = raw;
        break;
      case 'vs':
      case 'vd':
        hasText = true;
        break;
      case 'bn':
        pack.name = textOf(raw) ?? pack.name;
        break;
      case 'bt':
        pack.time = numberOf(raw) ?? pack.time;
        break;
      case 'bu':
        pack.unit = textOf(raw) ?? pack.unit;
        break;
      case 'bv':
        pack.value = numberOf(raw) ?? pack.value;
        break;
      case 'bs':
        pack.sum = numberOf(raw) ?? pack.sum;
        break;
      case 'bver':
        version = raw;
        break;
      case 'ut':
        break;
      default:
        if (notUnderstood !== undefined) break;
        if (key.endsWith('_')) notUnderstood = key;
        else findings.ignore(key);
    }
  }
  if (notUnderstood !== undefined) {
    const message = 'a field that ends in _ must be understood (RFC 8428, 4.4), this one is not';
    const field = `[${index}].${printable(notUnderstood)}`;
    findings.reject('malformed', field, message, unitsOf(record));
    return;
  }
  const number = numberOf(version);
  if (number !== undefined && number > HIGHEST_VERSION) {
    const message = `SenML version ${number}; up to ${HIGHEST_VERSION} is understood`;
    findings.reject('malformed', `[${index}].bver`, message, unitsOf(record));
    return;
  }
  if (value === undefined && sum === undefined && flag === undefined && !hasText) return;
  const content: Content = {
    name: name ?? '',
    unit: unit ?? pack.unit,
    time: pack.time + (numberOf(time) ?? 0),
    value,
    sum,
    flag,
    hasText,
  };
  readContent(content, index, pack);
}

/** Readings that a record means to bring. */
function unitsOf(record: JsonObject): number {
  return Math.max(Number(Object.hasOwn(record, 'v')) + Number(Object.hasOwn(record, 's')), 1);
}

const textOf = (raw: JsonValue | undefined): string | undefined =>
  typeof raw === 'string' ? raw : undefined;

function readContent(content: Content, index: number, pack: Pack): void {
  const { findings, source } = pack;
  const { unit, value, sum, flag } = content;
  const name = source.names.of(pack.name, content.name);
  const { device, measure, label } = name;
  const time = timeOf(content.time, findings);
  if (value !== undefined) {
    const own = meaningOf(name, unit, source.settings);
    if (own === undefined) findings.ignore(measure);
    else if (own === 'bad_unit') {
      const message = `${label} cannot be in ${printable(unit)}`;
      findings.reject('bad_unit', `[${index}].v`, message);
    } else {
      const target = deviceOf(device, own.quantity, measure, pack);
      target?.point(own.quantity, sumOf(pack.value, value), own.unit, time, label);
    }
  }
  if (sum !== undefined) {
    const total = findSum(unit);
    const quantity = classed(total?.quantity, findings.settings);
    const number = numberOf(sumOf(pack.sum, sum));
    if (total === undefined || quantity === undefined) findings.ignore(`${label} (sum)`);
    else {
      const target = deviceOf(device, quantity, measure, pack);
      const raw = number === undefined ? sum : convert(number, total.factor);
      target?.point(quantity, raw, total.unit, time, `${label} (sum)`);
    }
  }
  if (typeof flag === 'boolean' && isDeviceFlag(measure))
    findings.device(device)?.event(measure, flag ? 'active' : 'cleared', time);
  else if (flag !== undefined || content.hasText) {
    findings.ignore(measure);
    findings.silent();
  }
}

/** What a name means in a unit: the last one is remembered, and a name hardly ever has another. */
function meaningOf(name: Name, unit: string, settings: SourceSettings): Meaning {
  if (name.unit !== unit) {
    name.meaning = measureOf(name.measure, unit, settings);
    name.unit = unit;
  }
  return name.meaning;
}

function deviceOf(
  device: string,
  quantity: string,
  measure: string,
  { findings, source }: Pack,
): DeviceFindings | undefined {
  const learns = findings.message.replayed !== true;
  return findings.device(device, source.channels.channelOf(device, quantity, measure, learns));
}

/** Base value and value; a text that is no number, and null, stay what they are. */
function sumOf(base: number, raw: JsonValue): JsonValue {
  const value = numberOf(raw);
  return value === undefined || base === 0 ? raw : base + value;
}

function split(name: string, separator: string | undefined): Name {
  const at =
    separator === undefined
      ? Math.max(name.lastIndexOf(':'), name.lastIndexOf('/'))
      : name.lastIndexOf(separator);
  if (at < 0) return nameOf('', name);
  let device = name.slice(0, at);
  while (device.endsWith(':') || device.endsWith('/')) device = device.slice(0, -1);
  return nameOf(URN.exec(device)?.[1] ?? device, name.slice(at + (separator?.length ?? 1)));
}

const nameOf = (device: string, measure: string): Name => ({
  device,
  measure,
  label: printable(measure),
  unit: undefined,
  meaning: undefined,
});

/** SE-03. */
function timeOf(seconds: number, findings: MessageFindings): PointTime {
  const { receivedAtUs } = findings.message;
  if (seconds >= RELATIVE_BELOW_S) return epochTime(seconds, receivedAtUs);
  if (seconds === 0) return arrivalTime(receivedAtUs);
  const tsUs = receivedAtUs + seconds * 1e6;
  return tsUs >= EARLIEST_TS_US && tsUs <= receivedAtUs + FUTURE_QUARANTINE_US
    ? earlier(arrivalTime(receivedAtUs), -seconds * 1e6)
    : arrivalTime(receivedAtUs, String(seconds));
}

/** By unit alone, beside those that {@link findMeasure} knows. */
const BY_UNIT: Readonly<Record<string, string>> = {
  J: 'active_energy_import',
  vars: 'reactive_energy_import',
};

/** What a measure is; undefined: nothing of the catalogue. */
function measureOf(measure: string, unit: string, settings: SourceSettings): Meaning {
  const { names } = settings;
  const named = Object.hasOwn(names, measure) ? names[measure] : undefined;
  if (named !== undefined) return { quantity: named.quantity, unit: named.unit ?? unit };
  if (findQuantity(measure) !== undefined) return { quantity: measure, unit };
  const found = findMeasure(measure, unit);
  if (!found.ok && found.reason === 'bad_unit') return 'bad_unit';
  const byUnit = Object.hasOwn(BY_UNIT, unit) ? BY_UNIT[unit] : undefined;
  const quantity = classed(found.ok ? found.measure.quantity : byUnit, settings);
  return quantity === undefined ? undefined : { quantity, unit };
}

/** Energy of a source of heat meters is heat. */
function classed(
  quantity: string | undefined,
  { deviceClass }: SourceSettings,
): string | undefined {
  return quantity === 'active_energy_import' && deviceClass === 'heat' ? 'heat_energy' : quantity;
}
