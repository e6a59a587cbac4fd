import { FLAG } from '@verimeter/telemetry';
import type { Dialect } from '../foreign/dialect.ts';
import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { nameOf } from '../foreign/numbers.ts';
import { type PointTime, textTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../json.ts';
import { eachObject } from './customer-interface.ts';

/*
 * topic    = as the connection is set up
 * payload  = object or array of them (NA-03)
 * device   = "registeredResource.mRID" / "registeredResourceMRID", a text or { "value" }
 * time     = "dateAndOrTime.dateTime" / "dateAndOrTimeDateTime", UTC with up to 9 digits of a second
 * quantity = in "Quantity" / "quantities": { "quantity", "type", "quality" }
 *            type "0" active_energy_import, "2" active_power; both in the unit that the source has for the quantity or the type (NA-04)
 */

const TYPES: ReadonlyMap<string, string> = new Map([
  ['0', 'active_energy_import'],
  ['2', 'active_power'],
]);
const KNOWN = new Set(['version', 'Quantity', 'quantities']);
const IDS = ['registeredResource.mRID', 'registeredResourceMRID'] as const;
const TIMES = ['dateAndOrTime.dateTime', 'dateAndOrTimeDateTime'] as const;
for (const name of [...IDS, ...TIMES]) KNOWN.add(name);

/** NA-05: what a quality other than "as provided" makes of a value; both the words and the codes of the ENTSO-E list are in use. */
const QUALITIES: ReadonlyMap<string, number | 'missing'> = new Map<string, number | 'missing'>([
  ['AS_PROVIDED', 0],
  ['A04', 0],
  ['ADJUSTED', FLAG.edited],
  ['A01', FLAG.edited],
  ['ESTIMATED', FLAG.estimated],
  ['A03', FLAG.estimated],
  ['NOT_AVAILABLE', 'missing'],
  ['A02', 'missing'],
]);

export const cimJson: Dialect = {
  name: 'cim-json',
  title: 'CIM near-real-time data as JSON',
  filters: [],
  create: () => ({ decode }),
};

function decode(findings: MessageFindings): void {
  const payload = findings.json();
  if (payload !== undefined) eachObject(payload, findings, (point) => readPoint(point, findings));
}

function readPoint(point: JsonObject, findings: MessageFindings): void {
  const given = member(point, 'Quantity') ?? member(point, 'quantities');
  const quantities = Array.isArray(given) ? given : isObject(given) ? [given] : [];
  const id = firstOf(point, IDS);
  const name = nameOf(isObject(id) ? member(id, 'value') : id) ?? '';
  const device = findings.device(name, '', Math.max(quantities.length, 1));
  if (device === undefined) return;
  const time = textTime(firstOf(point, TIMES), findings.times);
  let others = 0;
  for (const quantity of quantities)
    if (isObject(quantity)) readQuantity(quantity, device, time, findings);
    else others += 1;
  if (others > 0) device.reject('wrong_type', 'Quantity', 'must be an array of objects', others);
  for (const key of Object.keys(point)) if (!KNOWN.has(key)) findings.ignore(key);
}

function firstOf(point: JsonObject, names: readonly string[]): JsonValue | undefined {
  for (const name of names) {
    const value = member(point, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function readQuantity(
  entry: JsonObject,
  device: DeviceFindings,
  time: PointTime,
  findings: MessageFindings,
): void {
  const type = nameOf(member(entry, 'type')) ?? '';
  const quantity = TYPES.get(type);
  if (quantity === undefined) {
    findings.ignore(`type ${type}`);
    return;
  }
  const raw = member(entry, 'quantity');
  const flags = flagsOf(member(entry, 'quality'));
  if (flags === 'missing' || raw === null || raw === undefined) {
    device.hasMissing = true;
    return;
  }
  // NA-04: W and Wh of one sender look like kW and kWh of another
  const { units } = findings.settings;
  const name = Object.hasOwn(units, quantity) ? quantity : type;
  if (!Object.hasOwn(units, name)) {
    const message = `the message states no unit of ${quantity}; give the source one in settings.units`;
    device.reject('bad_unit', `Quantity type ${type}`, message);
    return;
  }
  device.point(quantity, raw, units[name] ?? '', time, `Quantity type ${type}`, flags);
}

function flagsOf(quality: JsonValue | undefined): number | 'missing' {
  if (quality === undefined || quality === null) return 0;
  const known =
    typeof quality === 'string' ? QUALITIES.get(quality.trim().toUpperCase()) : undefined;
  return known ?? FLAG.suspect;
}
