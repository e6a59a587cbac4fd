import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { nameOf, numberOf } from '../foreign/numbers.ts';
import { type PointTime, type Stamper, arrivalTime, textTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../json.ts';
import { euiNames } from '../lorawan/device-eui.ts';
import { opener } from '../lorawan/opening.ts';
import {
  LORAWAN_OPTIONS,
  type UplinkReader,
  readUplink,
  strongestSignal,
  uplinkReader,
} from '../lorawan/uplink.ts';

/*
 * topic   = [ base "/" ] "v3/" application [ "@" tenant ] "/devices/" device-id "/" ( "up" / others, which are skipped )
 * payload = JSON object; members that are 0, false or empty are left out (TN-01)
 *   end_device_ids.dev_eui, .device_id            the device, the first that is there
 *   simulated                                     true: test traffic (TN-03)
 *   received_at                                   by the application server
 *   uplink_message
 *     .settings.time, .received_at                of the gateway; by the network server
 *     .decoded_payload                            see lorawan/uplink.ts; warnings about it do not touch it (TN-05)
 *     .frm_payload, .f_port                       application payload in base64, and its port
 *     .normalized_payload[].air                   temperature (Cel), relativeHumidity (%), co2 (ppm); .time
 *     .rx_metadata[].rssi                         dBm, of each gateway that heard it
 *     .last_battery_percentage.value, .received_at
 * f_cnt starts anew with each session_key_id (TN-04): nothing is ordered by it.
 */
const FIX = 'give the device or its application in The Things Stack an uplink payload formatter';

const open = opener({
  topic: /(?:^|\/)devices\/([^/]+)\/(.+)$/,
  events: ['up'],
  shape: 'an uplink of The Things Stack is an object with uplink_message',
  isSkipped: (payload) => member(payload, 'simulated') === true,
  namesOf: (payload) => {
    const ids = member(payload, 'end_device_ids');
    if (!isObject(ids)) return NO_NAMES;
    return { eui: nameOf(member(ids, 'dev_eui')), inTopic: nameOf(member(ids, 'device_id')) };
  },
  nameField: 'end_device_ids.device_id',
  unnamed: {
    field: 'end_device_ids',
    message:
      'neither topic nor end_device_ids names the device; publish uplinks of The Things Stack v3 as JSON',
  },
});
const NO_NAMES = { eui: undefined, inTopic: undefined };

export const ttn: Dialect = {
  name: 'ttn',
  title: 'The Things Stack v3',
  filters: ['v3/+/devices/+/up'],
  options: LORAWAN_OPTIONS,
  create: (settings) => {
    const reader = uplinkReader(settings);
    const names = euiNames(settings);
    return {
      decode: (findings) => {
        const opened = open(findings, names);
        if (opened === undefined) return;
        const { payload, raw, device } = opened;
        const message = member(payload, 'uplink_message');
        if (isObject(message)) readMessage(payload, message, raw, device, findings, reader);
        else
          device.reject(
            'wrong_type',
            'uplink_message',
            'must be an object: publish uplinks of The Things Stack v3 as JSON',
          );
      },
    };
  },
};

function readMessage(
  payload: JsonObject,
  message: JsonObject,
  raw: string,
  device: DeviceFindings,
  findings: MessageFindings,
  reader: UplinkReader,
): void {
  const time = timeOf(payload, message, findings);
  const rssi = strongestSignal(member(message, 'rx_metadata'));
  if (rssi !== undefined)
    device.point('rssi', rssi, 'dBm', time, 'uplink_message.rx_metadata.rssi');
  const normalized = member(message, 'normalized_payload');
  const object = member(message, 'decoded_payload');
  if (object !== undefined || normalized === undefined)
    readUplink(
      {
        raw,
        device,
        object,
        objectField: 'uplink_message.decoded_payload',
        data: member(message, 'frm_payload'),
        dataField: 'frm_payload',
        port: numberOf(member(message, 'f_port')),
        time,
        fix: FIX,
      },
      reader,
      findings,
    );
  readNormalized(normalized, device, findings, time);
  readBattery(member(message, 'last_battery_percentage'), device, findings, time);
}

/** The best of the times there are; the last one is kept as it is, so that an unusable one is told. */
function timeOf(payload: JsonObject, message: JsonObject, { times }: MessageFindings): PointTime {
  const settings = member(message, 'settings');
  const stamps: readonly (readonly [JsonValue | undefined, Stamper])[] = [
    [isObject(settings) ? member(settings, 'time') : undefined, 'gateway'],
    [member(message, 'received_at'), 'server'],
    [member(payload, 'received_at'), 'server'],
  ];
  let found = arrivalTime(times.receivedAtUs);
  for (const [stamp, stamper] of stamps) {
    if (stamp === undefined) continue;
    found = textTime(stamp, times, stamper);
    if (found.tsSource !== 'arrival') return found;
  }
  return found;
}

const AIR: Readonly<Record<string, readonly [quantity: string, unit: string]>> = {
  temperature: ['temperature', 'Cel'],
  relativeHumidity: ['humidity', '%'],
  co2: ['co2', 'ppm'],
};

/** Measurements as the device repository normalises them: what the object itself said already is the same again. Their `battery` is in volts. */
function readNormalized(
  normalized: JsonValue | undefined,
  device: DeviceFindings,
  findings: MessageFindings,
  time: PointTime,
): void {
  if (!Array.isArray(normalized)) return;
  const told = new Set(device.readings.map(({ quantity }) => quantity));
  for (const item of normalized) {
    const air = isObject(item) ? member(item, 'air') : undefined;
    if (!isObject(item) || !isObject(air)) continue;
    const own = textTime(member(item, 'time'), findings.times, 'device');
    for (const key of Object.keys(air)) {
      const known = Object.hasOwn(AIR, key) ? AIR[key] : undefined;
      if (known === undefined) findings.ignore(`air.${key}`);
      else if (!told.has(known[0]))
        device.point(
          known[0],
          air[key],
          known[1],
          own.tsSource === 'device' ? own : time,
          `normalized_payload.air.${key}`,
        );
    }
  }
}

/** The last state the device told, repeated with every uplink: at the time it had then. */
function readBattery(
  battery: JsonValue | undefined,
  device: DeviceFindings,
  findings: MessageFindings,
  time: PointTime,
): void {
  if (!isObject(battery)) return;
  const told = textTime(member(battery, 'received_at'), findings.times, 'server');
  const field = 'uplink_message.last_battery_percentage.value';
  device.point(
    'battery',
    member(battery, 'value'),
    '%',
    told.tsSource === 'arrival' ? time : told,
    field,
  );
}
