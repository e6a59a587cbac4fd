import type { Dialect } from '../foreign/dialect.ts';
import { type FreeNames, freeNames } from '../foreign/free-form.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { type JsonValue, isObject, member, printable, typeName } from '../json.ts';
import { readTelemetry } from './thingsboard/telemetry.ts';

/*
 * topic   = "v1/gateway/telemetry", perhaps behind levels of a bridge
 * skipped = "v1/gateway/" ( "connect" / "disconnect" / "attributes" … / "rpc" / "claim" )
 * payload = { *( device-name: telemetry ) } ; telemetry see thingsboard/telemetry.ts
 *
 * option allowed_devices = name *( ( "," / ";" ) name ) ; a name that ends with * is the beginning of one (TB-04)
 * Without it a gateway speaks for every device of its tenant: whoever may publish on the topic may, and what it names is the tenant's own.
 */
const OTHER = /(?:^|\/)v1\/gateway\/(?:connect|disconnect|attributes|rpc|claim|provision)(?:\/|$)/;

export const thingsboardGateway: Dialect = {
  name: 'thingsboard-gateway',
  title: 'ThingsBoard gateway API',
  filters: ['v1/gateway/telemetry'],
  options: {
    allowed_devices:
      'devices the gateway may speak for, separated by , or ; and * at the end of a name stands for anything; default: all',
  },
  create: (settings) => {
    const names = freeNames(settings);
    const isAllowed = allowance(settings.options['allowed_devices']);
    return { decode: (findings) => decode(findings, names, isAllowed) };
  },
};

type Allowance = (device: string) => boolean;

function allowance(option: boolean | number | string | undefined): Allowance {
  if (option === undefined || option === '') return () => true;
  const names = new Set<string>();
  const beginnings: string[] = [];
  for (const part of String(option).split(/[,;]/)) {
    const name = part.trim();
    if (name.endsWith('*')) beginnings.push(name.slice(0, -1));
    else if (name !== '') names.add(name);
  }
  return (device) =>
    names.has(device) || beginnings.some((beginning) => device.startsWith(beginning));
}

/** Devices whose entries are refused one by one; further ones of a message are summed up. */
const MOST_NAMED = 20;

function decode(findings: MessageFindings, names: FreeNames, isAllowed: Allowance): void {
  const { payload: bytes, topic } = findings.message;
  if (bytes.length === 0 || OTHER.test(topic)) {
    findings.silent();
    return;
  }
  const payload = findings.json();
  if (payload === undefined) return;
  if (!isObject(payload)) {
    findings.reject('wrong_type', '', `must be an object of devices, not ${typeName(payload)}`);
    return;
  }
  let refused = 0;
  let further = 0;
  for (const raw of Object.keys(payload)) {
    const telemetry = payload[raw];
    const problem = problemOf(raw, telemetry, isAllowed);
    if (problem === undefined) {
      const path = printable(raw);
      readTelemetry(telemetry, { findings, raw, names, stamper: 'gateway' }, path);
      continue;
    }
    const count = valuesOf(telemetry);
    refused += 1;
    if (refused > MOST_NAMED) further += count;
    else findings.reject(problem.reason, printable(raw), problem.message, count);
  }
  if (further > 0) {
    const message = `entries of ${refused - MOST_NAMED} further devices were refused as well`;
    findings.reject('topic_mismatch', '', message, further);
  }
}

function problemOf(
  raw: string,
  telemetry: JsonValue | undefined,
  isAllowed: Allowance,
): { readonly reason: 'topic_mismatch' | 'wrong_type'; readonly message: string } | undefined {
  if (!isAllowed(raw)) {
    const fix = 'add it to the option allowed_devices of the source if it may';
    return {
      reason: 'topic_mismatch',
      message: `the gateway may not speak for this device; ${fix}`,
    };
  }
  if (typeof telemetry === 'object' && telemetry !== null) return undefined;
  const message = `the telemetry of a device is an array of {"ts", "values"}, not ${typeName(telemetry ?? null)}`;
  return { reason: 'wrong_type', message };
}

/** How many values an entry has that is not read; at least 1. */
function valuesOf(telemetry: JsonValue | undefined): number {
  let count = 0;
  for (const item of Array.isArray(telemetry) ? telemetry : [telemetry ?? null]) {
    if (!isObject(item)) continue;
    const values = member(item, 'values');
    count += Object.keys(isObject(values) ? values : item).length;
  }
  return Math.max(count, 1);
}
