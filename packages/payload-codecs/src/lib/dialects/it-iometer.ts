import type { Dialect } from '../foreign/dialect.ts';
import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { nameOf } from '../foreign/numbers.ts';
import { obisOf } from '../foreign/obis.ts';
import { epochTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../json.ts';
import { type ObisValue, eachObject, isReadable, readObisValues } from './customer-interface.ts';

/*
 * topic   = "/" user "/iomtsgdata/" activation-key
 * payload = array of { "du", "pod", "data": [ { "ts", OBIS "_" class "," version "_" attribute : value, … } ] }
 * device  = pod, the supply point: du is the adapter, which can be exchanged
 * time    = "ts", seconds since 1970 as text (NA-03); values are texts as well
 * fields  = customer-interface.ts
 */

export const itIometer: Dialect = {
  name: 'it-iometer',
  title: 'Italian second-generation meters by an IoMeter adapter',
  filters: ['/+/iomtsgdata/+'],
  create: () => ({ decode }),
};

function decode(findings: MessageFindings): void {
  const payload = findings.json();
  if (payload !== undefined)
    eachObject(payload, findings, (point) => readSupplyPoint(point, findings));
}

function readSupplyPoint(point: JsonObject, findings: MessageFindings): void {
  const data = member(point, 'data');
  const entries = Array.isArray(data) ? data : isObject(data) ? [data] : [];
  const id = nameOf(member(point, 'pod')) ?? nameOf(member(point, 'du')) ?? '';
  const device = findings.device(id, '', Math.max(entries.length, 1));
  if (device === undefined) return;
  let others = 0;
  for (const entry of entries)
    if (isObject(entry)) readEntry(entry, device, findings);
    else others += 1;
  if (others > 0) device.reject('wrong_type', 'data', 'must be an array of objects', others);
  for (const key in point)
    if (key !== 'data' && key !== 'pod' && key !== 'du') findings.ignore(key);
}

function readEntry(entry: JsonObject, device: DeviceFindings, findings: MessageFindings): void {
  const time = epochTime(member(entry, 'ts'), findings.message.receivedAtUs);
  const values: ObisValue[] = [];
  for (const key in entry) {
    if (key === 'ts') continue;
    const raw: JsonValue | undefined = entry[key];
    const code = obisOf(key);
    if (code !== undefined && isReadable(code)) values.push({ code, key, raw, time });
    else if (!device.named(key, raw, time, key)) findings.ignore(key);
  }
  readObisValues(device, values);
}
