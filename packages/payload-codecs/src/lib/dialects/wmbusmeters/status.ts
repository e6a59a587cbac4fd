import { DEVICE_FLAGS, type DeviceFlag, tokenMeaning } from '@verimeter/telemetry';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { PointTime } from '../../foreign/times.ts';
import { type JsonObject, member } from '../../json.ts';
import { STATUS_NOW, STATUS_PAST } from './status-fields.ts';
import type { MeterClock } from './telegram-times.ts';

/*
 * status = word *( SP word ) / ""; every word stands for itself. Words that raise no flag, such as the hexadecimal leftovers ERROR_FLAGS_400
 * and UNKNOWN_60, are one event `unknown_status` with their text (WS-03, WS-05).
 */

/** Words of one message that are read; a status holds fewer than twenty. */
const MOST_WORDS = 100;
const CLOCK_FIELD = 'meter_datetime';
/** Meters whose faults are remembered; beyond, memory starts afresh. */
const MOST_METERS = 50_000;

interface Told {
  /** Where it is told. */
  readonly active: Map<DeviceFlag, string>;
  readonly past: Set<DeviceFlag>;
  readonly unknown: Set<string>;
}

/**
 * Which field raised a flag of a meter. Telegrams of one meter may have different fields, and one without `error_flags` does not end what
 * `error_flags` told. What is not remembered, after a start, ends with the first status that does not tell it.
 */
export class RaisedFlags {
  readonly #meters = new Map<string, Map<DeviceFlag, string>>();

  raise(deviceId: string, flag: DeviceFlag, field: string): void {
    let own = this.#meters.get(deviceId);
    if (own === undefined) {
      if (this.#meters.size >= MOST_METERS) this.#meters.clear();
      own = new Map();
      this.#meters.set(deviceId, own);
    }
    own.set(flag, field);
  }

  /** Whether a telegram with these fields ends a flag that it does not raise. */
  ends(deviceId: string, flag: DeviceFlag, fields: readonly string[]): boolean {
    const own = this.#meters.get(deviceId);
    const field = own?.get(flag);
    if (field === undefined) return true;
    if (!fields.includes(field)) return false;
    own?.delete(flag);
    if (own?.size === 0) this.#meters.delete(deviceId);
    return true;
  }
}

/**
 * Raises what the status says, and ends what it says no longer. Whether it tells of a fault that there is now.
 * @param clock what the meter's clock shows; its field counts as one of the status
 */
export function readStatus(
  payload: JsonObject,
  device: DeviceFindings,
  time: PointTime,
  clock: MeterClock,
  isOnMains: boolean,
  raised: RaisedFlags,
): boolean {
  const { deviceId } = device.context;
  const told: Told = { active: new Map(), past: new Set(), unknown: new Set() };
  const fields: string[] = clock === 'right' ? [CLOCK_FIELD] : [];
  for (const field of STATUS_NOW) {
    const text = textOfStatus(payload, field);
    if (text === undefined) continue;
    fields.push(field);
    if (text !== 'OK' && text !== '') readWords(text, told, field, isOnMains);
  }
  const historic = textOfStatus(payload, STATUS_PAST);
  if (historic !== undefined) readWords(historic, told, undefined, isOnMains);
  const detail = told.unknown.size > 0 ? [...told.unknown].join(' ') : undefined;
  for (const [flag, field] of told.active) {
    raised.raise(deviceId, flag, field);
    device.event(flag, 'active', time, flag === 'unknown_status' ? detail : undefined);
  }
  for (const flag of told.past) if (!told.active.has(flag)) device.event(flag, 'past', time);
  // told with the readings, whose time is not the clock's
  if (clock === 'wrong') raised.raise(deviceId, 'clock_error', CLOCK_FIELD);
  if (fields.length > 0)
    for (const flag of DEVICE_FLAGS)
      if (
        !told.active.has(flag) &&
        !told.past.has(flag) &&
        !(flag === 'clock_error' && (clock === 'wrong' || time.refused !== undefined)) &&
        raised.ends(deviceId, flag, fields)
      )
        device.event(flag, 'cleared', time);
  return told.active.size > 0;
}

function textOfStatus(payload: JsonObject, field: string): string | undefined {
  const raw = member(payload, field);
  return typeof raw === 'string' ? raw.trim() : undefined;
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
