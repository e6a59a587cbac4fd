import type { Dialect, DialectState } from '../../foreign/dialect.ts';
import { firstKept } from '../../foreign/merge-memory.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { remembered } from '../../foreign/remember.ts';
import type { NamedField } from '../../foreign/source.ts';
import { arrivalTime, epochTime } from '../../foreign/times.ts';
import { isObject, member, printable } from '../../json.ts';
import { isScalarSized, scalarText } from './scalar.ts';

/*
 * topic   = [ prefix "/" ] "vzlogger/chn" N "/" ( "raw" / "agg" / "id" / "uuid" ) ; the prefix is the installation's
 * id      = N ; channels of one meter are made one device by the names that the source gives them
 * raw, agg: number, or { "timestamp": ms since 1970, "value": number }
 * id      = OBIS code [ A-B: ] C.D.E [ *F ], retained; says what the channel is
 *
 * 1.8.x, 2.8.x   Wh     active_energy_import, active_energy_export
 * 3.8.x, 4.8.x   varh   reactive_energy_import, reactive_energy_export
 * 16.7.0         W      active_power
 * 32, 52, 72.7.0 V, 31, 51, 71.7.0 A, 14.7.0 Hz, 13.7.0
 */

const OBIS = /^(?:\d{1,3}-\d{1,3}:)?(\d{1,3}\.\d{1,3})\.\d{1,3}(?:\*\d{1,3})?$/;
const MEANINGS: Readonly<Record<string, NamedField>> = {
  '1.8': { quantity: 'active_energy_import', unit: 'Wh' },
  '2.8': { quantity: 'active_energy_export', unit: 'Wh' },
  '3.8': { quantity: 'reactive_energy_import', unit: 'varh' },
  '4.8': { quantity: 'reactive_energy_export', unit: 'varh' },
  '16.7': { quantity: 'active_power', unit: 'W' },
  '32.7': { quantity: 'voltage_l1', unit: 'V' },
  '52.7': { quantity: 'voltage_l2', unit: 'V' },
  '72.7': { quantity: 'voltage_l3', unit: 'V' },
  '31.7': { quantity: 'current_l1', unit: 'A' },
  '51.7': { quantity: 'current_l2', unit: 'A' },
  '71.7': { quantity: 'current_l3', unit: 'A' },
  '14.7': { quantity: 'frequency', unit: 'Hz' },
  '13.7': { quantity: 'power_factor', unit: '1' },
};
const TOPIC = /^chn(\d{1,9})$/;
const OPENING_BRACE = 0x7b;
const MOST_CHANNELS = 50_000;

export const vzlogger: Dialect = {
  name: 'vzlogger',
  title: 'vzlogger (volkszaehler.org)',
  filters: ['vzlogger/#'],
  options: {
    values: 'raw or agg: which of the two of a channel is used; default: that which comes first',
  },
  create: ({ options }, state = new Map()) => ({
    state,
    merge: (key, kept, own) => (key === 'values' ? firstKept(kept, own) : own),
    decode: (findings) => decode(findings, state, options['values']),
  }),
};

/** What a topic says. */
interface Topic {
  readonly kind: string;
  /** Undefined: it is of no channel. */
  readonly channel: string | undefined;
  /** The prefix tells installations apart that have a channel of the same number. */
  readonly key: string;
  /** For what is said of it. */
  readonly end: string;
}

const KINDS = ['raw', 'agg', 'id', 'uuid'];
const topicOf = remembered((topic): Topic => {
  const levels = topic.split('/');
  const kind = levels.at(-1) ?? '';
  const channel = KINDS.includes(kind) ? TOPIC.exec(levels.at(-2) ?? '')?.[1] : undefined;
  const key = levels.slice(0, -1).join('/');
  return { kind, channel, key, end: levels.slice(-2).join('/') };
});

function decode(findings: MessageFindings, state: DialectState, wanted: unknown): void {
  const { kind, channel, key, end } = topicOf(findings.message.topic);
  if (channel === undefined) {
    findings.silent();
    findings.ignore(end);
    return;
  }
  if (kind === 'uuid') findings.silent();
  else if (kind === 'id') rememberCode(findings, state, key);
  else if (isUsed(findings, state, kind, wanted)) readValue(findings, state, key, channel);
  else findings.silent();
}

function rememberCode(findings: MessageFindings, state: DialectState, key: string): void {
  findings.silent();
  const code = OBIS.exec(scalarText(findings) ?? '')?.[1];
  if (code === undefined || findings.message.replayed === true) return;
  const known = state.get(key);
  if (isObject(known) && known['code'] === code) return;
  if (known !== undefined || state.size < MOST_CHANNELS) state.set(key, { code });
}

/** SC-04: both say the same, and only one of them is used: of the source, so that no channel is read twice. */
function isUsed(
  { message }: MessageFindings,
  state: DialectState,
  kind: string,
  wanted: unknown,
): boolean {
  if (wanted === 'raw' || wanted === 'agg') return kind === wanted;
  const known = state.get('values');
  if (isObject(known)) return known['kind'] === kind;
  if (message.replayed !== true) state.set('values', { kind });
  return true;
}

function readValue(
  findings: MessageFindings,
  state: DialectState,
  key: string,
  channel: string,
): void {
  const { receivedAtUs } = findings.message;
  const { names } = findings.settings;
  const isObjectText = findings.message.payload[0] === OPENING_BRACE && isScalarSized(findings);
  const text = isObjectText ? '{' : (scalarText(findings) ?? '');
  const json = text.startsWith('{') ? findings.json() : text;
  if (json === undefined) return;
  if (json === '') {
    findings.silent();
    return;
  }
  const value = isObject(json) ? member(json, 'value') : json;
  const time = isObject(json)
    ? epochTime(member(json, 'timestamp'), receivedAtUs, 'gateway')
    : arrivalTime(receivedAtUs);
  const known = state.get(key);
  const code = isObject(known) ? known['code'] : undefined;
  const byCode =
    typeof code === 'string' && Object.hasOwn(MEANINGS, code) ? MEANINGS[code] : undefined;
  const name = `chn${channel}`;
  // By the name of its topic, or by its number, which is its id
  const own = [name, channel].find((given) => Object.hasOwn(names, given));
  const meaning = (own === undefined ? undefined : names[own]) ?? byCode;
  if (meaning !== undefined) {
    const { quantity, unit = '' } = meaning;
    findings.device(channel)?.point(quantity, value, unit, time, name);
  } else if (typeof code === 'string') {
    findings.ignore(`${name} (${code})`);
    findings.silent();
  } else {
    const problem = `nothing says what ${name} counts: its topic ${printable(key)}/id has brought no OBIS code; give the source a name for ${name}`;
    findings.reject('unknown_quantity', name, problem);
  }
}
