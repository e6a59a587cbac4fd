import { FLAG } from '@verimeter/telemetry';
import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import { type PointTime, arrivalTime } from '../../foreign/times.ts';
import type { JsonObject, JsonValue } from '../../json.ts';
import { type Field, type FieldIndex, NO_RANK, isNoValue } from './fields.ts';

type Part = Extract<Field, { is: 'part' }>;
type Stored = Extract<Field, { is: 'stored' }>;

/** What one telegram has, field by field. */
export class Telegram {
  readonly payload: JsonObject;
  readonly device: DeviceFindings;
  /** Of measurement. */
  time: PointTime;
  readonly findings: MessageFindings;
  readonly #index: FieldIndex;
  /** Best field of each slot, and its rank. */
  readonly #keys: (string | undefined)[];
  readonly #ranks: number[];
  parts: [key: string, field: Part][] | undefined;
  stored: [key: string, field: Stored][] | undefined;
  pulses: string[] | undefined;
  /** Fields that only the names of the source explain. */
  named: string[] | undefined;
  timestamp: JsonValue | undefined;
  age: JsonValue | undefined;
  clock: JsonValue | undefined;
  /** Fields of the status that there are. */
  status: string[] | undefined;
  /** It has something that is understood, be it no reading. */
  hasKnown = false;

  constructor(
    payload: JsonObject,
    device: DeviceFindings,
    findings: MessageFindings,
    index: FieldIndex,
  ) {
    this.payload = payload;
    this.device = device;
    this.time = arrivalTime(findings.message.receivedAtUs);
    this.findings = findings;
    this.#index = index;
    this.#keys = index.noKeys.slice();
    this.#ranks = index.noRanks.slice();
    for (const key in payload) this.#take(key, index.of(key));
  }

  #take(key: string, field: Field): void {
    // the frequent ones first
    switch (field.is) {
      case 'value':
        this.#offer(key, field.slot, field.rank, isNoValue(this.payload[key], field.no));
        break;
      case 'known':
        break;
      case 'header':
        return;
      case 'unknown':
        this.findings.ignore(key);
        return;
      case 'status':
        (this.status ??= []).push(key);
        return;
      case 'timestamp':
        this.timestamp = this.payload[key];
        return;
      case 'age':
        this.age = this.payload[key];
        return;
      case 'clock':
        this.clock ??= this.payload[key];
        return;
      case 'part':
        (this.parts ??= []).push([key, field]);
        break;
      case 'stored':
        (this.stored ??= []).push([key, field]);
        break;
      case 'pulse':
        (this.pulses ??= []).push(key);
        break;
      case 'named':
        (this.named ??= []).push(key);
        break;
    }
    this.hasKnown = true;
  }

  #offer(key: string, slot: number, rank: number, isMissing: boolean): void {
    if (isMissing) this.device.hasMissing = true;
    else if (rank < (this.#ranks[slot] ?? NO_RANK)) {
      this.#keys[slot] = key;
      this.#ranks[slot] = rank;
    }
  }

  /** The field that tells a slot; undefined: none does. */
  keyOf(slot: number): string | undefined {
    return this.#keys[slot];
  }

  number(slot: number): number | undefined {
    const key = this.#keys[slot];
    return key === undefined ? undefined : numberOf(this.payload[key]);
  }

  /** Points of fields with a name of the source. */
  addNamed(): void {
    for (const key of this.named ?? []) this.device.named(key, this.payload[key], this.time, key);
  }

  /** The points of all slots. */
  addAll(): void {
    for (let slot = 0; slot < this.#index.slots.length; slot += 1) this.add(slot);
  }

  /** @param flags bits of `FLAG` */
  add(slot: number, flags = 0): void {
    const key = this.#keys[slot];
    const what = this.#index.slots[slot];
    if (key === undefined || what === undefined) return;
    const raw = this.payload[key];
    this.device.point(what.quantity, raw, what.unit, this.time, key, flags | doubt(raw, what));
  }

  /** A value computed of fields, in the place of a slot's. */
  addComputed(slot: number, value: JsonValue | undefined, field: string, flags = 0): void {
    const what = this.#index.slots[slot];
    if (what !== undefined)
      this.device.point(what.quantity, value, what.unit, this.time, field, flags);
  }
}

function doubt(
  raw: JsonValue | undefined,
  { doubtBelow }: { readonly doubtBelow?: number },
): number {
  if (doubtBelow === undefined) return 0;
  const value = numberOf(raw);
  return value !== undefined && value < doubtBelow ? FLAG.suspect : 0;
}
