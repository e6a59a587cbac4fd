import { type DeviceFlag, tokenMeaning } from '@verimeter/telemetry';
import { STATUS_PAST } from './fields.ts';
import type { RaisedFlags } from './raised-flags.ts';
import type { Telegram } from './telegram.ts';
import type { MeterClock } from './telegram-times.ts';

/*
 * status = word *( SP word ) / ""; every word stands for itself. Words that raise no flag, such as the hexadecimal leftovers ERROR_FLAGS_400
 * and UNKNOWN_60, are one event `unknown_status` with their text (WS-03, WS-05).
 */

/** Words of one message that are read; a status holds fewer than twenty. */
const MOST_WORDS = 100;
const CLOCK_FIELD = 'meter_datetime';

/** Texts of a status are few, and come with every telegram. */
const MOST_TEXTS = 1000;

interface Told {
  /** With the field that tells it. */
  readonly active: Map<DeviceFlag, string>;
  readonly past: Set<DeviceFlag>;
  readonly unknown: Set<string>;
}

/**
 * Raises what the status says, and ends what it says no longer. Whether it tells of a fault that there is now.
 * @param clock what the meter's clock shows; its field counts as one of the status
 */
export function readStatus(
  telegram: Telegram,
  clock: MeterClock,
  isOnMains: boolean,
  raised: RaisedFlags,
  texts: StatusTexts,
): boolean {
  const { status = [], payload, device, time } = telegram;
  const { deviceId } = device.context;
  let told: Told | undefined;
  for (const field of status) {
    const text = payload[field];
    if (typeof text !== 'string' || text === 'OK' || text === '') continue;
    told ??= { active: new Map(), past: new Set(), unknown: new Set() };
    note(told, texts.read(text, isOnMains), field);
  }
  if (told !== undefined) raise(telegram, told, raised);
  // the event itself comes with the readings, whose time is not the clock's
  if (clock === 'wrong') raised.raise(deviceId, 'clock_error', CLOCK_FIELD);
  if (status.length === 0 && clock !== 'right') return false;
  for (const flag of raised.mayEnd(deviceId)) {
    if (told?.active.has(flag) === true || told?.past.has(flag) === true) continue;
    if (flag === 'clock_error' && (clock === 'wrong' || time.refused !== undefined)) continue;
    const field = raised.fieldOf(deviceId, flag);
    const isTold =
      field === undefined || (field === CLOCK_FIELD ? clock === 'right' : status.includes(field));
    if (!isTold) continue;
    raised.end(deviceId, flag);
    device.event(flag, 'cleared', time);
  }
  raised.see(deviceId);
  return told !== undefined && told.active.size > 0;
}

function raise({ device, time }: Telegram, told: Told, raised: RaisedFlags): void {
  const { deviceId } = device.context;
  for (const [flag, field] of told.active) {
    raised.raise(deviceId, flag, field);
    const detail = flag === 'unknown_status' ? [...told.unknown].join(' ') : undefined;
    device.event(flag, 'active', time, detail);
  }
  for (const flag of told.past) if (!told.active.has(flag)) device.event(flag, 'past', time);
}

/** A status text taken apart. */
interface StatusText {
  readonly active: readonly DeviceFlag[];
  readonly past: readonly DeviceFlag[];
  readonly unknown: readonly string[];
}

/** Takes status texts apart, each once. */
export class StatusTexts {
  readonly #texts = new Map<string, StatusText>();

  read(text: string, isOnMains: boolean): StatusText {
    const key = isOnMains ? `~${text}` : text;
    let read = this.#texts.get(key);
    if (read === undefined) {
      read = takenApart(text, isOnMains);
      if (this.#texts.size < MOST_TEXTS) this.#texts.set(key, read);
    }
    return read;
  }
}

function takenApart(text: string, isOnMains: boolean): StatusText {
  const active = new Set<DeviceFlag>();
  const past = new Set<DeviceFlag>();
  const unknown = new Set<string>();
  for (const word of text.split(/\s+/, MOST_WORDS)) {
    if (word === '') continue;
    const { flags, state, isFault } = tokenMeaning(word, isOnMains);
    for (const flag of flags) (state === 'past' ? past : active).add(flag);
    if (flags.length === 0 && isFault) unknown.add(word);
  }
  return { active: [...active], past: [...past], unknown: [...unknown] };
}

function note(told: Told, { active, past, unknown }: StatusText, field: string): void {
  for (const flag of past) told.past.add(flag);
  if (field === STATUS_PAST) {
    for (const flag of active) told.past.add(flag);
    return;
  }
  for (const flag of active) if (!told.active.has(flag)) told.active.set(flag, field);
  for (const word of unknown) told.unknown.add(word);
  if (unknown.length > 0 && !told.active.has('unknown_status'))
    told.active.set('unknown_status', field);
}
