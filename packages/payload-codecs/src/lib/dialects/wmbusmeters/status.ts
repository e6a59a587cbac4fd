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

/** What one field of a status tells. */
interface Told {
  /** With the field that tells it. */
  readonly active: ReadonlyMap<DeviceFlag, string>;
  readonly past: ReadonlySet<DeviceFlag>;
  readonly unknown: ReadonlySet<string>;
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
  const told: Told[] = [];
  for (const field of status) {
    const text = payload[field];
    if (typeof text !== 'string' || text === 'OK' || text === '') continue;
    told.push(texts.read(text, field, isOnMains));
  }
  if (told.length > 0) raise(telegram, told, raised);
  // the event itself comes with the readings, whose time is not the clock's
  if (clock === 'wrong') raised.raise(deviceId, 'clock_error', CLOCK_FIELD);
  if (status.length === 0 && clock !== 'right') return false;
  for (const flag of raised.mayEnd(deviceId)) {
    if (told.some(({ active, past }) => active.has(flag) || past.has(flag))) continue;
    if (flag === 'clock_error' && (clock === 'wrong' || time.refused !== undefined)) continue;
    const field = raised.fieldOf(deviceId, flag);
    const isTold =
      field === undefined || (field === CLOCK_FIELD ? clock === 'right' : status.includes(field));
    if (!isTold) continue;
    raised.end(deviceId, flag);
    device.event(flag, 'cleared', time);
  }
  raised.see(deviceId);
  return told.some(({ active }) => active.size > 0);
}

function raise({ device, time }: Telegram, told: readonly Told[], raised: RaisedFlags): void {
  const { deviceId } = device.context;
  for (let index = 0; index < told.length; index += 1)
    for (const [flag, field] of told[index]?.active ?? []) {
      // the first field that tells of a flag is the one that raises it
      if (index > 0 && isActive(flag, told, index)) continue;
      raised.raise(deviceId, flag, field);
      const detail = flag === 'unknown_status' ? unknownWords(told) : undefined;
      device.event(flag, 'active', time, detail);
    }
  for (const { past } of told)
    for (const flag of past)
      if (!isActive(flag, told, told.length)) device.event(flag, 'past', time);
}

/** @param before how many of the fields are looked at */
function isActive(flag: DeviceFlag, told: readonly Told[], before: number): boolean {
  for (let index = 0; index < before; index += 1)
    if (told[index]?.active.has(flag) === true) return true;
  return false;
}

const unknownWords = (told: readonly Told[]): string =>
  [...new Set(told.flatMap(({ unknown }) => [...unknown]))].join(' ');

/** Takes status texts apart, each once for each field. */
export class StatusTexts {
  readonly #onMains = new Map<string, Map<string, Told>>();
  readonly #others = new Map<string, Map<string, Told>>();
  #size = 0;

  read(text: string, field: string, isOnMains: boolean): Told {
    const byField = isOnMains ? this.#onMains : this.#others;
    const known = byField.get(field)?.get(text);
    if (known !== undefined) return known;
    const told = takenApart(text, field, isOnMains);
    if (this.#size < MOST_TEXTS) {
      const texts = byField.get(field) ?? new Map<string, Told>();
      byField.set(field, texts.set(text, told));
      this.#size += 1;
    }
    return told;
  }
}

function takenApart(text: string, field: string, isOnMains: boolean): Told {
  const active = new Map<DeviceFlag, string>();
  const past = new Set<DeviceFlag>();
  const unknown = new Set<string>();
  for (const word of text.split(/\s+/, MOST_WORDS)) {
    if (word === '') continue;
    const { flags, state, isFault } = tokenMeaning(word, isOnMains);
    for (const flag of flags)
      if (state === 'past' || field === STATUS_PAST) past.add(flag);
      else active.set(flag, field);
    if (flags.length === 0 && isFault && field !== STATUS_PAST) unknown.add(word);
  }
  if (unknown.size > 0 && !active.has('unknown_status')) active.set('unknown_status', field);
  return { active, past, unknown };
}
