import type { DeviceFindings } from '../../foreign/device-findings.ts';
import type { DialectState } from '../../foreign/dialect.ts';
import { moved } from '../../foreign/conversions.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { numberOf } from '../../foreign/numbers.ts';
import { type PowerField, netPower } from '../../foreign/obis.ts';
import { type PointTime, textTime } from '../../foreign/times.ts';
import { type JsonValue, isObject, member } from '../../json.ts';
import { MeterStates, readQualities } from './qualities.ts';
import { type ReadingMeaning, readingMeaning } from './reading-types.ts';
import { child, children, referenceOf, textIn } from './xml.ts';

/** Meters whose commodities are remembered; more than a head-end system has. */
const MOST_METERS = 200_000;
const PRIMARY = 2;

/** One value of a meter with a meaning. */
interface Value {
  readonly meaning: ReadingMeaning;
  readonly type: string;
  readonly text: string | undefined;
  readonly time: PointTime;
  readonly flags: number;
}

/** Reading types are few and their readings many: each is read once a message. */
export type Meanings = Map<string, ReadingMeaning | undefined>;

/** `MeterReading`: what one meter says. */
export function readMeter(
  element: JsonValue,
  findings: MessageFindings,
  meanings: Meanings,
  state: DialectState,
): void {
  const states = new MeterStates();
  const values: Value[] = [];
  for (const reading of children(element, 'Readings'))
    takeReading(reading, child(reading, 'ReadingType'));
  for (const block of children(element, 'IntervalBlocks'))
    for (const reading of children(block, 'IntervalReadings'))
      takeReading(reading, child(block, 'ReadingType') ?? child(reading, 'ReadingType'));

  function takeReading(reading: JsonValue, typeElement: JsonValue | undefined): void {
    const type = referenceOf(typeElement) ?? '';
    if (!meanings.has(type)) meanings.set(type, readingMeaning(type, findings.settings.phases));
    const meaning = meanings.get(type);
    if (meaning === undefined) {
      findings.ignore(`ReadingType ${type}`);
      return;
    }
    const stamp = child(reading, 'timeStamp') ?? child(child(reading, 'timePeriod'), 'end');
    const time = textTime(textIn(stamp), findings.times);
    const codes = qualityCodes(reading);
    const { flags, isMissing, events } = readQualities(codes);
    states.note(codes, events, time);
    const text = isMissing ? undefined : textIn(child(reading, 'value'));
    values.push({ meaning, type, text, time, flags });
  }

  if (values.length > 0) tellMeter(meterId(element), values, states, findings, state);
}

/** `Meter/mRID`, or the name of the type MeterUniqueID. */
function meterId(element: JsonValue): string {
  const meter = child(element, 'Meter');
  const id = textIn(child(meter, 'mRID'));
  if (id !== undefined) return id;
  for (const name of children(meter, 'Names'))
    if (textIn(child(child(name, 'NameType'), 'name')) === 'MeterUniqueID')
      return textIn(child(name, 'name')) ?? '';
  return '';
}

function qualityCodes(reading: JsonValue): string[] {
  if (!isObject(reading) || member(reading, 'ReadingQualities') === undefined) return [];
  return children(reading, 'ReadingQualities').flatMap((quality) => {
    const type = child(quality, 'ReadingQualityType');
    return referenceOf(type ?? quality) ?? [];
  });
}

function tellMeter(
  id: string,
  values: readonly Value[],
  states: MeterStates,
  findings: MessageFindings,
  state: DialectState,
): void {
  const meter = findings.device(id, '', values.length);
  if (meter === undefined) return;
  const deviceOf = devicesByCommodity(id, meter, values, findings, state);
  const powers = new Map<string, { device: DeviceFindings; values: Value[] }>();
  for (const value of values) {
    const { meaning, type, text, time, flags } = value;
    const device = deviceOf(meaning);
    if (device === undefined) continue;
    if (meaning.side === undefined) {
      device.point(meaning.quantity, scaled(text, meaning), meaning.unit, time, type, flags);
      continue;
    }
    const key = `${meaning.commodity} ${time.tsUs}`;
    const power = powers.get(key);
    if (power === undefined) powers.set(key, { device, values: [value] });
    else power.values.push(value);
  }
  for (const power of powers.values()) tellPower(power.device, power.values);
  states.tell(meter);
}

/** Forward less reverse; what says the same again is a reading of its own. */
function tellPower(device: DeviceFindings, values: readonly Value[]): void {
  const forward = values.filter(({ meaning }) => meaning.side === 'forward');
  const reverse = values.filter(({ meaning }) => meaning.side === 'reverse');
  for (let index = 0; index < Math.max(forward.length, reverse.length); index += 1) {
    const one = forward[index];
    const other = reverse[index];
    const time = (one ?? other)?.time;
    if (time !== undefined)
      netPower(device, fieldOf(one), fieldOf(other), time, (one?.flags ?? 0) | (other?.flags ?? 0));
  }
}

const fieldOf = (value: Value | undefined): PowerField | undefined =>
  value && { raw: scaled(value.text, value.meaning), unit: value.meaning.unit, field: value.type };

/** The value in the unit of its meaning. */
function scaled(text: string | undefined, { places }: ReadingMeaning): string | number | undefined {
  if (places === 0 || text === undefined) return text;
  const value = numberOf(text);
  return value === undefined ? text : moved(value, places);
}

/**
 * IE-04: of values with and without the ratio of the transformers only one kind is the meter's own, as readings are primary values; a meter
 * that sends both has a second device for the other. Which one is its own is remembered, by quantity: that of the first message, and of a
 * message with both that with the ratio.
 */
function devicesByCommodity(
  id: string,
  meter: DeviceFindings,
  values: readonly Value[],
  findings: MessageFindings,
  state: DialectState,
): (meaning: ReadingMeaning) => DeviceFindings | undefined {
  const key = meter.context.deviceId;
  const known = state.get(key);
  const own = new Map<string, number>();
  if (isObject(known))
    for (const [quantity, commodity] of Object.entries(known))
      if (typeof commodity === 'number') own.set(quantity, commodity);
  let isNew = false;
  const inMessage = new Map<string, number>();
  for (const { meaning } of values) {
    const { quantity, commodity } = meaning;
    if (own.has(quantity) || commodity > PRIMARY) continue;
    inMessage.set(quantity, Math.max(commodity, inMessage.get(quantity) ?? 0));
    isNew = true;
  }
  for (const [quantity, commodity] of inMessage) own.set(quantity, commodity);
  if (isNew && (known !== undefined || state.size < MOST_METERS))
    state.set(key, Object.fromEntries(own));
  return ({ quantity, commodity }) => {
    const isOwn = (own.get(quantity) ?? commodity) === commodity;
    if (isOwn) return meter;
    const channel = commodity === PRIMARY ? 'primary' : 'secondary';
    return findings.device(id, channel);
  };
}
