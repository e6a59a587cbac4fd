import { printable } from '../../json.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { stampTime } from './stamps.ts';
import { idOfHex, measured } from './values.ts';
import type { P1Objects } from './telegram.ts';

/*
 * code                       meaning
 * 0-n:24.1.0                 type (EN 13757-3): 003 gas, 004 heat, 007 water
 * 0-n:96.1.0, 96.1.1         equipment id in hex: NL, BE
 * 0-n:24.2.1, 24.2.3         (stamp)(value*unit)
 * 0-n:24.3.0                 (stamp)(…)(…)(…)(code)(unit)(value), DSMR 2.2 and 3.0
 */

const TYPES: Readonly<Record<number, readonly [quantity: string, unit: string] | null>> = {
  3: null, // gas: no quantity of the catalogue
  4: ['heat_energy', 'GJ'],
  7: ['water_volume', 'm3'],
};

interface SubMeter {
  id?: string;
  type?: string;
  /** Code, stamp, value with or without unit, unit. */
  reading?: readonly [code: string, stamp: string, value: string, unit: string];
}

/** Meters behind the electricity meter: each a device of its own by equipment id, whatever its channel n (P1-08), at its own stamp. */
export function readSubMeters(objects: P1Objects, findings: MessageFindings): void {
  for (const [n, meter] of subMetersOf(objects)) addReading(n, meter, findings);
}

function subMetersOf(objects: P1Objects): Map<string, SubMeter> {
  const meters = new Map<string, SubMeter>();
  for (const { meaning, values } of objects.values()) {
    if (meaning.subMeter === undefined) continue;
    const { n, what } = meaning.subMeter;
    let meter = meters.get(n);
    if (meter === undefined) meters.set(n, (meter = {}));
    const [first = '', second = ''] = values;
    if (what === '24.1.0') meter.type = first;
    else if (what.startsWith('96')) meter.id ??= idOfHex(first) ?? '';
    else if (what === '24.3.0')
      meter.reading ??= [meaning.code, first, values[6] ?? '', values[5] ?? ''];
    else meter.reading ??= [meaning.code, first, second, ''];
  }
  return meters;
}

function addReading(n: string, { id, type, reading }: SubMeter, findings: MessageFindings): void {
  if (reading === undefined) return;
  const kind = Object.hasOwn(TYPES, Number(type)) ? TYPES[Number(type)] : undefined;
  if (kind === undefined) findings.ignore(`0-${n}:24.1.0(${type ?? ''})`);
  if (kind === undefined || kind === null) return;
  const [quantity, usualUnit] = kind;
  const [code, stamp, value, statedUnit] = reading;
  const time = stampTime(stamp, findings.times);
  if (time === undefined || value === '') return;
  if (id === undefined || id === '') {
    const message = `${printable(code)} is of a meter without equipment id (0-${n}:96.1.0): it cannot be told which`;
    findings.reject('malformed', code, message);
    return;
  }
  const { number, unit } = measured(value);
  findings.device(id)?.point(quantity, number, unit || statedUnit || usualUnit, time, code);
}
