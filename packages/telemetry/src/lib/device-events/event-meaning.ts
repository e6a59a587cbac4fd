import type { DeviceEventState } from '../reading.ts';
import { cimCodeOf, findCimEvent } from './cim-events.ts';
import { type DeviceCondition, isDeviceCondition } from './device-conditions.ts';
import { findDlmsEvent } from './dlms-events.ts';
import { conditionOfWords, wordsOf } from './event-words.ts';
import { tokenMeaning } from './status-tokens.ts';

/** What an event is about, of whatever dialect. */
export interface EventMeaning {
  readonly condition: DeviceCondition | undefined;
  /** It tells that the condition is over, in dialects that have an event of its own for that. */
  readonly ends: boolean;
  /** IEC 61968-9 EndDeviceEventType without its first number, where the event itself is one. */
  readonly cim: string | undefined;
}

const CIM = /^\d+\.(\d+\.\d+\.\d+)$/;
const DIGITS = /^\d{1,9}$/;
const NOTHING: EventMeaning = { condition: undefined, ends: false, cim: undefined };

/** The meaning of an event as it was sent: a flag, a CIM EndDeviceEventType, a number of a DLMS event log, a status token, or words. */
export function meaningOfEvent(event: string): EventMeaning {
  if (isDeviceCondition(event)) return { condition: event, ends: false, cim: undefined };
  const text = event.trim();
  const cim = CIM.exec(text)?.[1];
  if (cim !== undefined) {
    const known = findCimEvent(cim);
    return { condition: known?.condition, ends: known?.ends === true, cim };
  }
  if (DIGITS.test(text)) {
    const known = findDlmsEvent(text);
    return known === undefined
      ? NOTHING
      : { condition: known.condition, ends: known.ends === true, cim: known.cim };
  }
  const words = wordsOf(text);
  const found = conditionOfWords(words);
  if (found !== undefined) return { ...found, cim: undefined };
  const [flag] = tokenMeaning(words, false).flags;
  return flag === undefined ? NOTHING : { condition: flag, ends: false, cim: undefined };
}

export interface EventName {
  /** IEC 61968-9 EndDeviceEventType `type.domain.subdomain.eventOrAction`; undefined: the standard has none for it. */
  readonly type: string | undefined;
  /** The standard's words for the code. */
  readonly name: string | undefined;
  readonly condition: DeviceCondition | undefined;
}

/** Code and name of an event that a device sent. One of its own stays as it is; of another it is that of its condition and state. */
export function eventNameOf(event: string, state: DeviceEventState): EventName {
  const { condition, ends, cim } = meaningOfEvent(event);
  const code =
    cim ??
    (condition === undefined ? undefined : cimCodeOf(condition, ends || state === 'cleared'));
  if (code === undefined) return { type: undefined, name: undefined, condition };
  const sent = event.trim();
  return {
    type: CIM.test(sent) ? sent : `0.${code}`,
    name: findCimEvent(code)?.name,
    condition,
  };
}
