import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { remembered } from '../foreign/remember.ts';
import { type PointTime, type TimeContext, earlier, textTime } from '../foreign/times.ts';
import type { DeviceClass } from '../foreign/source.ts';
import { standardOffset } from '../foreign/zones.ts';
import { type JsonObject, type JsonValue, isObject, member, printable, typeName } from '../json.ts';

/*
 * Kamstrup flowIQ and MULTICAL:
 *   { "values": [ { "Type", "Value": number / boolean / null, "Unit", "Timestamp": local date-time / null } ], "latestVolume", "errors" }
 *   latestVolume repeats the newest Volume (LK-05); an entry without a stamp is none of a register (installation frame)
 */
interface Measure {
  readonly quantity: string;
  readonly unit: string;
  /** Class of the meters that it is of: water of a heat meter is not consumed, its temperature not that of a supply. */
  readonly of: 'any' | 'heat' | 'water';
}
const measure = (quantity: string, unit: string, of: Measure['of'] = 'any'): Measure => ({
  quantity,
  unit,
  of,
});
const MEASURES = new Map<string, Measure>([
  ['volume', measure('water_volume', 'm3', 'water')],
  ['reverse volume', measure('water_volume_reverse', 'm3')],
  ['volume flow', measure('water_flow', 'm3/h')],
  ['flow temperature', measure('water_temperature', 'C', 'water')],
  ['external temperature', measure('temperature', 'C')],
  ['pressure', measure('water_pressure', 'bar')],
  ['energy', measure('heat_energy', 'no unit', 'heat')], // Wh or J, by `Unit` only
]);
const FLAGS = new Map<string, string>(
  Object.entries({
    leak: 'leak',
    'v1v2 leak out': 'leak',
    'v1v2 leak in': 'leak',
    burst: 'burst',
    'v1v2 burst out': 'burst',
    'v1v2 burst in': 'burst',
    reverse: 'reverse_flow',
    'v1 reverse': 'reverse_flow',
    dry: 'dry',
    'v1 air': 'dry',
    tamper: 'tamper',
    'low battery': 'battery_low',
    'v1 com. error': 'temporary_error',
    'v1 low signal': 'temporary_error',
    'power off': 'power_loss',
  }),
);
/** Windows, the acoustic figure of a leak (no noise level) and facts of the module: kept in the payload only. */
const EXTRA = /^(?:min |max |ald$|ald last day$|module type)/;

/** What a `Type` stands for. */
interface Kind {
  /** As it is compared. */
  readonly type: string;
  readonly measure: Measure | undefined;
  readonly event: string | undefined;
  readonly isExtra: boolean;
}

const kindOf = remembered((written): Kind => {
  const type = written.trim().toLowerCase();
  return {
    type,
    measure: MEASURES.get(type),
    event: FLAGS.get(type),
    isExtra: EXTRA.test(type),
  };
});

/** The option that says what the clocks of the meters show. */
export const CLOCK_OPTION = {
  summer_time:
    'true: clocks of Kamstrup meters are put forward in summer; else standard time all year',
} as const;

export function isFlowIqObject(object: JsonObject): boolean {
  return Array.isArray(member(object, 'values'));
}

interface Entry {
  readonly kind: Kind;
  readonly value: JsonValue | undefined;
  readonly unit: string | undefined;
  /** Where its value is. */
  readonly field: string;
  /** Undefined: the entry has none. */
  readonly time: PointTime | undefined;
}

/** @param envelope when the uplink came, for what has no stamp and for a clock that cannot be right */
export function readFlowIq(
  object: JsonObject,
  device: DeviceFindings,
  findings: MessageFindings,
  envelope: PointTime,
  path: string,
): void {
  const values = member(object, 'values');
  if (!Array.isArray(values)) return;
  for (const key of Object.keys(object))
    if (key !== 'values' && key !== 'latestVolume' && key !== 'errors' && key !== 'warnings')
      findings.ignore(key);
  tellErrors(member(object, 'errors'), values.length === 0, device, path);
  const entries = entriesOf(values, device, findings, envelope, path);
  const own =
    findings.settings.deviceClass ??
    (entries.some(({ kind }) => kind.type === 'energy') ? 'heat' : 'water');
  const states: State[] = [];
  for (const entry of entries) readEntry(entry, device, findings, envelope, own, states);
  tellStates(states, device);
}

/** LK-06: what the codec says of its own. */
function tellErrors(
  errors: JsonValue | undefined,
  isEmpty: boolean,
  device: DeviceFindings,
  path: string,
): void {
  const [first] = Array.isArray(errors) ? errors : [];
  if (first !== undefined) {
    const what = typeof first === 'string' ? printable(first) : 'an error';
    if (isEmpty)
      device.reject(
        'malformed',
        `${path}.errors`,
        `the codec could not decode the frame: ${what}; look at the codec and the type of the meter`,
      );
  }
  if (isEmpty || first !== undefined) device.hasMissing = true;
}

const fieldOf = (path: string, index: number): string => `${path}.values[${index}].Value`;
/** A meter sends fewer. */
const MOST_FIELDS = 64;
/** The fields of the values under a path, as they are named in rejects. */
const fieldsOf = remembered((path) => {
  const fields: string[] = [];
  for (let index = 0; index < MOST_FIELDS; index += 1) fields.push(fieldOf(path, index));
  return fields;
});

function entriesOf(
  values: readonly JsonValue[],
  device: DeviceFindings,
  findings: MessageFindings,
  envelope: PointTime,
  path: string,
): Entry[] {
  const { receivedAtUs, zone } = findings.times;
  const isShifted = findings.settings.options['summer_time'] === true;
  // LK-07: meters keep standard time all year
  const clock = {
    receivedAtUs,
    zone: isShifted ? zone : standardOffset(zone, receivedAtUs / 1000),
  };
  const stamps = values.map((item) => (isObject(item) ? member(item, 'Timestamp') : undefined));
  const times = timesOf(stamps, clock, envelope);
  const entries: Entry[] = [];
  const fields = fieldsOf(path);
  for (let index = 0; index < values.length; index += 1) {
    const item = values[index] ?? null;
    const type = isObject(item) ? member(item, 'Type') : undefined;
    if (!isObject(item) || typeof type !== 'string') {
      device.reject(
        'wrong_type',
        `${path}.values[${index}]`,
        `must be an object with a text Type, not ${typeName(item)}`,
      );
      continue;
    }
    const unit = member(item, 'Unit');
    entries.push({
      kind: kindOf(type),
      value: member(item, 'Value'),
      unit: typeof unit === 'string' ? unit : undefined,
      field: fields[index] ?? fieldOf(path, index),
      time: times[index],
    });
  }
  return entries;
}

/** Milliseconds of a stamp that is no time of the present, to measure the distance from another; undefined: unreadable. */
function distanceMs(stamp: JsonValue | undefined): number | undefined {
  if (typeof stamp !== 'string') return undefined;
  const ms = Date.parse(/(?:Z|[+-]\d\d:?\d\d)$/i.test(stamp) ? stamp : `${stamp}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}

/**
 * Times of entries. Of a clock that cannot be right the distances are: the newest of its stamps hangs on the time of the envelope, the others as
 * long before as they say, so that the history keeps its steps.
 */
function timesOf(
  stamps: readonly (JsonValue | undefined)[],
  clock: TimeContext,
  envelope: PointTime,
): (PointTime | undefined)[] {
  const times: PointTime[] = [];
  let last: PointTime | undefined;
  for (let index = 0; index < stamps.length; index += 1) {
    // values of one moment follow one another
    if (last === undefined || stamps[index] !== stamps[index - 1])
      last = textTime(stamps[index], clock);
    times.push(last);
  }
  if (times.every(({ refused }) => refused === undefined))
    return times.map((time) => (time.tsSource === 'device' ? time : undefined));
  let newestMs = -Infinity;
  for (const [index, { refused }] of times.entries())
    if (refused !== undefined)
      newestMs = Math.max(newestMs, distanceMs(stamps[index]) ?? -Infinity);
  return times.map(({ tsSource, refused }, index) => {
    if (tsSource === 'device') return times[index];
    if (refused === undefined) return undefined;
    const back = newestMs - (distanceMs(stamps[index]) ?? newestMs);
    return { ...earlier(envelope, back > 0 ? back * 1000 : 0), refused };
  });
}

interface State {
  readonly event: string;
  readonly isActive: boolean;
  readonly time: PointTime;
}

function readEntry(
  { kind, value, unit, field, time }: Entry,
  device: DeviceFindings,
  findings: MessageFindings,
  envelope: PointTime,
  own: DeviceClass,
  states: State[],
): void {
  const found = kind.measure;
  if (found !== undefined) {
    // LK-04, LK-05
    if (
      time === undefined ||
      value === null ||
      value === undefined ||
      (found.of !== 'any' && found.of !== own)
    )
      device.hasMissing = true;
    else device.point(found.quantity, value, unit ?? found.unit, time, field);
    return;
  }
  const { event } = kind;
  if (event === undefined) {
    if (kind.isExtra) device.hasMissing = true;
    else findings.ignore(kind.type);
  } else if (typeof value === 'boolean')
    states.push({ event, isActive: value, time: time ?? envelope });
  else device.hasMissing = true;
}

/** States as they followed one another; of several entries for one, such as leaks in and out, one that holds is enough. */
function tellStates(states: State[], device: DeviceFindings): void {
  if (states.length === 0) return;
  const key = ({ event, time }: State): string => `${time.tsUs} ${event}`;
  const holding = new Set(states.filter(({ isActive }) => isActive).map(key));
  states.sort((a, b) => a.time.tsUs - b.time.tsUs);
  for (const state of states)
    if (state.isActive || !holding.has(key(state)))
      device.event(state.event, state.isActive ? 'active' : 'cleared', state.time);
}
