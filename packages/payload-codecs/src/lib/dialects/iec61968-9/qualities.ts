import { FLAG } from '@verimeter/telemetry';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { PointTime } from '../../foreign/times.ts';

/*
 * quality = system "." category "." index ; IEC 61968-9:2013, annex D
 *
 * category                                        makes of the reading
 * 0 valid, 1 diagnostics, 2 power quality,
 * 3 tamper, 4 collection                          nothing; some raise an event, below
 * 5 reasonability, 6 validation, 10 questionable  suspect; 5.259, a reading that is missing, no point
 * 7 edited / 8 estimated                          edited / estimated (IE-03)
 *
 * An index that is not known here changes nothing (IE-02).
 */
const QUALITY = /^\d{1,3}\.(\d{1,3})\.(\d{1,5})$/;

const CATEGORY_FLAGS: ReadonlyMap<string, number> = new Map([
  ['6', FLAG.suspect],
  ['7', FLAG.edited],
  ['8', FLAG.estimated],
]);
/** What is no fault of the value: 5.0 is "reasonable", 10.1 was questioned and accepted. */
const DOUBTFUL = new Set(['5.256', '5.257', '5.258', '10.0']);
const MISSING = '5.259';

const EVENTS: ReadonlyMap<string, readonly string[]> = new Map([
  ['1.1', ['battery_low']],
  ['1.9', ['clock_error']],
  ['2.32', ['power_loss']],
  ['3.0', ['tamper']],
  ['3.1', ['cover_open', 'tamper']],
]);
const EVENT_NAMES = [...new Set([...EVENTS.values()].flat())];

export interface ReadQualities {
  /** Bits of `FLAG`: all that apply, so the worst is among them. */
  readonly flags: number;
  readonly isMissing: boolean;
  readonly events: readonly string[];
}

export function readQualities(codes: readonly string[]): ReadQualities {
  let flags = 0;
  let isMissing = false;
  const events: string[] = [];
  for (const code of codes) {
    const [, category = '', index = ''] = QUALITY.exec(code) ?? [];
    const kind = `${category}.${index}`;
    flags |= CATEGORY_FLAGS.get(category) ?? (DOUBTFUL.has(kind) ? FLAG.suspect : 0);
    if (kind === MISSING) isMissing = true;
    events.push(...(EVENTS.get(kind) ?? []));
  }
  return { flags, isMissing, events };
}

/**
 * States of a meter over the readings of a message. Qualities belong to readings: a state begins with the first reading that has it and is
 * over when the last one that has any quality has it no more.
 */
export class MeterStates {
  readonly #begun = new Map<string, PointTime>();
  #last: PointTime | undefined;
  #now = new Set<string>();

  /** @param codes qualities of a reading, if it has any */
  note(codes: readonly string[], events: readonly string[], time: PointTime): void {
    if (codes.length === 0) return;
    for (const event of events) {
      const begun = this.#begun.get(event);
      if (begun === undefined || time.tsUs < begun.tsUs) this.#begun.set(event, time);
    }
    if (this.#last === undefined || time.tsUs > this.#last.tsUs) {
      this.#last = time;
      this.#now = new Set(events);
    } else if (time.tsUs === this.#last.tsUs) for (const event of events) this.#now.add(event);
  }

  tell(device: DeviceFindings): void {
    if (this.#last === undefined) return;
    for (const event of EVENT_NAMES) {
      const begun = this.#begun.get(event);
      if (begun !== undefined) device.event(event, 'active', begun);
      if (!this.#now.has(event)) device.event(event, 'cleared', this.#last);
    }
  }
}
