import { printable } from '../../json.ts';
import { decimalSum } from '../../foreign/decimals.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { DialectState } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import { type PowerField, netPower } from '../../foreign/obis.ts';
import { type PointTime, arrivalTime } from '../../foreign/times.ts';
import { noteFailures } from './failure-counts.ts';
import { stampTime } from './stamps.ts';
import { readSubMeters } from './sub-meters.ts';
import { type P1Objects, firstValue, readTelegram } from './telegram.ts';
import { idOfHex, measured } from './values.ts';

/*
 * code                                   unit    quantity
 * 0-0:96.1.1                             hex     id of the electricity meter
 * 0-0:1.0.0                              stamp   its time
 * 1-0:1.8.0, else 1.8.1 + 1.8.2          kWh     active_energy_import
 * 1-0:2.8.0, else 2.8.1 + 2.8.2          kWh     active_energy_export
 * 1-0:3.8.0, 4.8.0                       kvarh   reactive_energy_import, reactive_energy_export
 * 1-0:1.7.0 - 2.7.0                      kW      active_power
 * 1-0:32.7.0, 52.7.0, 72.7.0             V       voltage_l1..l3
 * 1-0:31.7.0, 51.7.0, 71.7.0             A       current_l1..l3
 * 0-0:96.7.21, 96.7.9                            event power_loss where they increase
 * 0-n:…                                          sub-meters, see sub-meters.ts
 * and what else of 1-0 is an alias in the quantity catalogue, see codes.ts
 */

const ID = '0-0:96.1.1';
const IMPORT_POWER = '1-0:1.7.0';
const EXPORT_POWER = '1-0:2.7.0';
const TARIFFS = [
  ['active_energy_import', '1-0:1.8'],
  ['active_energy_export', '1-0:2.8'],
] as const;
export interface P1Options {
  readonly allowWithoutCrc: boolean;
  /** Name of the electricity meter where the telegram has none. */
  readonly fallbackId: string;
  readonly state: DialectState | undefined;
}

/** What a telegram, given as its lines, says of the electricity meter and those behind it. */
export function decodeTelegram(
  lines: readonly string[],
  findings: MessageFindings,
  { allowWithoutCrc, fallbackId, state }: P1Options,
): void {
  const telegram = readTelegram(lines, allowWithoutCrc);
  if (!telegram.ok) {
    findings.reject('malformed', telegram.field, telegram.message);
    return;
  }
  const { objects, unreadable } = telegram;
  for (const line of unreadable) findings.ignore(line);
  const meter = idOfHex(firstValue(objects, ID)) ?? fallbackId;
  const stamp = firstValue(objects, '0-0:1.0.0');
  const time =
    stampTime(stamp, findings.times) ??
    arrivalTime(findings.message.receivedAtUs, stamp === '' ? undefined : stamp);
  const device = findings.device(meter);
  if (device !== undefined) {
    readElectricity(objects, device, time);
    noteFailures(meter, objects, device, time, state, findings);
  }
  readSubMeters(objects, findings);
  for (const { meaning } of objects.values()) if (meaning.isUnknown) findings.ignore(meaning.code);
}

function readElectricity(objects: P1Objects, device: DeviceFindings, time: PointTime): void {
  for (const { meaning, values } of objects.values()) {
    const { code, quantity } = meaning;
    if (quantity === undefined || code === IMPORT_POWER) continue;
    const { number, unit } = measured(values[0]);
    device.point(quantity, number, unit, time, code);
  }
  for (const [quantity, code] of TARIFFS)
    if (!objects.has(`${code}.0`))
      addTariffs(
        quantity,
        partOf(`${code}.1`, objects),
        partOf(`${code}.2`, objects),
        device,
        time,
      );
  netPower(device, partOf(IMPORT_POWER, objects), partOf(EXPORT_POWER, objects), time);
}

/** Value of a code; undefined: the telegram has no such line. */
function partOf(code: string, objects: P1Objects): PowerField | undefined {
  const value = firstValue(objects, code);
  if (value === undefined) return undefined;
  const { number, unit } = measured(value);
  return { raw: number, unit, field: code };
}

/** The sum of both tariffs (P1-03); nothing where one is missing, since a register without it would be a smaller one. */
function addTariffs(
  quantity: string,
  one: PowerField | undefined,
  two: PowerField | undefined,
  device: DeviceFindings,
  time: PointTime,
): void {
  if (one === undefined || two === undefined) {
    if (one !== two) device.hasMissing = true;
    return;
  }
  const bad = [one, two].find(({ raw }) => numberOf(raw) === undefined);
  if (bad !== undefined) device.point(quantity, bad.raw, bad.unit, time, bad.field);
  else if (one.unit === two.unit) {
    const sum = decimalSum([numberOf(one.raw) ?? 0, numberOf(two.raw) ?? 0]);
    device.point(quantity, sum, one.unit, time, one.field);
  } else {
    const message = `${one.field} is in ${printable(one.unit)}, ${two.field} in ${printable(two.unit)}`;
    device.reject('bad_unit', two.field, message);
  }
}
