import { type JsonObject, type JsonValue, isObject, member } from '../json.ts';
import type { Dialect } from '../foreign/dialect.ts';
import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { numberOf } from '../foreign/numbers.ts';
import { readPresence } from '../foreign/presence.ts';
import { remembered } from '../foreign/remember.ts';
import { type PointTime, stampTime } from '../foreign/times.ts';
import { fixedPart } from '../foreign/topic-filter.ts';

/*
 * topic   = base "/" friendly-name ; friendly-name may hold "/"; base is the text of the source's filter before its first wildcard
 * skipped = base "/bridge/" … / … "/set" / … "/get" / … "/availability"
 * payload = JSON object of the fields below and others; last_seen = RFC 3339 / milliseconds since 1970
 *
 * field                              unit          quantity
 * energy, produced_energy            kWh           active_energy_import, active_energy_export
 * power                              W             active_power
 * voltage[_phase_b|_phase_c]         V (ZB-01)     voltage_l1..l3
 * current[_phase_b|_phase_c]         A             current_l1..l3
 * ac_frequency, power_factor         Hz, 1         frequency, power_factor
 * temperature, humidity, pressure    Cel, %, hPa   the same
 * co2, pm25, pm10, noise             ppm, ug/m3, ug/m3, dB
 * battery                            %             battery
 * water_leak, tamper, battery_low    boolean       events leak, tamper, battery_low
 */

const FIELDS: ReadonlyMap<string, readonly [quantity: string, unit: string]> = new Map(
  Object.entries({
    energy: ['active_energy_import', 'kWh'],
    produced_energy: ['active_energy_export', 'kWh'],
    power: ['active_power', 'W'],
    voltage: ['voltage_l1', 'V'],
    voltage_phase_b: ['voltage_l2', 'V'],
    voltage_phase_c: ['voltage_l3', 'V'],
    current: ['current_l1', 'A'],
    current_phase_b: ['current_l2', 'A'],
    current_phase_c: ['current_l3', 'A'],
    ac_frequency: ['frequency', 'Hz'],
    power_factor: ['power_factor', '1'],
    temperature: ['temperature', 'Cel'],
    humidity: ['humidity', '%'],
    pressure: ['pressure', 'hPa'],
    co2: ['co2', 'ppm'],
    pm25: ['pm2_5', 'ug/m3'],
    pm10: ['pm10', 'ug/m3'],
    noise: ['noise', 'dB'],
    battery: ['battery', '%'],
  }),
);
const FLAGS: ReadonlyMap<string, string> = new Map([
  ['water_leak', 'leak'],
  ['tamper', 'tamper'],
  ['battery_low', 'battery_low'],
]);
/** Fields that are no readings: not worth a mention as unknown. */
const KNOWN = new Set(['last_seen', 'linkquality', 'state']);
const MAINS_MV = 1000;
const SKIPPED = /(?:^|\/)(?:set|get|availability)$|^bridge(?:\/|$)/;

export const zigbee2mqtt: Dialect = {
  name: 'zigbee2mqtt',
  title: 'Zigbee2MQTT',
  filters: ['zigbee2mqtt/#'],
  create: ({ filter }) => {
    const nameOf = remembered((topic) => friendlyName(topic, fixedPart(filter, topic)));
    const switched = new SwitchedDevices();
    const presenceOf = remembered((topic) => availabilityOf(topic, fixedPart(filter, topic)));
    return {
      decode(findings) {
        const { topic } = findings.message;
        const present = presenceOf(topic);
        if (present === '') decode(findings, nameOf(topic), switched);
        else readPresence(findings, present);
      },
    };
  },
};

const AVAILABILITY = '/availability';

/** The device whose availability the topic tells; empty: none's. */
function availabilityOf(topic: string, base: string): string {
  if (!topic.endsWith(AVAILABILITY)) return '';
  const name = topic.slice(base === '' ? 0 : base.length + 1, -AVAILABILITY.length);
  return SKIPPED.test(name) ? '' : name;
}

/** Empty: a topic that brings no state of a device. */
function friendlyName(topic: string, base: string): string {
  const name = base === '' ? topic : topic.slice(base.length + 1);
  return SKIPPED.test(name) ? '' : name;
}

function decode(findings: MessageFindings, name: string, switched: SwitchedDevices): void {
  if (name === '') {
    findings.silent();
    return;
  }
  const payload = findings.json();
  if (payload === undefined) return;
  if (!isObject(payload)) {
    findings.reject('wrong_type', '', 'the state of a device is an object of fields');
    return;
  }
  const device = findings.device(name);
  if (device === undefined) return;
  // Leaks, doors and the like measure nothing else; a meter is one by its quantities.
  if (Object.hasOwn(payload, 'battery') || Object.hasOwn(payload, 'water_leak'))
    device.kind ??= 'environment_sensor';
  const time = stampTime(member(payload, 'last_seen'), findings.times, 'gateway');
  const before = findings.message.replayed === true ? undefined : switched.before(name, payload);
  for (const key of Object.keys(payload))
    if (before === undefined || before[key] !== payload[key])
      readField(key, payload, device, time, findings);
    else device.hasMissing = true;
}

/** Devices that are switched: of more than a site has the memory starts afresh. */
const MOST_SWITCHED = 20_000;

/** ZB-03: who is switched repeats what it measured last. What is as in the message before a change of `state` is no new reading. */
class SwitchedDevices {
  readonly #last = new Map<string, JsonObject>();

  /** The message before, where `state` is another one now. */
  before(name: string, payload: JsonObject): JsonObject | undefined {
    if (typeof member(payload, 'state') !== 'string') return undefined;
    const last = this.#last.get(name);
    if (this.#last.size >= MOST_SWITCHED) this.#last.clear();
    this.#last.set(name, payload);
    return last === undefined || last['state'] === payload['state'] ? undefined : last;
  }
}

function readField(
  key: string,
  payload: JsonObject,
  device: DeviceFindings,
  time: PointTime,
  findings: MessageFindings,
): void {
  const raw: JsonValue | undefined = payload[key];
  const field = FIELDS.get(key);
  if (field !== undefined) {
    // ZB-01: of a device with a battery `voltage` is that of the battery, in mV
    if (key === 'voltage' && isBatteryVoltage(payload, raw)) return;
    device.point(field[0], raw, field[1], time, key);
    return;
  }
  const flag = FLAGS.get(key);
  if (flag !== undefined) {
    if (typeof raw === 'boolean') device.event(flag, raw ? 'active' : 'cleared', time);
  } else if (!KNOWN.has(key) && !device.named(key, raw, time, key)) findings.ignore(key);
}

function isBatteryVoltage(payload: JsonObject, raw: JsonValue | undefined): boolean {
  return Object.hasOwn(payload, 'battery') || (numberOf(raw) ?? 0) > MAINS_MV;
}
