import {
  type DeviceEvent,
  type DeviceEventState,
  type DeviceKind,
  findQuantity,
} from '@verimeter/telemetry';
import { type DecodeContext, type Decoded, Findings } from '../decoded.ts';
import { type JsonValue, printable, typeName } from '../json.ts';
import { convertInto, targetOf } from './conversions.ts';
import { parseNumber } from './numbers.ts';
import { type DeviceClass, type NamedField, NO_UNITS, type SourceSettings } from './source.ts';
import type { PointTime } from './times.ts';

const FEW_EVENTS = 16;

const KIND_OF_CLASS: Readonly<Record<DeviceClass, DeviceKind>> = {
  electricity: 'electricity_meter',
  water: 'water_meter',
  heat: 'heat_meter',
  environment: 'environment_sensor',
};

/** Gathers what is said of one device in a message. */
export class DeviceFindings extends Findings {
  readonly #settings: Pick<SourceSettings, 'units' | 'names'>;
  readonly #hasUnits: boolean;
  #hasDeviceTime = false;
  /** Fields of known meaning without a value were seen. */
  hasMissing = false;
  /** What the device is where its quantities do not tell, such as a leak sensor with a battery. */
  kind: DeviceKind | undefined;
  #clockError: string | undefined;
  #told: Set<string> | undefined;

  constructor(
    context: DecodeContext,
    settings: Pick<SourceSettings, 'units' | 'names' | 'deviceClass'>,
  ) {
    super(context);
    const { deviceClass } = settings;
    this.kind = deviceClass === undefined ? undefined : KIND_OF_CLASS[deviceClass];
    this.#settings = settings;
    this.#hasUnits = settings.units !== NO_UNITS;
  }

  /**
   * A value of a known quantity, converted from `unit`; the unit of the source for the field or the quantity comes first, one behind the number
   * next. What is no value gives no point, what is no number is rejected under `field`.
   */
  point(
    quantity: string,
    raw: JsonValue | undefined,
    unit: string,
    time: PointTime,
    field: string,
    flags = 0,
  ): void {
    let value: number;
    let stated = unit;
    if (typeof raw === 'number') value = raw;
    else if (raw === undefined || raw === null) {
      this.hasMissing = true;
      return;
    } else if (typeof raw === 'string') {
      const parsed = parseNumber(raw);
      if (!parsed.ok) {
        if (parsed.why === 'missing') this.hasMissing = true;
        else {
          const message = `${printable(raw)} is not a number; the decimal sign is a point`;
          this.reject('wrong_type', field, message);
        }
        return;
      }
      ({ value } = parsed);
      if (parsed.suffix !== '') stated = parsed.suffix;
    } else {
      this.reject('wrong_type', field, `must be a number, not ${typeName(raw)}`);
      return;
    }
    if (this.#hasUnits) {
      const { units } = this.#settings;
      if (Object.hasOwn(units, field)) stated = units[field] ?? stated;
      else if (Object.hasOwn(units, quantity)) stated = units[quantity] ?? stated;
    }
    this.#add(quantity, value, stated, time, field, flags);
  }

  #add(
    quantity: string,
    value: number,
    stated: string,
    time: PointTime,
    field: string,
    flags: number,
  ): void {
    const target = targetOf(quantity);
    if (target === undefined) {
      this.reject('unknown_quantity', field, `${quantity} is not in the quantity catalogue`);
      return;
    }
    const converted = convertInto(target, value, stated);
    if (converted === undefined) {
      const message =
        stated === ''
          ? `${quantity} comes in more than one unit; give the source a unit for it`
          : `${quantity} cannot be in ${printable(stated)}; give the source the right unit for it`;
      this.reject('bad_unit', field, message);
      return;
    }
    if (!Number.isFinite(converted.value)) {
      this.reject('not_finite', field, 'the number is beyond the range of a double');
      return;
    }
    if (converted.value < target.least || converted.value > target.most) {
      this.hasMissing = true;
      return;
    }
    this.#noteTime(time);
    this.readings.push({
      deviceId: this.context.deviceId,
      quantity,
      tsUs: time.tsUs,
      value: converted.value,
      unit: converted.unit,
      tsSource: time.tsSource,
      flags: time.flags | flags,
    });
  }

  #noteTime({ tsSource, refused }: PointTime): void {
    if (tsSource === 'arrival') this.usesArrivalTime = true;
    else if (tsSource === 'device') this.#hasDeviceTime = true;
    if (refused !== undefined) this.#clockError ??= refused;
  }

  /**
   * A field with a free name: what the source says it is, else what `known` says, else a quantity of the catalogue. False: it means nothing.
   */
  named(
    name: string,
    raw: JsonValue | undefined,
    time: PointTime,
    field: string,
    known?: NamedField,
  ): boolean {
    const { names } = this.#settings;
    const meaning = (Object.hasOwn(names, name) ? names[name] : undefined) ?? known;
    const quantity = meaning?.quantity ?? name;
    if (findQuantity(quantity) === undefined) return false;
    this.point(quantity, raw, meaning?.unit ?? '', time, field);
    return true;
  }

  /**
   * A state of the device. `repeats`: it comes with every message, and only a change of it is worth an event; so `cleared` may be told of what
   * was never active.
   */
  event(
    event: string,
    state: DeviceEventState,
    time: PointTime,
    detail?: string,
    repeats = true,
  ): void {
    if (this.#isTold(event, state, time.tsUs)) return;
    if (time.tsSource === 'arrival') this.usesArrivalTime = true;
    const { deviceId } = this.context;
    const { tsUs } = time;
    const told = repeats
      ? { deviceId, tsUs, event, state, repeats }
      : { deviceId, tsUs, event, state };
    this.events.push(detail === undefined ? told : { ...told, detail: printable(detail) });
  }

  /** Whether there is anything to account for. */
  get saysSomething(): boolean {
    return this.received > 0 || this.events.length > 0 || this.online !== undefined;
  }

  /** Few events are looked through faster than they are kept in a set; many are not. */
  #isTold(event: string, state: DeviceEventState, tsUs: number): boolean {
    if (this.events.length < FEW_EVENTS) {
      for (const other of this.events)
        if (other.tsUs === tsUs && other.state === state && other.event === event) return true;
      return false;
    }
    this.#told ??= new Set(this.events.map((told) => `${told.tsUs} ${told.state} ${told.event}`));
    const key = `${tsUs} ${state} ${event}`;
    if (this.#told.has(key)) return true;
    this.#told.add(key);
    return false;
  }

  /** A device that says itself that its clock is wrong knows better than its plausible stamps. */
  #tellsOfClock(): boolean {
    for (const { event } of this.events) if (event === 'clock_error') return true;
    return false;
  }

  /** What the stamps tell of the clock; undefined: nothing. */
  #ofClock(): DeviceEvent | undefined {
    const { deviceId, receivedAtUs: tsUs } = this.context;
    const event = 'clock_error';
    if (this.#clockError !== undefined) {
      this.usesArrivalTime = true;
      const detail = printable(this.#clockError);
      return { deviceId, tsUs, event, state: 'active', detail, repeats: true };
    }
    return this.#hasDeviceTime && !this.#tellsOfClock()
      ? { deviceId, tsUs, event, state: 'cleared', repeats: true }
      : undefined;
  }

  finish(source: string): Decoded {
    const { tenant, deviceId } = this.context;
    const clock = this.#ofClock();
    if (clock !== undefined && this.events.length > 0) this.events.push(clock);
    return {
      tenant,
      deviceId,
      gatewayId: undefined,
      channel: undefined,
      readings: this.readings,
      rejects: this.rejects,
      // mostly all there is: a list of one, without the room that lists have for more
      events: clock !== undefined && this.events.length === 0 ? [clock] : this.events,
      online: this.online,
      received: this.received,
      ignored: this.ignored,
      deviceKind: this.kind,
      usesArrivalTime: this.usesArrivalTime,
      source,
    };
  }
}
