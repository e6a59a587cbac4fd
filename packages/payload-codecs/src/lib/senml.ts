import { FLAG, type TsSource } from '@verimeter/telemetry';
import type { Findings } from './decoded.ts';
import { IMPLAUSIBLE, futureFlag, isPlausible } from './instant.ts';
import { type JsonObject, type JsonValue, isObject, member, printable, typeName } from './json.ts';
import { type Measure, convert, findMeasure, findSum } from './senml-measures.ts';

/*
 * RFC 8428 (units also RFC 8798), JSON:
 * pack   = "[" record *( "," record ) "]"
 * record = { [bn] [bt] [bu] [bv] [bs] [bver] [n] [u] ( v / vs / vb / vd ) [s] [t] [ut] }
 * name   = bn n;  time = bt + t;  unit = u, else bu;  value = bv + v;  sum = bs + s
 * Base fields hold for the records that follow (SE-01). A time below 2^28 s is relative to the arrival (SE-03).
 * The measure is what follows the last ":" or "/" of the name; what stands before it names a device, and must end with
 * the topic's device. A measure that is neither a quantity of the catalogue nor known by its unit is ignored.
 */

const RELATIVE_BELOW_S = 2 ** 28;
const HIGHEST_VERSION = 10;
/** The last colon or slash of a name ends the device part. */
const NAME = /^(.*)[:/]([^:/]*)$/s;
const KNOWN_FIELDS = new Set([
  'bn',
  'bt',
  'bu',
  'bv',
  'bs',
  'bver',
  'n',
  'u',
  'v',
  'vs',
  'vb',
  'vd',
  's',
  't',
  'ut',
]);
const NUMBERS = ['bt', 'bv', 'bs', 'bver', 'v', 's', 't'] as const;
const TEXTS = ['bn', 'bu', 'n', 'u'] as const;

interface Base {
  name: string;
  time: number | undefined;
  unit: string;
  value: number;
  sum: number;
}

interface RecordTime {
  readonly tsUs: number;
  readonly tsSource: TsSource;
  readonly flags: number;
}

export function decodeSenml(payload: JsonValue, findings: Findings): void {
  if (!Array.isArray(payload) || payload.length === 0) {
    const message = `a SenML pack is an array of records, not ${typeName(payload)}`;
    findings.reject(Array.isArray(payload) ? 'malformed' : 'wrong_type', '', message);
    return;
  }
  const base: Base = { name: '', time: undefined, unit: '', value: 0, sum: 0 };
  for (const [index, record] of payload.entries())
    decodeRecord(record, `[${index}]`, base, findings);
  if (findings.received === 0 && findings.events.length === 0) {
    const message =
      findings.ignored === 0
        ? 'no record of the pack has a value'
        : 'no measure of the pack is a known quantity, by its name or its unit';
    findings.reject(findings.ignored === 0 ? 'malformed' : 'unknown_quantity', '', message);
  }
}

function decodeRecord(record: JsonValue, path: string, base: Base, findings: Findings): void {
  if (!isObject(record)) {
    findings.reject('wrong_type', path, `a record is an object, not ${typeName(record)}`);
    return;
  }
  const units = Math.max(
    Number(Object.hasOwn(record, 'v')) + Number(Object.hasOwn(record, 's')),
    1,
  );
  if (!hasReadableFields(record, path, units, findings)) return;
  updateBase(base, record);
  const name = base.name + (text(record, 'n') ?? '');
  const split = NAME.exec(name);
  const device = split?.[1] ?? '';
  const measureName = split?.[2] ?? name;
  const hasContent = ['v', 's', 'vb', 'vs', 'vd'].some((key) => Object.hasOwn(record, key));
  if (!hasContent) return;
  if (!isTopicsDevice(device, findings.context.deviceId)) {
    const message = `the name ${printable(name)} is of another device than the topic (${findings.context.deviceId})`;
    findings.reject('topic_mismatch', `${path}.n`, message, units);
    return;
  }
  const time = resolveTime(base.time, number(record, 't'), path, units, findings);
  if (time === undefined) return;
  const unit = text(record, 'u') ?? base.unit;
  if (Object.hasOwn(record, 'v')) {
    addValue(
      measureName,
      unit,
      base.value + (number(record, 'v') ?? 0),
      `${path}.v`,
      time,
      findings,
    );
  }
  if (Object.hasOwn(record, 's')) {
    const sum = findSum(unit);
    if (sum === undefined) findings.ignored += 1;
    else addReading(sum, base.sum + (number(record, 's') ?? 0), `${path}.s`, time, findings);
  }
  const flag = member(record, 'vb');
  if (typeof flag === 'boolean' && measureName !== '') {
    findings.events.push({
      deviceId: findings.context.deviceId,
      tsUs: time.tsUs,
      event: printable(measureName),
      state: flag ? 'active' : 'cleared',
    });
    if (time.tsSource === 'arrival') findings.usesArrivalTime = true;
  } else if (Object.hasOwn(record, 'vs') || Object.hasOwn(record, 'vd')) findings.ignored += 1;
}

/** SE-06 and the types of the fields that are understood. */
function hasReadableFields(
  record: JsonObject,
  path: string,
  units: number,
  findings: Findings,
): boolean {
  for (const key of Object.keys(record)) {
    if (key.endsWith('_') && !KNOWN_FIELDS.has(key)) {
      const message =
        'a field that ends in _ must be understood (RFC 8428, 4.4), and this one is not';
      findings.reject('malformed', `${path}.${printable(key)}`, message, units);
      return false;
    }
  }
  for (const key of NUMBERS) {
    const value = member(record, key);
    if (value === undefined) continue;
    if (typeof value !== 'number') {
      const message = `must be a JSON number, not ${typeName(value)}`;
      findings.reject('wrong_type', `${path}.${key}`, message, units);
      return false;
    }
    if (!Number.isFinite(value)) {
      const message = 'the number is beyond the range of a double';
      findings.reject('not_finite', `${path}.${key}`, message, units);
      return false;
    }
  }
  for (const key of TEXTS) {
    const value = member(record, key);
    if (value === undefined || typeof value === 'string') continue;
    findings.reject(
      'wrong_type',
      `${path}.${key}`,
      `must be a text, not ${typeName(value)}`,
      units,
    );
    return false;
  }
  if ((number(record, 'bver') ?? 0) > HIGHEST_VERSION) {
    const message = `SenML version ${number(record, 'bver')}; up to ${HIGHEST_VERSION} is understood`;
    findings.reject('malformed', `${path}.bver`, message, units);
    return false;
  }
  return true;
}

function updateBase(base: Base, record: JsonObject): void {
  base.name = text(record, 'bn') ?? base.name;
  base.time = number(record, 'bt') ?? base.time;
  base.unit = text(record, 'bu') ?? base.unit;
  base.value = number(record, 'bv') ?? base.value;
  base.sum = number(record, 'bs') ?? base.sum;
}

/** `urn:dev:os:32473-pit31` names the device `pit31`; no device part at all names the topic's. */
function isTopicsDevice(named: string, deviceId: string): boolean {
  const name = named.replace(/[:/]+$/, '').toLowerCase();
  const expected = deviceId.toLowerCase();
  if (name === '' || name === expected) return true;
  return name.endsWith(expected) && /[:/_-]/.test(name.charAt(name.length - expected.length - 1));
}

function resolveTime(
  base: number | undefined,
  offset: number | undefined,
  path: string,
  units: number,
  findings: Findings,
): RecordTime | undefined {
  const { receivedAtUs } = findings.context;
  const seconds = (base ?? 0) + (offset ?? 0);
  if (seconds < RELATIVE_BELOW_S) {
    const tsUs = Math.round(receivedAtUs + seconds * 1e6);
    if (isPlausible(tsUs, receivedAtUs)) {
      const flags = FLAG.arrivalTime | futureFlag(tsUs, receivedAtUs);
      return { tsUs, tsSource: 'arrival', flags };
    }
  } else {
    const tsUs = Math.round(seconds * 1e6);
    if (isPlausible(tsUs, receivedAtUs)) {
      return { tsUs, tsSource: 'device', flags: futureFlag(tsUs, receivedAtUs) };
    }
  }
  findings.reject('implausible_time', `${path}.t`, IMPLAUSIBLE, units, Math.round(seconds * 1e6));
  return undefined;
}

function addValue(
  name: string,
  unit: string,
  value: number,
  field: string,
  time: RecordTime,
  findings: Findings,
): void {
  const found = findMeasure(name, unit);
  if (found.ok) {
    addReading(found.measure, value, field, time, findings);
  } else if (found.reason === 'bad_unit') {
    const message =
      unit === ''
        ? `${printable(name)} comes in more than one unit; state "u" or "bu"`
        : `${printable(name)} cannot be in ${printable(unit)}`;
    findings.reject('bad_unit', field, message);
  } else findings.ignored += 1;
}

function addReading(
  measure: Measure,
  value: number,
  field: string,
  time: RecordTime,
  findings: Findings,
): void {
  const converted = convert(value, measure.factor);
  if (!Number.isFinite(converted)) {
    findings.reject('not_finite', field, 'the number is beyond the range of a double');
    return;
  }
  if (time.tsSource === 'arrival') findings.usesArrivalTime = true;
  const { quantity, unit } = measure;
  const { deviceId } = findings.context;
  findings.readings.push({ deviceId, quantity, unit, value: converted, ...time });
}

function number(record: JsonObject, key: string): number | undefined {
  const value = member(record, key);
  return typeof value === 'number' ? value : undefined;
}

function text(record: JsonObject, key: string): string | undefined {
  const value = member(record, key);
  return typeof value === 'string' ? value : undefined;
}
