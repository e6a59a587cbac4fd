import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { nameOf } from '../foreign/numbers.ts';
import { obisOf } from '../foreign/obis.ts';
import { epochTime } from '../foreign/times.ts';
import { type JsonObject, isObject, member } from '../json.ts';
import {
  type ObisValue,
  countOf,
  eachObject,
  isReadable,
  readObisValues,
} from './customer-interface.ts';

/*
 * topic   = as the adapter is set up
 * payload = object of OBIS objects { "value", "time" }, beside "api_version", "name", "sma_time"
 * device  = value of 0-0:96.1.0, else name
 * time    = "time" of each object, seconds since 1970; "sma_time" is how long the adapter has run
 * fields  = customer-interface.ts
 */

const ID = '0-0:96.1.0';
const KNOWN = new Set(['api_version', 'name', 'sma_time']);

export const atObis: Dialect = {
  name: 'at-obis',
  title: 'Austrian customer-interface adapter (OBIS JSON)',
  filters: [],
  create: () => ({ decode }),
};

function decode(findings: MessageFindings): void {
  const payload = findings.json();
  if (payload !== undefined) eachObject(payload, findings, (meter) => readMeter(meter, findings));
}

function readMeter(meter: JsonObject, findings: MessageFindings): void {
  const { receivedAtUs } = findings.message;
  const values: ObisValue[] = [];
  const others: string[] = [];
  let id: string | undefined;
  for (const key of Object.keys(meter)) {
    const raw = meter[key];
    const code = obisOf(key);
    const value = isObject(raw) ? member(raw, 'value') : raw;
    if (code === ID) id = nameOf(value);
    else if (code !== undefined && isReadable(code)) {
      const time = epochTime(isObject(raw) ? member(raw, 'time') : undefined, receivedAtUs);
      values.push({ code, key, raw: value, time });
    } else if (!KNOWN.has(key)) others.push(key);
  }
  const device = findings.device(id ?? nameOf(member(meter, 'name')) ?? '', '', countOf(values));
  if (device === undefined) return;
  readObisValues(device, values);
  for (const key of others) {
    const raw = meter[key];
    const time = epochTime(isObject(raw) ? member(raw, 'time') : undefined, receivedAtUs);
    if (!device.named(key, isObject(raw) ? member(raw, 'value') : raw, time, key))
      findings.ignore(key);
  }
}
