import { type JsonObject, member } from '../../json.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { nameOf } from '../../foreign/numbers.ts';
import { pulsesOf } from '../../foreign/pulses.ts';
import type { SourceSettings } from '../../foreign/source.ts';
import type { PointTime } from '../../foreign/times.ts';

/*
 * A sensor is an object with one of these fields, whatever its name; it is a channel by its Id, else by its name (TV-01, TV-03).
 *
 * field            unit                                   quantity
 * Temperature      TempUnit of the message, else C        temperature
 * Humidity         %                                      humidity
 * Pressure         PressureUnit of the message, else hPa  pressure
 * CarbonDioxide    ppm                                    co2
 * PM2.5, PM10      ug/m3                                  pm2_5, pm10
 * Battery, RSSI    %, dBm                                 battery, rssi
 */
const FIELDS: ReadonlyMap<string, readonly [quantity: string, unit: string]> = new Map([
  ['Temperature', ['temperature', 'C']],
  ['Humidity', ['humidity', '%']],
  ['Pressure', ['pressure', 'hPa']],
  ['CarbonDioxide', ['co2', 'ppm']],
  ['PM2.5', ['pm2_5', 'ug/m3']],
  ['PM10', ['pm10', 'ug/m3']],
  ['Battery', ['battery', '%']],
  ['RSSI', ['rssi', 'dBm']],
]);
/** Fields that are no readings: not worth a mention as unknown. */
const KNOWN = new Set(['Id', 'DewPoint', 'SeaPressure', 'Gas']);
const COUNTER = /^C[1-9]\d?$/;

/** Units that hold for a whole message (TV-02). */
export interface MessageUnits {
  readonly temperature: string | undefined;
  readonly pressure: string | undefined;
}

export function unitsOf(payload: JsonObject): MessageUnits {
  return {
    temperature: nameOf(member(payload, 'TempUnit')),
    pressure: nameOf(member(payload, 'PressureUnit')),
  };
}

/** What stands in front of a dot in the paths that a source gives a meaning: names of sensors, which may hold dots themselves. */
export function sensorsNamed(names: SourceSettings['names']): ReadonlySet<string> {
  const sensors = new Set<string>();
  for (const path of Object.keys(names))
    for (let dot = path.indexOf('.'); dot >= 0; dot = path.indexOf('.', dot + 1))
      sensors.add(path.slice(0, dot));
  return sensors;
}

function hasField(names: readonly string[]): boolean {
  for (const name of names) if (FIELDS.has(name)) return true;
  return false;
}

/**
 * What the object `key` of a message of the device `id` says.
 *
 * @param hasNames whether the source may have given a field of it a meaning: looking for every path shows in the profile
 */
export function readSensor(
  key: string,
  sensor: JsonObject,
  id: string,
  units: MessageUnits,
  findings: MessageFindings,
  time: PointTime,
  hasNames: boolean,
): void {
  const names = Object.keys(sensor);
  const isSensor = hasField(names);
  const own = findings.settings.names;
  const channel = isSensor ? (nameOf(member(sensor, 'Id')) ?? key) : '';
  // Undefined until there is something to say of it; without an id each value is rejected.
  let device: DeviceFindings | undefined;
  for (const name of names) {
    const path = `${key}.${name}`;
    const field = FIELDS.get(name);
    if (hasNames && Object.hasOwn(own, path)) {
      device ??= findings.device(id, channel);
      device?.named(path, sensor[name], time, path);
    } else if (field !== undefined) {
      device ??= findings.device(id, channel);
      device?.point(field[0], sensor[name], unitFor(field, units), time, path);
    } else if (!KNOWN.has(name)) findings.ignore(path);
  }
}

function unitFor([quantity, usual]: readonly [string, string], units: MessageUnits): string {
  if (quantity === 'temperature') return units.temperature ?? usual;
  return quantity === 'pressure' ? (units.pressure ?? usual) : usual;
}

/** Counters of pulses: readings where the source says what a pulse is. */
export function readCounters(
  counters: JsonObject,
  id: string,
  findings: MessageFindings,
  time: PointTime,
): void {
  const { pulse } = findings.settings;
  for (const key of Object.keys(counters)) {
    const path = `COUNTER.${key}`;
    if (!COUNTER.test(key) || pulse === undefined) {
      findings.ignore(path);
      continue;
    }
    const value = pulsesOf(counters[key], pulse.weight);
    findings.device(id, key)?.point(pulse.quantity, value, '', time, path);
  }
}
