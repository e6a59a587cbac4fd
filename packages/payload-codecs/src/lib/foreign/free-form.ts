import { QUANTITIES } from '@verimeter/telemetry';
import { type JsonObject, type JsonValue, isObject } from '../json.ts';
import type { DeviceFindings } from './device-findings.ts';
import type { MessageFindings } from './message-findings.ts';
import { pulsesOf } from './pulses.ts';
import type { SourceSettings } from './source.ts';
import type { PointTime } from './times.ts';

/*
 * Objects whose fields are named by whoever wrote the firmware or the codec. In order:
 *   1. the source's name map (`settings.names`); a field of an object within is `outer.inner`
 *   2. pulse counters, by the source's weight of a pulse
 *   3. names of the catalogue and those below, which state quantity and unit; capitals, `_` and `-` do not count
 *   4. states that are true or false
 */
const NAMES: readonly (readonly [quantity: string, unit: string, names: string])[] = [
  ['temperature', 'Cel', 'temp air_temperature ambient_temperature temperature_c'],
  ['humidity', '%', 'relative_humidity air_humidity humidity_pct'],
  ['battery', '%', 'battery_level battery_percent battery_percentage battery_pct'],
  ['pressure', 'hPa', 'air_pressure barometric_pressure pressure_hpa'],
  ['co2', 'ppm', 'co2_ppm'],
  ['water_volume', 'm3', 'volume_m3 total_volume_m3 total_m3'],
  ['water_volume', 'L', 'volume_l total_volume_l total_l volume_liters volume_litres'],
  ['water_flow', 'm3/h', 'flow_m3h flow_m3_h'],
  ['water_flow', 'L/h', 'flow_lph flow_l_h'],
  ['active_energy_import', 'kWh', 'energy_kwh total_energy_kwh total_kwh'],
  ['active_energy_import', 'Wh', 'energy_wh total_energy_wh'],
  ['active_power', 'W', 'power_w'],
  ['active_power', 'kW', 'power_kw'],
];
const STATES: readonly (readonly [event: string, names: string])[] = [
  ['leak', 'leak leakage leak_detected water_leak flood'],
  ['burst', 'burst'],
  ['reverse_flow', 'reverse_flow backflow'],
  ['dry', 'dry pipe_empty'],
  ['tamper', 'tamper tampered'],
  ['magnetic_field', 'magnetic_field'],
  ['cover_open', 'cover_open'],
  ['battery_low', 'battery_low low_battery'],
  ['permanent_error', 'permanent_error'],
  ['temporary_error', 'temporary_error'],
  ['power_loss', 'power_loss'],
];
const PULSES = new Set(['pulsecounter', 'pulsecount', 'pulses']);

const plain = (name: string): string => name.toLowerCase().replaceAll(/[_\- ]/g, '');
const QUANTITY_OF = new Map<string, readonly [quantity: string, unit: string]>([
  ...QUANTITIES.map(({ name }) => [plain(name), [name, '']] as const),
  ...NAMES.flatMap(([quantity, unit, names]) =>
    names.split(' ').map((name) => [plain(name), [quantity, unit]] as const),
  ),
]);
const EVENT_OF = new Map(
  STATES.flatMap(([event, names]) => names.split(' ').map((name) => [plain(name), event] as const)),
);

/** What a field of a free name is. */
type Meaning =
  | {
      readonly kind: 'point';
      readonly quantity: string;
      readonly unit: string;
      /** Of one pulse; undefined: it is no counter of pulses. */
      readonly weight?: number;
      /** Empty where the field is the device's only or first one of the quantity. */
      readonly channel: string;
    }
  | { readonly kind: 'event'; readonly event: string };

/** What a name means at a source; undefined: nothing. */
export type FreeNames = (name: string) => Meaning | undefined;

/** Names whose meaning is remembered: more than any firmware has. */
const MOST_NAMES = 2000;
/** Longer paths of names mean nothing: the map of a source has none. */
const LONGEST_NAME = 200;

/** The meaning of free names by the settings of a source. */
export function freeNames(settings: Pick<SourceSettings, 'names' | 'pulse'>): FreeNames {
  const known = new Map<string, Meaning | undefined>();
  const owners = new Map<string, string>();
  for (const [name, { quantity }] of Object.entries(settings.names))
    if (!owners.has(quantity)) owners.set(quantity, name);
  return (name) => {
    const remembered = known.get(name);
    if (remembered !== undefined || known.has(name)) return remembered;
    const meaning = meaningOf(name, settings, owners);
    if (known.size >= MOST_NAMES) known.clear();
    known.set(name, meaning);
    return meaning;
  };
}

function meaningOf(
  name: string,
  { names, pulse }: Pick<SourceSettings, 'names' | 'pulse'>,
  owners: ReadonlyMap<string, string>,
): Meaning | undefined {
  const channelOf = (quantity: string): string =>
    (owners.get(quantity) ?? name) === name ? '' : name;
  const named = Object.hasOwn(names, name) ? names[name] : undefined;
  if (named !== undefined) {
    const { quantity, unit = '' } = named;
    return { kind: 'point', quantity, unit, channel: channelOf(quantity) };
  }
  const key = plain(name);
  if (PULSES.has(key)) {
    if (pulse === undefined) return undefined;
    const { quantity, weight } = pulse;
    return { kind: 'point', quantity, unit: '', weight, channel: channelOf(quantity) };
  }
  const quantity = QUANTITY_OF.get(key);
  if (quantity !== undefined) {
    const [own, unit] = quantity;
    return { kind: 'point', quantity: own, unit, channel: channelOf(own) };
  }
  const event = EVENT_OF.get(key);
  return event === undefined ? undefined : { kind: 'event', event };
}

/** Whose fields they are and how they are read. */
export interface FreeForm {
  readonly findings: MessageFindings;
  /** The device as its dialect names it. */
  readonly raw: string;
  readonly names: FreeNames;
  readonly time: PointTime;
  /** Whether objects within are looked into; else an object is no value (TB-05). */
  readonly isNested: boolean;
  /** Quantities that the message has told of the device already. */
  readonly told: string[];
}

/** Reads the fields of an object, each by its name, without `except`, which was read already. */
export function readFreeForm(
  object: JsonObject,
  form: FreeForm,
  prefix = '',
  except?: string,
): void {
  for (const key in object) {
    if (key === except) continue;
    const raw = object[key];
    if (prefix.length + key.length > LONGEST_NAME) form.findings.ignore(key);
    else readField(prefix === '' ? key : `${prefix}.${key}`, raw, form);
  }
}

function readField(name: string, raw: JsonValue | undefined, form: FreeForm): void {
  const meaning = form.names(name);
  if (form.isNested && isObject(raw)) {
    readFreeForm(raw, form, name);
    return;
  }
  if (meaning === undefined) {
    form.findings.ignore(name);
    return;
  }
  if (meaning.kind === 'event') {
    const device = form.findings.device(form.raw);
    if (device !== undefined) readState(meaning.event, raw, device, form.time);
    return;
  }
  const { quantity, unit, weight } = meaning;
  let { channel } = meaning;
  if (channel === '') {
    if (form.told.includes(quantity)) channel = name;
    else form.told.push(quantity);
  }
  const device = form.findings.device(form.raw, channel);
  const value = weight === undefined ? raw : pulsesOf(raw, weight);
  device?.point(quantity, value, unit, form.time, name);
}

/** True, false, 1, 0 or their texts; anything else is no state. */
function readState(
  event: string,
  raw: JsonValue | undefined,
  device: DeviceFindings,
  time: PointTime,
): void {
  if (raw === true || raw === 1 || raw === 'true' || raw === '1')
    device.event(event, 'active', time);
  else if (raw === false || raw === 0 || raw === 'false' || raw === '0')
    device.event(event, 'cleared', time);
  else device.hasMissing = true;
}
