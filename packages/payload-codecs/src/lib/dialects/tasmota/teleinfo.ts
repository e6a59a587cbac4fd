import { type JsonObject, member } from '../../json.ts';
import { decimalSum } from '../../foreign/decimals.ts';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { nameOf, numberOf } from '../../foreign/numbers.ts';
import { remembered } from '../../foreign/remember.ts';
import type { PointTime } from '../../foreign/times.ts';

/*
 * field                                            unit    quantity
 * ADCO, ADSC                                       text    id of the meter
 * BASE; HCHC + HCHP; EJPHN + EJPHPM; BBRH…; EAST   Wh      active_energy_import, whichever is complete first
 * EAIT                                             Wh      active_energy_export
 * IINST, IINST1..3, IRMS1..3                       A       current_l1..l3
 * URMS1..3                                         V       voltage_l1..l3
 */
const SERIALS = ['ADCO', 'ADSC'] as const;
const SERIAL_DIGITS = 12;
/** Registers of the contracts, each a sum over its tariffs. */
const IMPORTS: readonly (readonly string[])[] = [
  ['BASE'],
  ['HCHC', 'HCHP'],
  ['EJPHN', 'EJPHPM'],
  ['BBRHCJB', 'BBRHPJB', 'BBRHCJW', 'BBRHPJW', 'BBRHCJR', 'BBRHPJR'],
  ['EAST'],
];
const FIELDS: ReadonlyMap<string, readonly [quantity: string, unit: string]> = new Map([
  ['EAIT', ['active_energy_export', 'Wh']],
  ['IINST', ['current_l1', 'A']],
  ['IINST1', ['current_l1', 'A']],
  ['IINST2', ['current_l2', 'A']],
  ['IINST3', ['current_l3', 'A']],
  ['IRMS1', ['current_l1', 'A']],
  ['IRMS2', ['current_l2', 'A']],
  ['IRMS3', ['current_l3', 'A']],
  ['URMS1', ['voltage_l1', 'V']],
  ['URMS2', ['voltage_l2', 'V']],
  ['URMS3', ['voltage_l3', 'V']],
]);
/** Fields that are no readings: not worth a mention as unknown. */
const KNOWN = new Set<string>([
  ...SERIALS,
  ...IMPORTS.flat(),
  'PAPP',
  'SINSTS',
  'IMAX',
  'ISOUSC',
  'PTEC',
  'OPTARIF',
  'HHPHC',
  'MOTDETAT',
]);

/** What the French meter behind the device `id` says. */
export function readTeleinfo(
  tic: JsonObject,
  id: string,
  findings: MessageFindings,
  time: PointTime,
): void {
  const device = findings.device(serialOf(tic) ?? id);
  if (device === undefined) return;
  readImport(tic, device, time);
  for (const key of Object.keys(tic)) {
    const field = FIELDS.get(key);
    if (field !== undefined) device.point(field[0], tic[key], field[1], time, `TIC.${key}`);
    else if (!KNOWN.has(key)) findings.ignore(`TIC.${key}`);
  }
}

/** Twelve digits, of which a number loses the zeros in front (TT-05). */
function serialOf(tic: JsonObject): string | undefined {
  for (const key of SERIALS) {
    const name = nameOf(member(tic, key));
    if (name !== undefined) return serialIn(name);
  }
  return undefined;
}

const serialIn = remembered((name) =>
  /^\d+$/.test(name) ? name.padStart(SERIAL_DIGITS, '0') : name,
);

/** The first contract whose tariffs are all there: a sum without one of them would be a smaller register (TT-04). */
function readImport(tic: JsonObject, device: DeviceFindings, time: PointTime): void {
  for (const keys of IMPORTS) {
    if (!keys.every((key) => Object.hasOwn(tic, key))) continue;
    const numbers: number[] = [];
    let bad: string | undefined;
    for (const key of keys) {
      const number = numberOf(tic[key]);
      if (number === undefined) bad ??= key;
      else numbers.push(number);
    }
    const value = bad === undefined ? decimalSum(numbers) : tic[bad];
    device.point('active_energy_import', value, 'Wh', time, `TIC.${bad ?? keys[0]}`);
    return;
  }
}
