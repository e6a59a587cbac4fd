import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { type PowerField, netPower } from '../foreign/obis.ts';
import type { PointTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, typeName } from '../json.ts';

/*
 * What the JSON of national customer interfaces has in common: one object or an array of them (NA-03), OBIS registers and powers.
 *
 * A-B:C.D.E            unit   quantity
 * 1-0:1.8.0, 2.8.0     Wh     active_energy_import, active_energy_export
 * 1-0:3.8.0, 4.8.0     varh   reactive_energy_import, reactive_energy_export
 * 1-0:1.7.0, 2.7.0     W      active_power = import - export
 */
const REGISTERS: ReadonlyMap<string, readonly [quantity: string, unit: string]> = new Map([
  ['1-0:1.8.0', ['active_energy_import', 'Wh']],
  ['1-0:2.8.0', ['active_energy_export', 'Wh']],
  ['1-0:3.8.0', ['reactive_energy_import', 'varh']],
  ['1-0:4.8.0', ['reactive_energy_export', 'varh']],
]);
const IMPORT_POWER = '1-0:1.7.0';
const EXPORT_POWER = '1-0:2.7.0';

/** A value under an OBIS code. */
export interface ObisValue {
  readonly code: string;
  readonly key: string;
  readonly raw: JsonValue | undefined;
  readonly time: PointTime;
}

/** Whether the code is one that gives a reading. */
export const isReadable = (code: string): boolean =>
  REGISTERS.has(code) || code === IMPORT_POWER || code === EXPORT_POWER;

/** Registers and power of one meter at one moment. */
export function readObisValues(device: DeviceFindings, values: readonly ObisValue[]): void {
  let imported: PowerField | undefined;
  let exported: PowerField | undefined;
  let powerTime: PointTime | undefined;
  for (const { code, key, raw, time } of values) {
    const register = REGISTERS.get(code);
    if (register !== undefined) device.point(register[0], raw, register[1], time, key);
    else if (code === IMPORT_POWER) {
      imported ??= { raw, unit: 'W', field: key };
      powerTime = time;
    } else if (code === EXPORT_POWER) {
      exported ??= { raw, unit: 'W', field: key };
      powerTime ??= time;
    }
  }
  if (powerTime !== undefined) netPower(device, imported, exported, powerTime);
}

/** Readings that values are at most: two powers are one. */
export const countOf = (values: readonly ObisValue[]): number => Math.max(values.length, 1);

/** Each object of the payload, which is one or an array of some; what is none of either is rejected, all at once. */
export function eachObject(
  payload: JsonValue,
  findings: MessageFindings,
  read: (object: JsonObject) => void,
): void {
  if (isObject(payload)) {
    read(payload);
    return;
  }
  if (!Array.isArray(payload)) {
    findings.reject(
      'wrong_type',
      '',
      `must be an object or an array of them, not ${typeName(payload)}`,
    );
    return;
  }
  let others = 0;
  for (const item of payload)
    if (isObject(item)) read(item);
    else others += 1;
  if (others > 0) findings.reject('wrong_type', '', 'the array holds what is no object', others);
}
