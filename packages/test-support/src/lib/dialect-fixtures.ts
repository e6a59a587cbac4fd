import { readFileSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/*
 * packages/payload-codecs/fixtures/{dialect}/{case}.json:
 *   quirks       numbers of what the case shows, such as "ZB-01"
 *   source       settings of the source that differ from the usual ones
 *   received_at  arrival of the messages, unless one has its own; default 2026-01-14T06:30:00Z
 *   messages     [{ topic, payload, retain?, received_at? }]; payload: a text as it is, anything else as JSON; or payload_hex, payload_base64
 *   readings     [[device, quantity, value, unit, ts, ts_source?, quality?…]] in any order
 *   events       [[device, event, state, ts]]
 *   rejects      [[reason, field]]
 *   ignored      names of unknown fields
 *   end_to_end   whether the case is also published to a broker and read through the API
 */
interface FixtureFile {
  readonly quirks?: readonly string[];
  readonly source?: Readonly<Record<string, unknown>>;
  readonly received_at?: string;
  readonly messages: readonly {
    readonly topic: string;
    readonly payload?: unknown;
    readonly payload_hex?: string;
    readonly payload_base64?: string;
    readonly retain?: boolean;
    readonly received_at?: string;
  }[];
  readonly readings?: readonly FixtureReading[];
  readonly events?: readonly (readonly [string, string, string, string])[];
  readonly rejects?: readonly (readonly [string, string])[];
  readonly ignored?: readonly string[];
  readonly end_to_end?: boolean;
}

export type FixtureReading = readonly [
  device: string,
  quantity: string,
  value: number,
  unit: string,
  ts: string,
  ...marks: string[],
];

export interface DialectFixture {
  readonly dialect: string;
  readonly name: string;
  readonly quirks: readonly string[];
  readonly source: Readonly<Record<string, unknown>>;
  readonly messages: readonly {
    readonly topic: string;
    readonly payload: Buffer;
    readonly retain: boolean;
    /** Microseconds since 1970. */
    readonly receivedAtUs: number;
  }[];
  readonly readings: readonly FixtureReading[];
  readonly events: readonly (readonly [string, string, string, string])[];
  readonly rejects: readonly (readonly [string, string])[];
  readonly ignored: readonly string[] | undefined;
  readonly endToEnd: boolean;
}

const DIRECTORY = fileURLToPath(new URL('../../../payload-codecs/fixtures', import.meta.url));
const ARRIVAL = '2026-01-14T06:30:00Z';

/** Every fixture of every dialect, or of one folder. */
export function dialectFixtures(directory: string = DIRECTORY): DialectFixture[] {
  return readdirSync(directory, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .flatMap(({ name: dialect }) =>
      readdirSync(join(directory, dialect))
        .filter((file) => file.endsWith('.json'))
        .map((file) => readFixture(dialect, join(directory, dialect, file))),
    );
}

function readFixture(dialect: string, path: string): DialectFixture {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a file of the repository
  const file = JSON.parse(readFileSync(path, 'utf8')) as FixtureFile;
  return {
    dialect,
    name: basename(path, '.json'),
    quirks: file.quirks ?? [],
    source: file.source ?? {},
    messages: file.messages.map((message) => ({
      topic: message.topic,
      payload: payloadOf(message),
      retain: message.retain ?? false,
      receivedAtUs: Date.parse(message.received_at ?? file.received_at ?? ARRIVAL) * 1000,
    })),
    readings: file.readings ?? [],
    events: file.events ?? [],
    rejects: file.rejects ?? [],
    ignored: file.ignored,
    endToEnd: file.end_to_end ?? false,
  };
}

function payloadOf(message: FixtureFile['messages'][number]): Buffer {
  if (message.payload_hex !== undefined) return Buffer.from(message.payload_hex, 'hex');
  if (message.payload_base64 !== undefined) return Buffer.from(message.payload_base64, 'base64');
  return Buffer.from(
    typeof message.payload === 'string' ? message.payload : JSON.stringify(message.payload),
  );
}

/** Filter and settings, in their stored names, of a source for the fixture; `usual`: the filter of its dialect as it comes. */
export function storedSource(
  { source, messages }: DialectFixture,
  usual: string | undefined,
): { readonly filter: string; readonly settings: Readonly<Record<string, unknown>> } {
  const { filter, deviceClass, deviceId, ...rest } = source;
  return {
    filter: typeof filter === 'string' ? filter : (usual ?? messages[0]?.topic ?? ''),
    settings: {
      ...rest,
      ...(deviceClass === undefined ? {} : { device_class: deviceClass }),
      ...(deviceId === undefined ? {} : { device_id: deviceId }),
    },
  };
}
