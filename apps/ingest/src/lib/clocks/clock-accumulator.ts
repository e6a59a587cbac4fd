import type { ClockObservation } from '@verimeter/registry';
import {
  CLOCK_LATE_US,
  CLOCK_SLOT_US,
  EARLIEST_TS_US,
  FUTURE_TOLERANCE_US,
} from '@verimeter/telemetry';
import type { BatchPlan, PlannedMessage } from '../plan-batch.ts';

const MINUTE_US = 60e6;
/** More devices than this are not remembered: observing starts afresh, as the directory of devices does. */
const MAX_DEVICES = 1_000_000;
const FIRST_CAPACITY = 1024;

/** Numbers of a device, one after the other in one array. */
const FIELD = {
  slot: 0,
  lastReceivedUs: 1,
  messages: 2,
  lagMinUs: 3,
  lagMaxUs: 4,
  spanUs: 5,
  stepUs: 6,
  future: 7,
  late: 8,
  offMinute: 9,
  unset: 10,
  arrival: 11,
  /** Newest device time of the message before; kept from slot to slot. */
  previousUs: 12,
} as const;
const FIELDS = 13;

/** What the times of one message say: found in one pass over it, kept in one object for all messages. */
interface MessageTimes {
  newestUs: number;
  oldestUs: number;
  stepUs: number;
  hasUnset: boolean;
  hasArrival: boolean;
}

/**
 * What this worker has seen of the clocks of devices since it was last asked. Lives beside the path of a message into the store: nothing
 * is allocated per message, and nothing of it is asked of the database.
 */
export class ClockAccumulator {
  readonly #places = new Map<string, Map<string, number>>();
  #keys: { readonly tenant: string; readonly deviceId: string }[] = [];
  #values = new Float64Array(FIRST_CAPACITY * FIELDS);
  #isDirty = new Uint8Array(FIRST_CAPACITY);
  /** Devices with something to say, in the order in which they began to have it. */
  #dirty: number[] = [];
  /** Slots that ended before they were taken, and what could not be written. */
  #closed: ClockObservation[] = [];
  readonly #times: MessageTimes = {
    newestUs: 0,
    oldestUs: 0,
    stepUs: 0,
    hasUnset: false,
    hasArrival: false,
  };

  /** Messages that were committed. What came before or was repeated says nothing of the clock now, and is left out. */
  observe(plan: BatchPlan): void {
    for (const planned of plan.messages) {
      const { dup, retain, source, receivedAtUs } = planned.staged.message;
      if (planned.device === undefined || dup || retain || source !== 'mqtt') continue;
      if (this.#readTimes(planned)) this.#add(planned.device, receivedAtUs);
    }
  }

  /** Observations of at most so many devices; they count as taken. */
  take(most: number): ClockObservation[] {
    const taken = this.#closed.splice(0, most);
    const places = this.#dirty.splice(0, most - taken.length);
    for (const place of places) {
      taken.push(this.#observationAt(place));
      this.#isDirty[place] = 0;
      this.#begin(place, this.#get(place, FIELD.slot));
    }
    return taken;
  }

  /** What was taken and could not be written. */
  putBack(observations: readonly ClockObservation[]): void {
    if (this.#closed.length + observations.length <= MAX_DEVICES)
      this.#closed.push(...observations);
  }

  /** Fills `#times`; false: the message says nothing of a clock. */
  #readTimes({ staged, rejects }: PlannedMessage): boolean {
    const times = this.#times;
    times.newestUs = -Infinity;
    times.oldestUs = Infinity;
    times.stepUs = Infinity;
    times.hasUnset = false;
    times.hasArrival = false;
    let before = Number.NaN;
    for (const { tsUs, tsSource } of staged.decoded.readings) {
      if (tsSource === 'arrival') {
        times.hasArrival = true;
        continue;
      }
      if (tsSource !== 'device' || tsUs === before) continue;
      const step = Math.abs(tsUs - before);
      if (step < times.stepUs) times.stepUs = step;
      if (tsUs > times.newestUs) times.newestUs = tsUs;
      if (tsUs < times.oldestUs) times.oldestUs = tsUs;
      before = tsUs;
    }
    for (const { tsUs } of rejects) {
      if (tsUs === undefined) continue;
      if (tsUs < EARLIEST_TS_US) times.hasUnset = true;
      else times.newestUs = Math.max(times.newestUs, tsUs);
    }
    return times.newestUs !== -Infinity || times.hasUnset || times.hasArrival;
  }

  #add(device: { readonly tenant: string; readonly deviceId: string }, receivedUs: number): void {
    const place = this.#placeOf(device);
    const slot = Math.floor(receivedUs / CLOCK_SLOT_US);
    if (this.#get(place, FIELD.slot) !== slot) {
      if (this.#isDirty[place] === 1) this.#closed.push(this.#observationAt(place));
      this.#begin(place, slot);
    }
    if (this.#isDirty[place] === 0) {
      this.#isDirty[place] = 1;
      this.#dirty.push(place);
    }
    const base = place * FIELDS;
    const values = this.#values;
    const { newestUs, oldestUs, stepUs, hasUnset, hasArrival } = this.#times;
    if (receivedUs > (values[base + FIELD.lastReceivedUs] ?? 0))
      values[base + FIELD.lastReceivedUs] = receivedUs;
    if (newestUs !== -Infinity) {
      const lag = receivedUs - newestUs;
      this.#increase(base + FIELD.messages);
      if (lag < (values[base + FIELD.lagMinUs] ?? 0)) values[base + FIELD.lagMinUs] = lag;
      if (lag > (values[base + FIELD.lagMaxUs] ?? 0)) values[base + FIELD.lagMaxUs] = lag;
      if (newestUs - oldestUs > (values[base + FIELD.spanUs] ?? 0))
        values[base + FIELD.spanUs] = newestUs - oldestUs;
      const since = newestUs - (values[base + FIELD.previousUs] ?? 0);
      const step = since > 0 ? Math.min(stepUs, since) : stepUs;
      if (step < (values[base + FIELD.stepUs] ?? 0)) values[base + FIELD.stepUs] = step;
      values[base + FIELD.previousUs] = newestUs;
      if (lag < -FUTURE_TOLERANCE_US) this.#increase(base + FIELD.future);
      if (lag > CLOCK_LATE_US) this.#increase(base + FIELD.late);
      if (newestUs % MINUTE_US !== 0) this.#increase(base + FIELD.offMinute);
    } else if (hasUnset) this.#increase(base + FIELD.unset);
    else if (hasArrival) this.#increase(base + FIELD.arrival);
  }

  #placeOf({ tenant, deviceId }: { readonly tenant: string; readonly deviceId: string }): number {
    let ofTenant = this.#places.get(tenant);
    const known = ofTenant?.get(deviceId);
    if (known !== undefined) return known;
    if (this.#keys.length >= MAX_DEVICES) {
      this.#forget();
      ofTenant = undefined;
    }
    if (ofTenant === undefined) {
      ofTenant = new Map();
      this.#places.set(tenant, ofTenant);
    }
    const place = this.#keys.push({ tenant, deviceId }) - 1;
    ofTenant.set(deviceId, place);
    if (place >= this.#isDirty.length) this.#grow();
    this.#begin(place, Number.NaN);
    this.#values[place * FIELDS + FIELD.previousUs] = Infinity;
    return place;
  }

  #grow(): void {
    const values = new Float64Array(2 * this.#values.length);
    values.set(this.#values);
    this.#values = values;
    const isDirty = new Uint8Array(2 * this.#isDirty.length);
    isDirty.set(this.#isDirty);
    this.#isDirty = isDirty;
  }

  #forget(): void {
    for (const place of this.#dirty) this.#closed.push(this.#observationAt(place));
    this.#dirty = [];
    this.#isDirty.fill(0);
    this.#places.clear();
    this.#keys = [];
  }

  /** An empty slot; the time of the message before stays. */
  #begin(place: number, slot: number): void {
    const base = place * FIELDS;
    this.#values.fill(0, base, base + FIELD.previousUs);
    this.#values[base + FIELD.slot] = slot;
    this.#values[base + FIELD.lagMinUs] = Infinity;
    this.#values[base + FIELD.lagMaxUs] = -Infinity;
    this.#values[base + FIELD.stepUs] = Infinity;
  }

  #increase(index: number): void {
    this.#values[index] = (this.#values[index] ?? 0) + 1;
  }

  #get(place: number, field: number): number {
    return this.#values[place * FIELDS + field] ?? Number.NaN;
  }

  #observationAt(place: number): ClockObservation {
    const of = (field: number): number => this.#get(place, field);
    const ms = (field: number): number | null =>
      Number.isFinite(of(field)) ? Math.floor(of(field) / 1000) : null;
    const key = this.#keys[place];
    if (key === undefined) throw new Error('a place without a device');
    return {
      ...key,
      startUs: of(FIELD.slot) * CLOCK_SLOT_US,
      lastReceivedUs: of(FIELD.lastReceivedUs),
      messages: of(FIELD.messages),
      lagMinMs: ms(FIELD.lagMinUs),
      lagMaxMs: ms(FIELD.lagMaxUs),
      spanMs: ms(FIELD.spanUs) ?? 0,
      stepMs: ms(FIELD.stepUs),
      future: of(FIELD.future),
      late: of(FIELD.late),
      offMinute: of(FIELD.offMinute),
      unset: of(FIELD.unset),
      arrival: of(FIELD.arrival),
    };
  }
}
