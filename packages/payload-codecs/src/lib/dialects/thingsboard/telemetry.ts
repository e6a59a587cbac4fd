import { type FreeNames, readFreeForm } from '../../foreign/free-form.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { type PointTime, type Stamper, arrivalTime, epochTime } from '../../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member, typeName } from '../../json.ts';

/*
 * telemetry = entry / "[" *entry "]"
 * entry     = { "ts": milliseconds since 1970, "values": { *field } }   ; ts may be missing: the time of arrival
 *           / { *field }                                                ; "ts" is a field then (TB-02)
 * field     = free name: number / text of a number / boolean (TB-05)
 */

/** Values of one instant. */
interface Entry {
  readonly time: PointTime;
  readonly values: JsonObject;
}

export interface TelemetryOf {
  readonly findings: MessageFindings;
  /** The device as its dialect names it. */
  readonly raw: string;
  readonly names: FreeNames;
  /** Who stamps. */
  readonly stamper: Stamper;
}

const SHAPES =
  'telemetry is {"ts": milliseconds, "values": {…}}, an object of values or an array of these';

/** Reads what is said of a device. Entries may come in any order (TB-06): states are told as they followed one another. */
export function readTelemetry(telemetry: JsonValue | undefined, of: TelemetryOf, path = ''): void {
  if (!Array.isArray(telemetry)) {
    const entry = entryOf(telemetry, of, path);
    if (entry !== undefined) readEntry(entry, of);
    return;
  }
  const entries: Entry[] = [];
  for (const [index, item] of telemetry.entries()) {
    const entry = entryOf(item, of, `${path}[${index}]`);
    if (entry !== undefined) entries.push(entry);
  }
  entries.sort((a, b) => a.time.tsUs - b.time.tsUs);
  for (const entry of entries) readEntry(entry, of);
}

function readEntry({ time, values }: Entry, { findings, raw, names }: TelemetryOf): void {
  readFreeForm(values, { findings, raw, names, time, isNested: false, told: [] });
}

function entryOf(
  item: JsonValue | undefined,
  { findings, raw, stamper }: TelemetryOf,
  field: string,
): Entry | undefined {
  const { receivedAtUs } = findings.message;
  if (!isObject(item)) {
    const device = findings.device(raw);
    device?.reject('wrong_type', field, `${SHAPES}, not ${typeName(item ?? null)}`);
    return undefined;
  }
  const values = member(item, 'values');
  if (!isObject(values)) return { time: arrivalTime(receivedAtUs), values: item };
  for (const key in item) if (key !== 'ts' && key !== 'values') findings.ignore(key);
  return { time: epochTime(member(item, 'ts'), receivedAtUs, stamper), values };
}
