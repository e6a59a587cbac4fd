import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { nameOf, numberOf } from '../foreign/numbers.ts';
import { type PointTime, textTime } from '../foreign/times.ts';
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
 * topic   = [ base "/" ] "application/" id "/device/" dev-eui "/event/" ( "up" / "status" / other events, which are skipped )
 * payload = JSON object; members that are 0, false or empty are left out (CH-01)
 *   up      deviceInfo.devEui
 *           time            when the uplink was received
 *           object          decoded application payload, see lorawan/uplink.ts
 *           data, fPort     application payload in base64, and its port
 *           rxInfo[].rssi   dBm, of each gateway that heard it
 *   status  batteryLevel    %; left out at 0 as well, unless externalPowerSource or batteryLevelUnavailable is true (CH-02)
 * A repeated deduplicationId has the time and values it had (CH-05); fCnt says nothing that the time does not (CH-06).
 */
const FIX =
  'give its device profile in ChirpStack a codec, and look for its errors among the events of the device';

const open = opener({
  topic: /(?:^|\/)device\/([^/]+)\/((?:event|command)\/[^/]+)$/,
  events: ['event/up', 'event/status'],
  shape: 'an event of ChirpStack is an object with deviceInfo',
  namesOf: (payload) => {
    const info = member(payload, 'deviceInfo');
    const eui = isObject(info) ? nameOf(member(info, 'devEui')) : undefined;
    return { eui, inTopic: eui };
  },
  nameField: 'deviceInfo.devEui',
  unnamed: {
    field: 'deviceInfo.devEui',
    message:
      'neither topic nor deviceInfo.devEui names the device; publish events of ChirpStack v4 as JSON',
  },
});

export const chirpstack: Dialect = {
  name: 'chirpstack',
  title: 'ChirpStack v4',
  filters: ['application/+/device/+/event/+'],
  options: LORAWAN_OPTIONS,
  create: (settings) => {
    const reader = uplinkReader(settings);
    const names = euiNames(settings);
    return {
      decode: (findings) => {
        const opened = open(findings, names);
        if (opened === undefined) return;
        const { payload, event, raw, device } = opened;
        if (event === 'event/status') readStatus(payload, device, findings);
        else readUp(payload, raw, device, findings, reader);
      },
    };
  },
};

function readUp(
  payload: JsonObject,
  raw: string,
  device: DeviceFindings,
  findings: MessageFindings,
  reader: UplinkReader,
): void {
  const rxInfo = member(payload, 'rxInfo');
  const time = timeOf(payload, rxInfo, findings);
  const rssi = strongestSignal(rxInfo);
  if (rssi !== undefined) device.point('rssi', rssi, 'dBm', time, 'rxInfo.rssi');
  readUplink(
    {
      raw,
      device,
      object: member(payload, 'object'),
      objectField: 'object',
      data: member(payload, 'data'),
      dataField: 'data',
      port: numberOf(member(payload, 'fPort')),
      time,
      fix: FIX,
    },
    reader,
    findings,
  );
}

function readStatus(payload: JsonObject, device: DeviceFindings, findings: MessageFindings): void {
  const time = textTime(member(payload, 'time'), findings.times, 'server');
  const level = member(payload, 'batteryLevel');
  const isUnknown =
    member(payload, 'externalPowerSource') === true ||
    member(payload, 'batteryLevelUnavailable') === true;
  if (isUnknown) findings.silent();
  else device.point('battery', level ?? 0, '%', time, 'batteryLevel');
}

/** ChirpStack takes the time of a gateway that has one, else its own. */
function timeOf(
  payload: JsonObject,
  rxInfo: JsonValue | undefined,
  findings: MessageFindings,
): PointTime {
  const isOfGateway =
    Array.isArray(rxInfo) &&
    rxInfo.some((gateway) => isObject(gateway) && Object.hasOwn(gateway, 'gwTime'));
  return textTime(member(payload, 'time'), findings.times, isOfGateway ? 'gateway' : 'server');
}
