import { type QuarantineReason, findQuantity } from '@verimeter/telemetry';
import { convertTo } from '../../foreign/conversions.ts';
import { nameOf } from '../../foreign/numbers.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import { matchesFilter } from '../../foreign/topic-filter.ts';
import { type JsonObject, type JsonValue, isObject, member, printable } from '../../json.ts';
import { type Template, parseTemplate } from './template.ts';

/*
 * device_class          state_class               quantity, by unit_of_measurement
 * water                 total_increasing / total  water_volume
 * energy                total_increasing / total  active_energy_import; _export or heat_energy where the name says so or the source counts heat
 * volume_flow_rate, power, voltage, current, frequency, power_factor     water_flow, active_power, voltage_l1..l3, current_l1..l3, …
 * temperature, humidity, atmospheric_pressure, battery                   the same; of electronics (entity_category diagnostic) no temperature
 * pressure              bar: water_pressure, else pressure
 * signal_strength       dBm: rssi
 * carbon_dioxide, carbon_monoxide, nitrogen_dioxide, ozone, sulphur_dioxide, pm25, pm10, sound_pressure
 *                                                 co2, co, no2, o3, so2, pm2_5, pm10, noise
 * What the source says of a unique_id comes first, and needs no class.
 */

/** What a config says of a value and where it comes. */
export interface Entity extends Template {
  readonly uid: string;
  /** As the dialect names it: the first identifier. */
  readonly device: string;
  readonly topic: string;
  readonly availability: string | undefined;
  readonly quantity: string;
  readonly unit: string;
}

export interface Refusal {
  readonly reason: QuarantineReason;
  readonly field: string;
  readonly message: string;
}

const CLASSES: Readonly<Record<string, string>> = {
  water: 'water_volume',
  volume_flow_rate: 'water_flow',
  power: 'active_power',
  voltage: 'voltage_l1',
  current: 'current_l1',
  frequency: 'frequency',
  power_factor: 'power_factor',
  temperature: 'temperature',
  humidity: 'humidity',
  atmospheric_pressure: 'pressure',
  pressure: 'pressure',
  battery: 'battery',
  signal_strength: 'rssi',
  carbon_dioxide: 'co2',
  carbon_monoxide: 'co',
  nitrogen_dioxide: 'no2',
  ozone: 'o3',
  sulphur_dioxide: 'so2',
  pm25: 'pm2_5',
  pm10: 'pm10',
  sound_pressure: 'noise',
};
const EXPORT = /export|return|feed.?in|produc|inject|sold/i;
const HEAT = /heat|thermal/i;
const PHASE = /(?:^|[^a-z0-9])(?:l|phase[ _-]?)([1-3abc])(?:$|[^a-z0-9])/i;
const PHASE_DIGIT: Readonly<Record<string, string>> = { a: '1', b: '2', c: '3' };
const LONGEST_NAME = 200;

/** A config of an entity by itself, or a part of one of a device: its own members over those that all parts share. */
export interface Config {
  readonly own: JsonObject;
  readonly shared: JsonObject | undefined;
}

function memberOf({ own, shared }: Config, key: string): JsonValue | undefined {
  if (Object.hasOwn(own, key)) return own[key];
  return shared === undefined ? undefined : member(shared, key);
}

/** A member of a config under its long or its short name. */
const field = (config: Config, long: string, short: string): string | undefined =>
  nameOf(memberOf(config, long) ?? memberOf(config, short));

/** An entity; a refusal; undefined: it is of no quantity, as most of a house is. `fallback` is the id of the object in the topic. */
export function readEntity(
  config: Config,
  fallback: string,
  settings: SourceSettings,
): Entity | Refusal | undefined {
  const uid = field(config, 'unique_id', 'uniq_id') ?? fallback;
  const name = field(config, 'name', 'name') ?? '';
  const unit = field(config, 'unit_of_measurement', 'unit_of_meas') ?? '';
  const named = Object.hasOwn(settings.names, uid) ? settings.names[uid] : undefined;
  const quantity = named?.quantity ?? quantityOf(config, `${name} ${uid}`, unit, settings);
  if (quantity === undefined) return undefined;
  if (typeof quantity !== 'string') return quantity;
  const entry = findQuantity(quantity);
  const { units } = settings;
  const own =
    named?.unit ??
    (Object.hasOwn(units, uid) ? units[uid] : undefined) ??
    (Object.hasOwn(units, quantity) ? units[quantity] : undefined) ??
    unit;
  if (entry === undefined || convertTo(entry, 1, own) === undefined) {
    const message = `${quantity} cannot be in ${own === '' ? 'no unit' : printable(own)}`;
    return { reason: 'bad_unit', field: 'unit_of_measurement', message };
  }
  const base = field(config, '~', '~') ?? '';
  const topic = expanded(field(config, 'state_topic', 'stat_t'), base);
  if (topic === undefined)
    return { reason: 'malformed', field: 'state_topic', message: 'no topic for the state' };
  if (!matchesFilter(settings.filter, topic)) {
    const message = `${printable(topic)} is not among the topics of the source; add it to the filter to have its values`;
    return { reason: 'topic_mismatch', field: 'state_topic', message };
  }
  const text = field(config, 'value_template', 'val_tpl');
  const template = text === undefined ? { path: null, places: null } : parseTemplate(text);
  if (template === undefined) {
    const message = `${printable(text ?? '')} is not of the form {{ value_json.a.b }}, with float or round(n) behind it; other templates are not evaluated`;
    return { reason: 'malformed', field: 'value_template', message };
  }
  const device = deviceOf(config) ?? uid;
  const availability = expanded(field(config, 'availability_topic', 'avty_t'), base);
  const entity = { ...template, uid, device, topic, availability, quantity, unit: own };
  return isKeepable(entity)
    ? entity
    : { reason: 'malformed', field: '', message: 'a name with NUL or half a character' };
}

/** What is kept as JSON in the database cannot hold NUL or half of a surrogate pair. */
function isKeepable(entity: Entity): boolean {
  const { uid, device, topic, availability = '', unit, path } = entity;
  if (uid.length > LONGEST_NAME || device.length > LONGEST_NAME || topic.length > LONGEST_NAME)
    return false;
  if (isUnusual(uid + device + topic + availability + unit) || path?.some(isUnusual) === true)
    return !/\\u(?:0000|d[89a-f])/i.test(JSON.stringify(entity));
  return true;
}

/** What may not be kept, and the backslash that JSON writes it with. */
const UNUSUAL = /[\0\\\ud800-\udfff]/;
const isUnusual = (text: string): boolean => UNUSUAL.test(text);

/** HA-02: `~` at either end of a topic. */
function expanded(topic: string | undefined, base: string): string | undefined {
  if (topic === undefined) return undefined;
  if (topic.startsWith('~')) return base + topic.slice(1);
  return topic.endsWith('~') ? topic.slice(0, -1) + base : topic;
}

function deviceOf(config: Config): string | undefined {
  const device = memberOf(config, 'device') ?? memberOf(config, 'dev');
  if (!isObject(device)) return undefined;
  const ids = member(device, 'identifiers') ?? member(device, 'ids');
  return nameOf(Array.isArray(ids) ? ids[0] : ids);
}

function quantityOf(
  config: Config,
  words: string,
  unit: string,
  settings: SourceSettings,
): string | Refusal | undefined {
  const deviceClass = field(config, 'device_class', 'dev_cla') ?? '';
  const stateClass = field(config, 'state_class', 'stat_cla') ?? 'none';
  const isRegister = deviceClass === 'energy' || deviceClass === 'water';
  // HA-04: a total may fall, as it is told elsewhere; a measurement is no register at all.
  if (isRegister && !stateClass.startsWith('total')) {
    const message = `a register of ${deviceClass} is total_increasing or total, this is ${printable(stateClass)}; give the source a name for its unique_id if it is one`;
    return { reason: 'unknown_quantity', field: 'state_class', message };
  }
  if (deviceClass === 'energy') {
    if (settings.deviceClass === 'heat' || HEAT.test(words)) return 'heat_energy';
    return EXPORT.test(words) ? 'active_energy_export' : 'active_energy_import';
  }
  const quantity = Object.hasOwn(CLASSES, deviceClass) ? CLASSES[deviceClass] : undefined;
  if (deviceClass === 'pressure' && unit === 'bar') return 'water_pressure';
  if (quantity === 'rssi' && unit !== 'dBm') return undefined;
  if (quantity === 'temperature' && field(config, 'entity_category', 'ent_cat') === 'diagnostic')
    return undefined;
  if (quantity === 'voltage_l1' || quantity === 'current_l1') {
    const phase = PHASE.exec(words.slice(0, LONGEST_NAME))?.[1]?.toLowerCase() ?? '1';
    return quantity.replace('1', PHASE_DIGIT[phase] ?? phase);
  }
  return quantity;
}
