import { type JsonObject, isObject, member } from '../../json.ts';
import type { Dialect, DialectState } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { readPresence } from '../../foreign/presence.ts';
import { remembered } from '../../foreign/remember.ts';
import { type PointTime, epochTime, textTime } from '../../foreign/times.ts';
import { SerialLines } from '../p1/serial-lines.ts';
import { laterStart, noteReset } from './counter-reset.ts';
import { readEnergy } from './energy.ts';
import { readCounters, readSensor, sensorsNamed, unitsOf } from './sensors.ts';
import { readSerial } from './serial-bridge.ts';
import { readTeleinfo } from './teleinfo.ts';

/*
 * topic   = levels, one of them "tele" or "stat", the last one what it is; the others are the device
 *   SENSOR             object of sensors and units, below
 *   STATUS8, STATUS10  { "StatusSNS": the same }
 *   ENERGY             the energy object itself, of old firmware
 *   STATE, STATUS11    Wifi.Signal, dBm: rssi (Wifi.RSSI is a percentage)
 *   RESULT             { "SerialReceived": one line }, serial-bridge.ts
 *   LWT                Online / Offline: presence
 *   INFO1, …           nothing to store
 * Time    = local time, with an offset where SetOption52 is set; a number where the device is told to count seconds
 *
 * member of SENSOR    see
 * ENERGY              energy.ts, unless there is a TIC (TT-01)
 * TIC                 teleinfo.ts
 * COUNTER             sensors.ts
 * any other object    sensors.ts
 */
const PREFIXES = new Set(['tele', 'stat']);
/** Members of a message that are no readings: not worth a mention as unknown. */
const KNOWN = new Set(['Time', 'Epoch', 'TempUnit', 'PressureUnit', 'SpeedUnit']);
const SWITCHES = /^(?:Switch|POWER|Button)\d{0,2}$/;
/** Chips that tell their own temperature. */
const ELECTRONICS = /^(?:ESP32|BL09)/;

/** What the name of a member says: all devices of a kind have the same few. */
const kindOf = remembered((name): 'known' | 'switch' | 'electronics' | 'other' => {
  if (KNOWN.has(name)) return 'known';
  if (SWITCHES.test(name)) return 'switch';
  return ELECTRONICS.test(name) ? 'electronics' : 'other';
});

interface Running {
  readonly hasNames: boolean;
  /** Sensors with a field that the source may have given a meaning. */
  readonly namedSensors: ReadonlySet<string>;
  readonly lines: SerialLines;
  readonly state: DialectState;
  readonly allowWithoutCrc: boolean;
}

export const tasmota: Dialect = {
  name: 'tasmota',
  title: 'Tasmota',
  filters: ['tele/#'],
  options: {
    allow_without_crc:
      'true: telegrams of the serial bridge without CRC are read as well (meters of DSMR 2.2 and 3.0)',
  },
  create: ({ options, names }, state = new Map()) => {
    const allowWithoutCrc = options['allow_without_crc'] === true;
    const hasNames = Object.keys(names).length > 0;
    const namedSensors = sensorsNamed(names);
    const running = { lines: new SerialLines(), state, allowWithoutCrc, hasNames, namedSensors };
    const topicOf = remembered(readTopic);
    return {
      state,
      decode(findings) {
        decode(findings, topicOf(findings.message.topic), running);
      },
      // starts of counters
      merge: (_, kept, own) => laterStart(kept, own),
    };
  },
};

/** What a topic says. */
interface TasmotaTopic {
  readonly what: string;
  /** Undefined: it names no device. */
  readonly id: string | undefined;
  /** Undefined: there is nothing to store. */
  readonly read: Reader | undefined;
}

function readTopic(topic: string): TasmotaTopic {
  const last = topic.lastIndexOf('/');
  const what = topic.slice(last + 1);
  const read = Object.hasOwn(READERS, what) ? READERS[what] : undefined;
  return { what, id: deviceOf(topic.slice(0, Math.max(last, 0))), read };
}

function decode(
  findings: MessageFindings,
  { what, id, read }: TasmotaTopic,
  running: Running,
): void {
  if (id === undefined) {
    const message = 'the topic has no level tele or stat beside a device; correct the filter';
    findings.reject('topic_mismatch', '', message);
    return;
  }
  if (what === 'LWT') {
    readPresence(findings, id);
    return;
  }
  if (read === undefined) {
    findings.silent();
    return;
  }
  const payload = findings.json();
  if (payload === undefined) return;
  if (isObject(payload)) read(payload, id, findings, running);
  else findings.reject('wrong_type', '', `${what} is an object of fields`);
}

/** The levels in front of the last one without the first that is a prefix; undefined: there is none, or nothing else. */
function deviceOf(levels: string): string | undefined {
  const all = levels.split('/');
  const prefix = all.findIndex((level) => PREFIXES.has(level));
  const id = prefix < 0 ? '' : all.toSpliced(prefix, 1).join('/');
  return id === '' ? undefined : id;
}

type Reader = (
  payload: JsonObject,
  id: string,
  findings: MessageFindings,
  running: Running,
) => void;

const READERS: Readonly<Record<string, Reader>> = {
  SENSOR: readSensors,
  STATUS8: readStatus,
  STATUS10: readStatus,
  ENERGY: (payload, id, findings, { state }) => {
    readEnergyOf(payload, id, findings, timeOf(payload, findings), state);
  },
  STATE: readState,
  STATUS11: (payload, id, findings) => {
    const inner = member(payload, 'StatusSTS');
    readState(isObject(inner) ? inner : {}, id, findings);
  },
  RESULT: readSerial,
};

function timeOf(payload: JsonObject, findings: MessageFindings): PointTime {
  const time = member(payload, 'Time');
  return typeof time === 'number'
    ? epochTime(time, findings.message.receivedAtUs)
    : textTime(time, findings.times);
}

function readStatus(
  payload: JsonObject,
  id: string,
  findings: MessageFindings,
  running: Running,
): void {
  const inner = member(payload, 'StatusSNS');
  if (isObject(inner)) readSensors(inner, id, findings, running);
  else findings.reject('wrong_type', 'StatusSNS', 'is missing or no object of sensors');
}

function readState(payload: JsonObject, id: string, findings: MessageFindings): void {
  findings.silent();
  const wifi = member(payload, 'Wifi');
  const signal = isObject(wifi) ? member(wifi, 'Signal') : undefined;
  if (signal === undefined) return;
  const time = timeOf(payload, findings);
  findings.device(id)?.point('rssi', signal, 'dBm', time, 'Wifi.Signal');
}

function readEnergyOf(
  energy: JsonObject,
  id: string,
  findings: MessageFindings,
  time: PointTime,
  state: DialectState,
): void {
  readEnergy(energy, id, findings, time);
  noteReset(energy, id, findings, state);
}

function readSensors(
  payload: JsonObject,
  id: string,
  findings: MessageFindings,
  { state, hasNames, namedSensors }: Running,
): void {
  const time = timeOf(payload, findings);
  const units = unitsOf(payload);
  const tic = member(payload, 'TIC');
  let isKnown = true;
  for (const key of Object.keys(payload)) {
    const kind = kindOf(key);
    if (kind === 'known') continue;
    const raw = payload[key];
    if (hasNames && Object.hasOwn(findings.settings.names, key))
      findings.device(id)?.named(key, raw, time, key);
    else if (kind === 'switch') continue;
    else if (!isObject(raw)) findings.ignore(key);
    else if (key === 'TIC') {
      readTeleinfo(raw, id, findings, time);
      continue;
    } else if (key === 'ENERGY') {
      // TT-01: beside the meter's own registers the device counts another energy
      if (isObject(tic)) continue;
      readEnergyOf(raw, id, findings, time, state);
    } else if (key === 'COUNTER') readCounters(raw, id, findings, time);
    else if (kind !== 'electronics')
      readSensor(key, raw, id, units, findings, time, namedSensors.has(key));
    isKnown = false;
  }
  // Switches alone, or changes of the meter that are none of its readings (TT-02)
  if (isKnown) findings.silent();
}
