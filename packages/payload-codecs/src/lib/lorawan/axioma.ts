import type { DeviceFindings } from '../foreign/device-findings.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { numberOf } from '../foreign/numbers.ts';
import { type PointTime, earlier, stampTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, member } from '../json.ts';
import { type AxiomaFrame, DELTAS } from './axioma-frame.ts';

/*
 * Axioma QALCOSONIC W1, decoded by a codec:
 *   timestamp_unix, timestamp_utc      seconds since 1970, the same as a text
 *   status; low_battery, leakage …     the byte of states; booleans made of it, read where it is missing
 *   log_volume_m3                      register 23 h before the full hour before the time
 *   delta_1_m3 .. delta_23_m3          amounts of the hours from there, oldest first
 *   current_volume_m3                  register at the full hour before the time
 *   history_multiplier                 other than 0: the deltas are scaled (LA-03)
 *   history_total_m3, history_count, payload_format, frame_version, payload_bytes, low_temperature     not read
 */
const FLAGS: Readonly<Record<string, string>> = {
  low_battery: 'battery_low',
  permanent_error: 'permanent_error',
  temporary_error: 'temporary_error',
  leakage: 'leak',
  backflow: 'reverse_flow',
  burst: 'burst',
  pipe_empty: 'dry',
};
const DELTA_NAMES = Array.from({ length: DELTAS }, (_, index) => `delta_${index + 1}_m3`);
const OTHERS = [
  ...Object.keys(FLAGS),
  ...'payload_format frame_version payload_bytes timestamp_unix timestamp_utc status low_temperature'.split(
    ' ',
  ),
  ...'log_volume_m3 current_volume_m3 history_count history_total_m3 history_multiplier'.split(' '),
];
const NO_DELTA = -1;
/** Which of the deltas a field is; {@link NO_DELTA}: another one that is known. */
const DELTA_OF = new Map<string, number>([
  ...DELTA_NAMES.map((name, index) => [name, index] as const),
  ...OTHERS.map((name) => [name, NO_DELTA] as const),
]);
const NO_DELTAS: readonly number[] = DELTA_NAMES.map(() => Number.NaN);
const HOUR_US = 3600e6;
/** Of what is rejected anyway. */
const NO_TIME: PointTime = { tsUs: 0, tsSource: 'device', flags: 0 };
/** LA-01 */
const TOLERANCE_LITRES = 0.5;

/** Whether an object is one of the hourly frame, as codecs for it write it. */
export function isAxiomaObject(object: JsonObject): boolean {
  const format = member(object, 'payload_format');
  if (typeof format === 'string') return format.startsWith('AXIOMA_W1');
  return Object.hasOwn(object, 'log_volume_m3') && Object.hasOwn(object, 'delta_1_m3');
}

/** The frame of an object of a codec. What is there and is no number is rejected. */
export function axiomaFrameOf(
  object: JsonObject,
  device: DeviceFindings,
  findings: MessageFindings,
): AxiomaFrame {
  const deltas = NO_DELTAS.slice();
  let known = 0;
  for (const key in object) {
    const index = DELTA_OF.get(key);
    if (index === undefined) findings.ignore(key);
    else if (index !== NO_DELTA) {
      const litres = litresOf(object[key]);
      if (litres === undefined) continue;
      deltas[index] = litres;
      known += 1;
    }
  }
  const isBroken = known > 0 && known < DELTAS;
  if (isBroken) {
    const missing = DELTA_NAMES[deltas.findIndex((litres) => Number.isNaN(litres))] ?? '';
    const message =
      'is missing or no number: the hours before the last are not stored; look at the codec';
    device.reject('malformed', missing, message, DELTAS);
  }
  for (const name of ['log_volume_m3', 'current_volume_m3']) {
    const raw = member(object, name) ?? null;
    if (raw === null) device.hasMissing = true;
    else if (numberOf(raw) === undefined) device.point('water_volume', raw, 'm3', NO_TIME, name);
  }
  const status = numberOf(member(object, 'status'));
  return {
    time: member(object, 'timestamp_unix') ?? member(object, 'timestamp_utc'),
    status,
    states: status === undefined ? statedBy(object) : undefined,
    logLitres: isBroken ? undefined : litresOf(member(object, 'log_volume_m3')),
    deltas: known === DELTAS ? deltas : undefined,
    currentLitres: litresOf(member(object, 'current_volume_m3')),
    multiplier: numberOf(member(object, 'history_multiplier')) ?? 0,
  };
}

/** LA-02: whole litres; what is between them is below the resolution of the meter. */
function litresOf(raw: JsonValue | undefined): number | undefined {
  const m3 = numberOf(raw);
  return m3 === undefined ? undefined : Math.round(m3 * 1000);
}

/** Tells a frame: its registers hour by hour and its states. @param envelope when the uplink came, for a clock that cannot be right (LA-05) */
export function tellAxiomaFrame(
  frame: AxiomaFrame,
  device: DeviceFindings,
  findings: MessageFindings,
  envelope: PointTime,
): void {
  const time = timeOf(frame.time, findings, envelope);
  const hour = earlier(time, time.tsUs - Math.floor(time.tsUs / HOUR_US) * HOUR_US);
  tellVolumes(frame, device, findings, hour);
  if (frame.status !== undefined) tellStatus(frame.status, device, time);
  else for (const [event, isActive] of frame.states ?? []) tellState(event, isActive, device, time);
}

function timeOf(
  raw: JsonValue | undefined,
  findings: MessageFindings,
  envelope: PointTime,
): PointTime {
  const time = stampTime(raw, findings.times);
  if (time.tsSource === 'device') return time;
  return time.refused === undefined ? envelope : { ...envelope, refused: time.refused };
}

function tellVolumes(
  { logLitres, deltas, currentLitres, multiplier }: AxiomaFrame,
  device: DeviceFindings,
  findings: MessageFindings,
  hour: PointTime,
): void {
  const at = { ...hour };
  const tell = (litres: number, hoursBefore: number, field: string): void => {
    at.tsUs = hour.tsUs - hoursBefore * HOUR_US;
    device.point('water_volume', litres / 1000, 'm3', at, field);
  };
  if (multiplier !== 0) {
    // LA-03: what scaled amounts are is not known; the registers are what they are
    findings.ignore('history_multiplier');
    if (currentLitres !== undefined) tell(currentLitres, 0, 'current_volume_m3');
    else if (logLitres !== undefined) tell(logLitres, DELTAS, 'log_volume_m3');
    return;
  }
  if (logLitres === undefined || deltas === undefined) {
    if (currentLitres !== undefined) tell(currentLitres, 0, 'current_volume_m3');
    if (logLitres !== undefined) tell(logLitres, DELTAS, 'log_volume_m3');
    return;
  }
  let end = logLitres;
  for (const delta of deltas) end += delta;
  if (currentLitres !== undefined && Math.abs(end - currentLitres) > TOLERANCE_LITRES) {
    tell(currentLitres, 0, 'current_volume_m3');
    const message = `log_volume_m3 and the deltas make ${end / 1000}, not ${currentLitres / 1000}: the hours before are not stored; look at the codec`;
    device.reject('malformed', 'current_volume_m3', message, DELTAS);
    return;
  }
  let litres = logLitres;
  tell(litres, DELTAS, 'log_volume_m3');
  for (let index = 0; index < deltas.length; index += 1) {
    litres += deltas[index] ?? 0;
    tell(litres, DELTAS - 1 - index, DELTA_NAMES[index] ?? '');
  }
}

/*
 * status = 0x04 battery low / 0x08 permanent error / 0x10 temporary error, an empty pipe where nothing else is (LA-04), and of the upper three
 * bits one of 0x20 leak, 0x60 backflow, 0x80 low temperature, 0xA0 burst
 */
function tellStatus(status: number, device: DeviceFindings, time: PointTime): void {
  const upper = status & 0xe0;
  tellState('battery_low', (status & 0x04) !== 0, device, time);
  tellState('permanent_error', (status & 0x08) !== 0, device, time);
  tellState('temporary_error', (status & 0x10) !== 0, device, time);
  tellState('dry', status === 0x10, device, time);
  tellState('leak', upper === 0x20, device, time);
  tellState('reverse_flow', upper === 0x60, device, time);
  tellState('burst', upper === 0xa0, device, time);
}

function tellState(
  event: string,
  isActive: boolean,
  device: DeviceFindings,
  time: PointTime,
): void {
  device.event(event, isActive ? 'active' : 'cleared', time);
}

/** States of an object whose codec leaves out the byte of states. */
function statedBy(object: JsonObject): (readonly [event: string, isActive: boolean])[] {
  return Object.entries(FLAGS).flatMap(([name, event]) => {
    const raw = member(object, name);
    return typeof raw === 'boolean' ? [[event, raw] as const] : [];
  });
}
