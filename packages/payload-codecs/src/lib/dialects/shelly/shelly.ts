import { type JsonObject, isObject, member } from '../../json.ts';
import type { Dialect, DialectState } from '../../foreign/dialect.ts';
import type { MessageFindings } from '../../foreign/message-findings.ts';
import { nameOf } from '../../foreign/numbers.ts';
import { readPresence } from '../../foreign/presence.ts';
import { remembered } from '../../foreign/remember.ts';
import { type PointTime, arrivalTime, epochTime } from '../../foreign/times.ts';
import { componentOf, phasesOfEm, readComponent, readFrequency } from './components.ts';
import { errorsOf } from './errors.ts';
import { isPhase, readPhases } from './phases.ts';

/*
 * topic    = prefix "/events/rpc" / prefix "/status/" component / prefix "/online" ; prefix: the device id unless it was set otherwise
 * rpc      = { "src": device id, "method": "NotifyStatus" / "NotifyFullStatus", "params": { "ts": seconds since 1970, component: object, … } }
 *          / { "method": "NotifyEvent", … } / { "id", "result" / "error" }      ; nothing to store
 * status   = object of the component, without a time
 * component = type [ ":" number ], components.ts
 * A type whose number is a channel makes `id:number` a device of its own; em1:0..2 are phases where the source has phases = 3.
 */

/** Components that have no readings: not worth a mention as unknown. */
const QUIET =
  /^(?:sys|cloud|mqtt|ws|ble|eth|ui|plugs_ui|bthome|knx|matter|modbus|script|input|schedule|webhook|serial|smoke)(?::\d{1,5})?$/;
/** Last levels of topics of the device that are no status: its log, orders to it. */
const SILENT = new Set(['log', 'command']);
/** Prefixes whose device is remembered; more than one source has. */
const MOST_PREFIXES = 100_000;

export const shelly: Dialect = {
  name: 'shelly',
  title: 'Shelly Gen2 and later',
  filters: ['+/events/rpc'],
  create: (_, state = new Map()) => ({ decode: (findings) => decode(findings, state), state }),
};

/** What a topic says. */
interface Topic {
  readonly prefix: string;
  /** Of what is remembered of the prefix. */
  readonly key: string;
  readonly parent: string;
  /** The last level. */
  readonly component: string;
}

const topicOf = remembered((topic): Topic => {
  const last = topic.lastIndexOf('/');
  const before = last <= 0 ? -1 : topic.lastIndexOf('/', last - 1);
  const prefix = topic.slice(0, Math.max(before, 0));
  return {
    prefix,
    key: `prefix:${prefix}`,
    parent: topic.slice(before + 1, Math.max(last, 0)),
    component: topic.slice(last + 1),
  };
});

function decode(findings: MessageFindings, state: DialectState): void {
  const { receivedAtUs } = findings.message;
  const topic = topicOf(findings.message.topic);
  const { prefix, parent, component } = topic;
  if (component === 'online') {
    const own = findings.message.topic.slice(0, -'/online'.length);
    const known = state.get(`prefix:${own}`);
    readPresence(findings, typeof known === 'string' ? known : own);
    return;
  }
  if (SILENT.has(component) || parent === 'command') {
    findings.silent();
    return;
  }
  if (parent !== 'status' && component !== 'rpc') {
    const message = 'the topic ends neither with events/rpc nor with status and a component';
    findings.reject('topic_mismatch', '', message);
    return;
  }
  const payload = findings.json();
  if (payload === undefined) return;
  if (!isObject(payload))
    findings.reject('wrong_type', '', 'a notification or a status is an object of fields');
  else if (parent === 'status') {
    const known = state.get(topic.key);
    const id = typeof known === 'string' ? known : prefix;
    readComponents({ [component]: payload }, id, arrivalTime(receivedAtUs), false, findings);
  } else readFrame(payload, topic, findings, state);
}

function readFrame(
  frame: JsonObject,
  topic: Topic,
  findings: MessageFindings,
  state: DialectState,
): void {
  const method = member(frame, 'method');
  const isFull = method === 'NotifyFullStatus';
  if (!isFull && method !== 'NotifyStatus') {
    // SH-07: events of buttons, requests and replies
    if (
      typeof method === 'string' ||
      Object.hasOwn(frame, 'result') ||
      Object.hasOwn(frame, 'error')
    )
      findings.silent();
    else findings.reject('malformed', 'method', 'is missing: this is no notification');
    return;
  }
  const params = member(frame, 'params');
  if (!isObject(params)) {
    findings.reject('malformed', 'params', 'is missing or no object of components');
    return;
  }
  const src = nameOf(member(frame, 'src'));
  if (src !== undefined) rememberPrefix(topic, src, findings, state);
  const time = epochTime(member(params, 'ts'), findings.message.receivedAtUs);
  readComponents(params, src ?? topic.prefix, time, isFull, findings);
}

/** The status topics of a device with a prefix of its own do not name the device. */
function rememberPrefix(
  { prefix, key }: Topic,
  src: string,
  { message: { retain, replayed } }: MessageFindings,
  state: DialectState,
): void {
  const known = state.get(key);
  if (retain || replayed === true || known === src || (known === undefined && prefix === src))
    return;
  if (known !== undefined || state.size < MOST_PREFIXES) state.set(key, src);
}

/** Components that only sensors have, some of which measure nothing else. */
const OF_SENSORS = new Set(['flood', 'devicepower']);

/** @param isFull whether what is not told of a component is not the case */
function readComponents(
  components: JsonObject,
  id: string,
  time: PointTime,
  isFull: boolean,
  findings: MessageFindings,
): void {
  let errors: Map<string, string[] | undefined> | undefined;
  let hasPhases = false;
  for (const name in components) {
    if (name === 'ts') continue;
    const component = components[name];
    const known = componentOf(name);
    if (known === undefined || !isObject(component)) {
      readUnknown(name, component, id, time, findings);
      continue;
    }
    const { type, instance } = known;
    findings.silent();
    const asPhase = findings.settings.phases === 3 && isPhase(name);
    hasPhases ||= asPhase;
    const isOwn =
      asPhase || known.channels === 'none' || (known.channels === 'further' && instance === '0');
    // SH-04: the number is that of the name, not the `id` within
    const channel = isOwn ? '' : instance;
    const told = errorsOf(component);
    if (told !== undefined || isFull) {
      errors ??= new Map();
      const before = errors.get(channel);
      errors.set(channel, told === undefined ? before : [...(before ?? []), ...told]);
    }
    const device = asPhase ? undefined : findings.device(id, channel);
    if (device === undefined) continue;
    if (OF_SENSORS.has(type)) device.kind ??= 'environment_sensor';
    readComponent(component, known, device, time);
    if (type === 'em') readFrequency(phasesOfEm(name, component), device, time);
    const alarm = type === 'flood' ? member(component, 'alarm') : undefined;
    if (typeof alarm === 'boolean') device.event('leak', alarm ? 'active' : 'cleared', time);
  }
  const device = hasPhases ? findings.device(id) : undefined;
  if (device !== undefined) readPhases(components, device, time);
  if (errors !== undefined) noteErrors(errors, id, time, isFull, findings);
}

function readUnknown(
  name: string,
  component: JsonObject[string] | undefined,
  id: string,
  time: PointTime,
  findings: MessageFindings,
): void {
  let isNamed = false;
  if (isObject(component))
    for (const field of Object.keys(component)) {
      const path = `${name}.${field}`;
      if (!Object.hasOwn(findings.settings.names, path)) continue;
      isNamed = true;
      findings.device(id)?.named(path, component[field], time, path);
    }
  if (isNamed) return;
  if (QUIET.test(name)) findings.silent();
  else findings.ignore(name);
}

function noteErrors(
  errors: ReadonlyMap<string, readonly string[] | undefined>,
  id: string,
  time: PointTime,
  isFull: boolean,
  findings: MessageFindings,
): void {
  for (const [channel, told] of errors) {
    if (told !== undefined && told.length > 0)
      findings.device(id, channel)?.event('temporary_error', 'active', time, told.join(', '));
    else if (told !== undefined || isFull) {
      const device = findings.device(id, channel);
      if (device !== undefined && device.readings.length > 0)
        device.event('temporary_error', 'cleared', time);
    }
  }
}
