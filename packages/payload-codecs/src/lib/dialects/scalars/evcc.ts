import type { Dialect, DialectState } from '../../foreign/dialect.ts';
import { firstKept } from '../../foreign/merge-memory.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { remembered } from '../../foreign/remember.ts';
import type { NamedField } from '../../foreign/source.ts';
import { fixedPart } from '../../foreign/topic-filter.ts';
import { readScalar } from './scalar.ts';

/*
 * topic = base "/site/…" / base "/loadpoints/" N "/…" ; N from 1 ; base is the text of the filter before its first wildcard
 * id    = "site/grid" / "loadpoints/" N ; payload = number, retained, without time
 * Names of older releases are in the last column; what has come under its new name is not read under the old one (SC-05).
 *
 * site/grid/power             W     active_power, positive = import     site/gridPower
 * site/grid/energy            kWh   active_energy_import                site/gridEnergy
 * site/grid/currents/1..3     A     current_l1..l3                      site/gridCurrents/1..3
 * loadpoints/N/chargePower    W     active_power
 * loadpoints/N/chargeTotalImport kWh  active_energy_import: the meter of the charger
 * loadpoints/N/chargeCurrents/1..3, chargeVoltages/1..3
 * chargedEnergy, sessionEnergy: Wh of a session, no register
 */

const GRID = 'site/grid';
const FIELDS: Readonly<Record<string, NamedField>> = {
  power: { quantity: 'active_power', unit: 'W' },
  energy: { quantity: 'active_energy_import', unit: 'kWh' },
  'currents/1': { quantity: 'current_l1', unit: 'A' },
  'currents/2': { quantity: 'current_l2', unit: 'A' },
  'currents/3': { quantity: 'current_l3', unit: 'A' },
};
const CHARGER: Readonly<Record<string, NamedField>> = {
  chargePower: { quantity: 'active_power', unit: 'W' },
  chargeTotalImport: { quantity: 'active_energy_import', unit: 'kWh' },
  'chargeCurrents/1': { quantity: 'current_l1', unit: 'A' },
  'chargeCurrents/2': { quantity: 'current_l2', unit: 'A' },
  'chargeCurrents/3': { quantity: 'current_l3', unit: 'A' },
  'chargeVoltages/1': { quantity: 'voltage_l1', unit: 'V' },
  'chargeVoltages/2': { quantity: 'voltage_l2', unit: 'V' },
  'chargeVoltages/3': { quantity: 'voltage_l3', unit: 'V' },
};

export const evcc: Dialect = {
  name: 'evcc',
  title: 'evcc',
  filters: ['evcc/#'],
  create: ({ filter }, state = new Map()) => {
    const valueOf = remembered((topic) => valueOn(topic, fixedPart(filter, topic)));
    return {
      state,
      merge: (_, kept, own) => firstKept(kept, own),
      decode(findings) {
        decode(findings, valueOf(findings.message.topic), state);
      },
    };
  },
};

/** What comes on a topic. */
interface TopicValue {
  readonly device: string;
  readonly name: string;
  readonly known: NamedField | undefined;
  /** Of the grid: under what it is remembered that it comes under its new name. */
  readonly renamed?: string;
  readonly isOld?: boolean;
}

function decode(
  findings: MessageFindings,
  { device, name, known, renamed, isOld }: TopicValue,
  state: DialectState,
): void {
  if (renamed !== undefined) {
    const { topic, replayed = false } = findings.message;
    const hasNewName = state.has(renamed);
    if (isOld === true && hasNewName) {
      findings.silent();
      return;
    }
    if (isOld !== true && !replayed && !hasNewName) state.set(renamed, { since: topic });
  }
  readScalar(findings, device, name, known);
}

function valueOn(topic: string, base: string): TopicValue {
  const path = base === '' ? topic : topic.slice(base.length + 1);
  return gridValue(path, base) ?? loadpointValue(path);
}

/** `gridPower` and `grid/power` alike. */
function gridValue(path: string, base: string): TopicValue | undefined {
  const match = /^site\/grid(\/?)([A-Za-z]+(?:\/\d)?)$/.exec(path);
  if (match === null) return undefined;
  const [, slash, text = ''] = match;
  const name = text.charAt(0).toLowerCase() + text.slice(1);
  return Object.hasOwn(FIELDS, name)
    ? { device: GRID, name, known: FIELDS[name], renamed: `${base}/${name}`, isOld: slash === '' }
    : undefined;
}

/** Everything else: of a load point by its number, or of the site. */
function loadpointValue(path: string): TopicValue {
  const match = /^(loadpoints\/[1-9]\d{0,3})\/(.+)$/.exec(path);
  if (match === null) return { device: 'site', name: path, known: undefined };
  const [, device = '', name = ''] = match;
  return { device, name, known: Object.hasOwn(CHARGER, name) ? CHARGER[name] : undefined };
}
