import { findQuantity } from '@verimeter/telemetry';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf, parseNumber } from '../../foreign/numbers.ts';
import { type PointTime, textTime } from '../../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../../json.ts';
import {
  ALARMS,
  ATTRIBUTES,
  type Attribute,
  KNOWN,
  MOST_POLLUTANT_LETTERS,
  PHASED,
  PHASES,
  POLLUTANTS,
  UNITS,
} from './attributes.ts';
import { entityTime, propertyOf, relationOf } from './properties.ts';

/** What an entity raises: of two attributes for one event the one that is raised counts. */
type Alarms = Map<string, { readonly isRaised: boolean; readonly time: PointTime }>;

interface EntityContext {
  readonly findings: MessageFindings;
  /** The device of attributes that name none. */
  readonly deviceName: string;
  readonly time: PointTime;
}

export const isEntity = (value: JsonObject): boolean =>
  typeof member(value, 'id') === 'string' && typeof member(value, 'type') === 'string';

/** What one entity says; the attributes may be of several devices. */
export function readEntity(entity: JsonObject, findings: MessageFindings): void {
  const names = Object.keys(entity);
  const context: EntityContext = {
    findings,
    deviceName: relationOf(member(entity, 'refDevice')) ?? observer(entity, names) ?? idOf(entity),
    time: entityTime(entity, findings.times),
  };
  const alarms = new Map<string, Alarms>();
  for (const name of names) {
    if (KNOWN.has(name)) continue;
    const raw = entity[name];
    if (!Array.isArray(raw)) readAttribute(name, raw, context, alarms);
    else for (const one of raw) readAttribute(name, one, context, alarms);
  }
  for (const [device, raised] of alarms)
    for (const [event, { isRaised, time }] of raised)
      findings.device(device)?.event(event, isRaised ? 'active' : 'cleared', time);
}

const idOf = (entity: JsonObject): string => {
  const id = member(entity, 'id');
  return typeof id === 'string' ? id : '';
};

/** The device that observed an attribute, of the first one that says so. */
function observer(entity: JsonObject, names: readonly string[]): string | undefined {
  for (const name of names) {
    const raw = entity[name];
    const attribute = Array.isArray(raw) ? raw[0] : raw;
    if (!isObject(attribute)) continue;
    const device = relationOf(member(attribute, 'observedBy'));
    if (device !== undefined) return device;
  }
  return undefined;
}

function readAttribute(
  name: string,
  raw: JsonValue | undefined,
  context: EntityContext,
  alarms: Map<string, Alarms>,
): void {
  const { findings } = context;
  // A name may be written out as an address.
  const short = name.slice(Math.max(name.lastIndexOf('/'), name.lastIndexOf('#')) + 1);
  const property = propertyOf(raw);
  const deviceName = property.observedBy ?? context.deviceName;
  // FN-01
  const time =
    property.observedAt === undefined
      ? context.time
      : textTime(property.observedAt, findings.times);
  const alarm = ALARMS.get(short);
  if (alarm !== undefined) {
    noteAlarm(alarm, property.value, deviceName, time, alarms);
    return;
  }
  const phased = PHASED.get(short);
  const known = meaningOf(short, findings) ?? phased;
  if (known === undefined) {
    findings.ignore(name);
    return;
  }
  const device = findings.device(deviceName, property.datasetId ?? '');
  if (device === undefined) return;
  const { unitCode } = property;
  const unit = unitCode === undefined ? undefined : (UNITS.get(unitCode) ?? unitCode);
  if (known === phased) readPhases(short, phased, unit, property.value, device, time);
  else readValue(short, known, unit, property.value, device, time, findings);
}

/** What an attribute is: as the source says, as the data models say, or a quantity of the catalogue by its name. */
function meaningOf(name: string, { settings: { names } }: MessageFindings): Attribute | undefined {
  const own = Object.hasOwn(names, name) ? names[name] : undefined;
  if (own !== undefined) return [own.quantity, own.unit ?? ''];
  const known = ATTRIBUTES.get(name);
  if (known !== undefined) return known;
  const pollutant =
    name.length <= MOST_POLLUTANT_LETTERS ? POLLUTANTS.get(name.toLowerCase()) : undefined;
  if (pollutant !== undefined) return pollutant;
  return findQuantity(name) === undefined ? undefined : [name, ''];
}

function readValue(
  name: string,
  [quantity, usual]: Attribute,
  given: string | undefined,
  value: JsonValue | undefined,
  device: DeviceFindings,
  time: PointTime,
  { settings: { units } }: MessageFindings,
): void {
  if (isWords(value)) {
    device.hasMissing = true;
    return;
  }
  const unit = given ?? usual;
  const isToldElsewhere = Object.hasOwn(units, name) || Object.hasOwn(units, quantity);
  if (unit === '' && name === 'waterConsumption' && !isToldElsewhere && value !== null) {
    const message = 'litres or cubic metres? It has no unitCode; give the source a unit for it';
    device.reject('bad_unit', name, message);
  } else if (
    unit === '/' &&
    quantity === 'humidity' &&
    !isToldElsewhere &&
    (numberOf(value) ?? 0) > 1
  ) {
    const message = 'is more than 1, so no fraction; give the source the unit %, if it is that';
    device.reject('bad_unit', name, message);
  } else device.point(quantity, value, unit, time, name);
}

/** FN-02: such as "6h < 12h" or "no alarm", but not a number that is written wrongly. */
function isWords(value: JsonValue | undefined): boolean {
  if (typeof value !== 'string') return false;
  const parsed = parseNumber(value);
  return !parsed.ok && parsed.why === 'unreadable' && !/^\s*[+-]?\d+,\d+\s*$/.test(value);
}

function readPhases(
  name: string,
  [stem, usual]: Attribute,
  given: string | undefined,
  value: JsonValue | undefined,
  device: DeviceFindings,
  time: PointTime,
): void {
  const unit = given ?? usual;
  if (!isObject(value)) {
    if (isWords(value)) device.hasMissing = true;
    else device.point(`${stem}l1`, value, unit, time, name);
    return;
  }
  for (const [phase, suffix] of PHASES)
    if (Object.hasOwn(value, phase))
      device.point(`${stem}${suffix}`, value[phase], unit, time, `${name}.${phase}`);
}

function noteAlarm(
  event: string,
  value: JsonValue | undefined,
  deviceName: string,
  time: PointTime,
  alarms: Map<string, Alarms>,
): void {
  const level = typeof value === 'boolean' ? Number(value) : numberOf(value);
  if (level !== 0 && level !== 1) return;
  let own = alarms.get(deviceName);
  if (own === undefined) {
    own = new Map();
    alarms.set(deviceName, own);
  }
  if (level === 1 || !own.has(event)) own.set(event, { isRaised: level === 1, time });
}
