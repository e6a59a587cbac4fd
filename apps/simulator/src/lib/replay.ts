import type { City } from './city.ts';
import { type DeviceStream, deviceStreams, gridRange, HOUR_MS } from './device-streams.ts';
import { eventMessage, type Message, profileMessage, readingMessage } from './messages.ts';
import { randomStream, STREAM } from './random.ts';

const DAY_MS = 24 * HOUR_MS;
/** Of what was there before the city: few devices, so that a day of each would be a great many small messages. */
const DAYS_AT_ONCE = 30;

/** One slice of the replay: the messages of up to a day, and the instant that is reached when all are acknowledged. */
export interface Slice {
  readonly throughMs: number;
  readonly messages: Iterable<Message>;
}

/**
 * What has to be published so that everything with `afterMs` < instant <= `untilMs` is there, day by day (UTC): a load
 * profile per device and day, or the single reading where a day holds only one.
 */
export function* replay(
  city: City,
  tenant: string,
  afterMs: number,
  untilMs: number,
): Generator<Slice> {
  const streams = deviceStreams(city);
  for (let from = afterMs; from < untilMs;) {
    // A day's profile starts AT 00:00 and ends before the next 00:00.
    const nextMidnight = Math.floor((from + 1) / DAY_MS) * DAY_MS + DAY_MS;
    const end =
      from + 1 < city.startMs
        ? Math.min(nextMidnight + (DAYS_AT_ONCE - 1) * DAY_MS, city.startMs)
        : nextMidnight;
    const through = Math.min(untilMs, end - 1);
    yield { throughMs: through, messages: messagesOf(city, tenant, streams, [from, through]) };
    from = through;
  }
}

function* messagesOf(
  city: City,
  tenant: string,
  streams: readonly DeviceStream[],
  span: readonly [afterMs: number, throughMs: number],
): Generator<Message> {
  for (const stream of streams) {
    const [first, last] = gridRange(stream, span[0], span[1]);
    if (last < first) continue;
    const message =
      first === last
        ? readingMessage(tenant, stream, first)
        : profileMessage(tenant, stream, [first, last]);
    if (message !== undefined) yield message;
  }
  yield* eventsOf(city, tenant, streams, span);
}

function* eventsOf(
  city: City,
  tenant: string,
  streams: readonly DeviceStream[],
  [afterMs, throughMs]: readonly [afterMs: number, throughMs: number],
): Generator<Message> {
  const within = (atMs: number): boolean => atMs > afterMs && atMs <= throughMs;
  const dayOf = (ms: number): number => Math.floor(ms / DAY_MS) - Math.floor(city.startMs / DAY_MS);
  for (let day = dayOf(afterMs + 1); day <= dayOf(throughMs); day += 1) {
    const random = randomStream(city.seed, STREAM.live, day);
    const dayMs = city.startMs + day * DAY_MS;
    const stream = random.pick(streams.filter(({ startMs }) => startMs <= dayMs));
    const atMs = dayMs + random.integer(0, 86_399) * 1000;
    // The modem of some device was reset: it has no bearing on what the device measures.
    if (within(atMs))
      yield eventMessage(tenant, stream, { atMs, name: 'modem_reset', state: 'past' });
  }
  for (const { deviceId, atMs, event } of city.notices) {
    const stream = streams.find((candidate) => candidate.deviceId === deviceId);
    if (stream !== undefined && within(atMs))
      yield eventMessage(tenant, stream, { atMs, name: event, state: 'past' });
  }
}

/** How many readings lie in a span. */
export function countReadings(city: City, afterMs: number, untilMs: number): number {
  let count = 0;
  for (const stream of deviceStreams(city)) {
    const [first, last] = gridRange(stream, afterMs, untilMs);
    for (const series of Object.values(stream.quantities))
      for (let k = first; k <= last; k += 1) if (!Number.isNaN(series[k] ?? Number.NaN)) count += 1;
  }
  return count;
}

/** Between two grid points: what some devices show on their displays at an instant. */
export function liveSamples(
  city: City,
  atMs: number,
  count: number,
): { readonly stream: DeviceStream; readonly values: Record<string, number> }[] {
  const streams = deviceStreams(city).filter((stream) => stream.kind !== 'water');
  const random = randomStream(
    city.seed,
    STREAM.live,
    Math.floor(atMs / 1000),
    Math.floor(atMs / 4e12),
  );
  const air = streams.filter((stream) => stream.kind === 'air');
  const meters = streams.filter((stream) => stream.kind === 'electricity');
  const chosen = [random.pick(air), ...Array.from({ length: count }, () => random.pick(meters))];
  return [...new Set(chosen)].map((stream) => {
    const k = Math.ceil((atMs - stream.startMs) / stream.stepMs);
    const wobble = 1 + 0.04 * random.normal();
    if (stream.power !== undefined)
      return {
        stream,
        values: { active_power: Math.max(0, Math.round((stream.power[k] ?? 0) * wobble)) },
      };
    const level = stream.quantities['pm2_5']?.[k] ?? Number.NaN;
    return {
      stream,
      values: Number.isNaN(level) ? {} : { pm2_5: Math.round(10 * level * wobble) / 10 },
    };
  });
}
