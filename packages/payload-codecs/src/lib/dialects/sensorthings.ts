import type { Dialect } from '../foreign/dialect.ts';
import type { MessageFindings } from '../foreign/message-findings.ts';
import { nameOf } from '../foreign/numbers.ts';
import { remembered } from '../foreign/remember.ts';
import { type PointTime, textTime } from '../foreign/times.ts';
import { type JsonObject, type JsonValue, isObject, member, printable } from '../json.ts';
import { eachObject } from './customer-interface.ts';

/*
 * topic      = … "/Observations" / … "/Datastreams(" id ")/Observations"    ; OGC 18-088, 14.2; others are not observations
 * payload    = observation / array of them
 * datastream = "Datastream" { "@iot.id": number / text } / the id of the topic, a text in quotes there
 * time       = phenomenonTime: instant / start "/" end ; else resultTime ; else none
 * result     = number / text with a number ; others are no readings (ST-04)
 *
 * An observation has neither quantity nor unit: settings.names has them by the id of the datastream, settings.devices the device of it.
 * Without the latter the datastream is the device.
 */

const OBSERVATIONS =
  /(?:^|\/)(?:(?:Multi)?Datastreams\(([^()/]*)\)\/)?Observations(?:\([^()/]*\))?(?:\?.*)?$/;

export const sensorthings: Dialect = {
  name: 'sensorthings',
  title: 'OGC SensorThings observations',
  filters: ['v1.1/#', 'v1.0/#'],
  create: () => {
    const streamOf = remembered(streamInTopic);
    return { decode: (findings) => decode(findings, streamOf(findings.message.topic)) };
  },
};

/** The datastream that a topic names, empty where it names none; undefined: a topic of something else than observations. */
function streamInTopic(topic: string): string | undefined {
  const match = OBSERVATIONS.exec(topic);
  return match === null ? undefined : (match[1]?.replaceAll("'", '') ?? '');
}

function decode(findings: MessageFindings, stream: string | undefined): void {
  if (stream === undefined) {
    findings.silent();
    return;
  }
  const payload = findings.json();
  if (payload !== undefined)
    eachObject(payload, findings, (observation) => readObservation(observation, stream, findings));
}

function readObservation(
  observation: JsonObject,
  topicStream: string,
  findings: MessageFindings,
): void {
  const named = member(observation, 'Datastream') ?? member(observation, 'MultiDatastream');
  // ST-01: 1 and "1" are one stream
  const own = isObject(named) ? nameOf(member(named, '@iot.id')) : undefined;
  if (own !== undefined && topicStream !== '' && own !== topicStream) {
    const message = `the observation is of datastream ${printable(own)}, the topic of ${printable(topicStream)}`;
    findings.reject('topic_mismatch', 'Datastream', message);
    return;
  }
  const stream = own ?? topicStream;
  if (stream === '') {
    const message = 'neither the observation nor the topic names the datastream';
    findings.reject('topic_mismatch', 'Datastream', message);
    return;
  }
  const { names } = findings.settings;
  const meaning = Object.hasOwn(names, stream) ? names[stream] : undefined;
  if (meaning === undefined) {
    // ST-05
    const message = `datastream ${printable(stream)} has no quantity; give it one in settings.names of the source`;
    findings.reject('unknown_quantity', 'Datastream', message);
    return;
  }
  const device = findings.device(stream);
  const time = timeOf(observation, findings);
  device?.point(meaning.quantity, member(observation, 'result'), meaning.unit ?? '', time, stream);
}

function timeOf(observation: JsonObject, findings: MessageFindings): PointTime {
  const phenomenon: JsonValue | undefined = member(observation, 'phenomenonTime');
  const stamp = phenomenon ?? member(observation, 'resultTime');
  // ST-02: the end of an interval is when a register showed the value
  if (typeof stamp === 'string' && stamp.includes('/'))
    return textTime(stamp.slice(stamp.indexOf('/') + 1), findings.times);
  return textTime(stamp, findings.times);
}
