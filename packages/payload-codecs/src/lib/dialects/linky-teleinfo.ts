import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { decimalSum } from '../foreign/decimals.ts';
import { nameOf, numberOf } from '../foreign/numbers.ts';
import { arrivalTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member } from '../json.ts';
import { eachObject } from './customer-interface.ts';

/*
 * topic   = as the module is set up
 * payload = object of labels of the tele-information { "raw", "value" }
 * device  = raw of ADCO (historic mode) or ADSC (standard mode): 12 digits that may begin with 0, which "value" has lost (NA-02)
 * time    = none
 *
 * BASE, or HCHC + HCHP, or EAST    Wh   active_energy_import
 * EAIT                             Wh   active_energy_export
 * IINST, IINST1..3                 A    current_l1..l3
 * PAPP, SINSTS                     VA   no quantity: apparent power
 */

const FIELDS: ReadonlyMap<string, readonly [quantity: string, unit: string]> = new Map([
  ['BASE', ['active_energy_import', 'Wh']],
  ['EAST', ['active_energy_import', 'Wh']],
  ['EAIT', ['active_energy_export', 'Wh']],
  ['IINST', ['current_l1', 'A']],
  ['IINST1', ['current_l1', 'A']],
  ['IINST2', ['current_l2', 'A']],
  ['IINST3', ['current_l3', 'A']],
]);
/** Labels of subscription, tariff and apparent power. */
const KNOWN = new Set(
  'ADCO ADSC PAPP SINSTS OPTARIF ISOUSC PTEC IMAX IMAX1 IMAX2 IMAX3 PMAX HHPHC MOTDETAT ADPS PPOT DEMAIN HCHC HCHP'.split(
    ' ',
  ),
);

export const linkyTeleinfo: Dialect = {
  name: 'linky-teleinfo',
  title: 'Linky by Micro Teleinfo v3',
  filters: [],
  create: () => ({ decode }),
};

function decode(findings: MessageFindings): void {
  const payload = findings.json();
  if (payload !== undefined) eachObject(payload, findings, (frame) => readFrame(frame, findings));
}

function readFrame(frame: JsonObject, findings: MessageFindings): void {
  const device = findings.device(idOf(frame, 'ADCO') ?? idOf(frame, 'ADSC') ?? '');
  if (device === undefined) return;
  const time = arrivalTime(findings.message.receivedAtUs);
  for (const label of Object.keys(frame)) {
    const field = FIELDS.get(label);
    if (field !== undefined) device.point(field[0], valueOf(frame, label), field[1], time, label);
    else if (!KNOWN.has(label) && !device.named(label, valueOf(frame, label), time, label))
      findings.ignore(label);
  }
  // The two tariffs mean something together only, and both of one frame.
  if (!Object.hasOwn(frame, 'HCHC') && !Object.hasOwn(frame, 'HCHP')) return;
  const low = valueOf(frame, 'HCHC');
  const high = valueOf(frame, 'HCHP');
  const lowWh = numberOf(low);
  const highWh = numberOf(high);
  if (lowWh !== undefined && highWh !== undefined) {
    const total = decimalSum([lowWh, highWh]);
    device.point('active_energy_import', total, 'Wh', time, 'HCHC');
  } else if (lowWh === undefined) device.point('active_energy_import', low, 'Wh', time, 'HCHC');
  else device.point('active_energy_import', high, 'Wh', time, 'HCHP');
}

/** The number of a label, or its text where the module made none of it. */
function valueOf(frame: JsonObject, label: string): JsonValue | undefined {
  const raw = member(frame, label);
  return isObject(raw) ? (member(raw, 'value') ?? member(raw, 'raw')) : raw;
}

function idOf(frame: JsonObject, label: string): string | undefined {
  const raw = member(frame, label);
  const text = isObject(raw) ? member(raw, 'raw') : raw;
  return typeof text === 'string' ? nameOf(text) : undefined;
}
