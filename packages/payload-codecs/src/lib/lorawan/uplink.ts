import type { DeviceFindings } from '../foreign/device-findings.ts';
import { type FreeNames, freeNames, readFreeForm } from '../foreign/free-form.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { numberOf } from '../foreign/numbers.ts';
import type { SourceSettings } from '../foreign/source.ts';
import { type PointTime, stampTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member, printable } from '../json.ts';
import { readAxiomaFrame } from './axioma-frame.ts';
import { axiomaFrameOf, isAxiomaObject, tellAxiomaFrame } from './axioma.ts';
import { EUI_OPTION } from './device-eui.ts';
import { CLOCK_OPTION, isFlowIqObject, readFlowIq } from './flow-iq.ts';

const RAW_CODEC = 'axioma-w1';

/** Options of dialects that carry LoRaWAN application data. */
export const LORAWAN_OPTIONS = {
  ...EUI_OPTION,
  ...CLOCK_OPTION,
  raw_codec: `${RAW_CODEC}: frames that the network server did not decode are decoded here`,
} as const;

/** What the application data of an uplink is read with. */
export interface UplinkReader {
  readonly names: FreeNames;
  readonly rawCodec: boolean | number | string | undefined;
}

export function uplinkReader(settings: SourceSettings): UplinkReader {
  return { names: freeNames(settings), rawCodec: settings.options['raw_codec'] };
}

/** An uplink as a network server hands it on. */
export interface Uplink {
  /** The device as the dialect names it. */
  readonly raw: string;
  readonly device: DeviceFindings;
  /** What the server's codec made of it. */
  readonly object: JsonValue | undefined;
  readonly objectField: string;
  /** The application payload in base64. */
  readonly data: JsonValue | undefined;
  readonly dataField: string;
  readonly port: number | undefined;
  /** When it was received, for what has no time of its own. */
  readonly time: PointTime;
  /** Where the network server is told to decode, for messages. */
  readonly fix: string;
}

/** Reads the application data of an uplink: by the codec that made the object, else as free fields. */
export function readUplink(uplink: Uplink, reader: UplinkReader, findings: MessageFindings): void {
  const { object, device, time, objectField } = uplink;
  if (
    object === undefined ||
    object === null ||
    (isObject(object) && Object.keys(object).length === 0)
  ) {
    readData(uplink, reader, findings);
  } else if (!isObject(object)) {
    device.reject('wrong_type', objectField, 'the decoded payload must be an object of fields');
  } else if (isFlowIqObject(object)) readFlowIq(object, device, findings, time, objectField);
  else if (isAxiomaObject(object))
    tellAxiomaFrame(axiomaFrameOf(object, device, findings), device, findings, time);
  else readFields(object, uplink, reader, findings);
}

/** What no codec decoded. Without application data there is nothing to decode (CH-01): the uplink carries commands of the network only. */
function readData(
  { data, device, time, port, dataField, objectField, fix }: Uplink,
  { rawCodec }: UplinkReader,
  findings: MessageFindings,
): void {
  if (data === undefined || data === null || data === '') {
    findings.silent();
    return;
  }
  let remedy = `${fix}, or give the source the option raw_codec`;
  if (rawCodec === RAW_CODEC) {
    const frame = typeof data === 'string' ? readAxiomaFrame(data, port) : 'not a text';
    if (typeof frame === 'object') {
      tellAxiomaFrame(frame, device, findings, time);
      return;
    }
    remedy = `no frame of ${RAW_CODEC} either: ${frame}; ${fix}`;
  } else if (rawCodec !== undefined)
    remedy = `${fix}; the option raw_codec knows ${RAW_CODEC} only, not ${printable(String(rawCodec))}`;
  const payload = typeof data === 'string' ? printable(data) : 'no text';
  const message = `not decoded (port ${port ?? 0}, ${dataField} ${payload}); ${remedy}`;
  device.reject('malformed', objectField, message);
}

/** Names of a time among free fields. */
const TIMES = ['timestamp', 'time', 'ts'];
/** A number below this many seconds is a count of something, no time since 1970 (2001). */
const LEAST_SECONDS = 1e9;

function readFields(
  object: JsonObject,
  { raw, time }: Uplink,
  { names }: UplinkReader,
  findings: MessageFindings,
): void {
  const timeField = TIMES.find((name) => isTime(member(object, name)));
  let own = time;
  if (timeField !== undefined) {
    const read = stampTime(member(object, timeField), findings.times);
    if (read.tsSource === 'device') own = read;
    else if (read.refused !== undefined) own = { ...time, refused: read.refused };
  }
  const told = ['rssi']; // that of the envelope
  const form = { findings, raw, names, time: own, isNested: true, told };
  readFreeForm(object, form, '', timeField);
}

function isTime(stamp: JsonValue | undefined): boolean {
  // Not `numberOf`: for it the text of a date is a year with a unit behind it.
  if (typeof stamp === 'string' && Number.isNaN(Number(stamp)))
    return /^\d{4}-\d\d-\d\d[T ]\d\d:/.test(stamp.trim());
  return (numberOf(stamp) ?? 0) >= LEAST_SECONDS;
}

/** The strongest signal of the gateways that heard an uplink, dBm; undefined: none says it. */
export function strongestSignal(gateways: JsonValue | undefined): number | undefined {
  if (!Array.isArray(gateways)) return undefined;
  let strongest: number | undefined;
  for (const gateway of gateways) {
    const rssi = isObject(gateway) ? numberOf(member(gateway, 'rssi')) : undefined;
    if (rssi !== undefined && (strongest === undefined || rssi > strongest)) strongest = rssi;
  }
  return strongest;
}
