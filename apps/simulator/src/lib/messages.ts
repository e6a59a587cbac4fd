import type { DeviceStream } from './device-streams.ts';

export interface Message {
  readonly topic: string;
  readonly payload: string;
  readonly retain: boolean;
  /** Values in the message, `null` not counted. */
  readonly readings: number;
}

/** Topic of a device; one behind a gateway is published by it. */
function topicOf(
  tenant: string,
  stream: Pick<DeviceStream, 'deviceId' | 'gateway'>,
  channel: 'readings' | 'events' | 'status' | 'senml',
): string {
  const publisher =
    stream.gateway === undefined
      ? stream.deviceId
      : `${stream.gateway}/children/${stream.deviceId}`;
  return `verimeter/v1/${tenant}/${publisher}/${channel}`;
}

/** A load profile: grid points `first` to `last` of every quantity of the device; undefined where all are missing. */
export function profileMessage(
  tenant: string,
  stream: DeviceStream,
  range: readonly [first: number, last: number],
): Message | undefined {
  const [first, last] = range;
  const profiles: Record<string, (number | null)[]> = {};
  let readings = 0;
  for (const [quantity, series] of Object.entries(stream.quantities)) {
    const values: (number | null)[] = [];
    for (let k = first; k <= last; k += 1) {
      const value = series[k] ?? Number.NaN;
      values.push(Number.isNaN(value) ? null : value);
      if (!Number.isNaN(value)) readings += 1;
    }
    profiles[quantity] = values;
  }
  if (readings === 0) return undefined;
  const body = {
    start: new Date(stream.startMs + first * stream.stepMs).toISOString(),
    step: stream.stepMs / 1000,
    profiles,
  };
  return {
    topic: topicOf(tenant, stream, 'readings'),
    payload: JSON.stringify(body),
    retain: false,
    readings,
  };
}

/** The reading of one grid point; undefined where it is missing. Sensors without a gateway speak SenML. */
export function readingMessage(
  tenant: string,
  stream: DeviceStream,
  k: number,
): Message | undefined {
  const values: Record<string, number> = {};
  for (const [quantity, series] of Object.entries(stream.quantities)) {
    const value = series[k] ?? Number.NaN;
    if (!Number.isNaN(value)) values[quantity] = value;
  }
  return sampleMessage(tenant, stream, stream.startMs + k * stream.stepMs, values);
}

/** Values of one instant in the dialect of the device; undefined where there are none. */
export function sampleMessage(
  tenant: string,
  stream: DeviceStream,
  atMs: number,
  values: Readonly<Record<string, number>>,
): Message | undefined {
  const entries = Object.entries(values);
  if (entries.length === 0) return undefined;
  const senml = stream.kind === 'air';
  const body = senml
    ? entries.map(([name, v], index) =>
        index === 0
          ? { bn: `${stream.deviceId}:`, bt: atMs / 1000, n: name, u: SENML_UNITS[name] ?? '', v }
          : { n: name, u: SENML_UNITS[name] ?? '', v },
      )
    : { ts: new Date(atMs).toISOString(), values };
  return {
    topic: topicOf(tenant, stream, senml ? 'senml' : 'readings'),
    payload: JSON.stringify(body),
    retain: false,
    readings: entries.length,
  };
}

const SENML_UNITS: Readonly<Record<string, string>> = {
  pm2_5: 'ug/m3',
  temperature: 'Cel',
  humidity: '%RH',
  no2: '[ppm]',
};

export function statusMessage(
  tenant: string,
  device: Pick<DeviceStream, 'deviceId' | 'gateway'>,
): Message {
  return { topic: topicOf(tenant, device, 'status'), payload: 'online', retain: true, readings: 0 };
}

export function eventMessage(
  tenant: string,
  stream: DeviceStream,
  event: {
    readonly atMs: number;
    readonly name: string;
    readonly state: 'active' | 'past' | 'cleared';
  },
): Message {
  return {
    topic: topicOf(tenant, stream, 'events'),
    payload: JSON.stringify({
      ts: new Date(event.atMs).toISOString(),
      event: event.name,
      state: event.state,
    }),
    retain: false,
    readings: 0,
  };
}
