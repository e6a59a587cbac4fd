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
): boolean {
  const { status = [], payload, device, time } = telegram;
  const { deviceId } = device.context;
  let told: Told | undefined;
  for (const field of status) {
    const text = payload[field];
    if (typeof text !== 'string' || text === 'OK' || text === '') continue;
    told ??= { active: new Map(), past: new Set(), unknown: new Set() };
    readWords(text, told, field === STATUS_PAST ? undefined : field, isOnMains);
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

/** @param field undefined: what is told was */
function readWords(text: string, told: Told, field: string | undefined, isOnMains: boolean): void {
  for (const word of text.split(/\s+/, MOST_WORDS)) {
    const { flags, state, isFault } = tokenMeaning(word, isOnMains);
    for (const flag of flags)
      if (field === undefined || state === 'past') told.past.add(flag);
      else if (!told.active.has(flag)) told.active.set(flag, field);
    if (flags.length > 0 || !isFault || word === '' || field === undefined) continue;
    told.unknown.add(word);
    if (!told.active.has('unknown_status')) told.active.set('unknown_status', field);
  }
}
