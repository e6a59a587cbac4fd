// How much slower a decoder is than JSON.parse of the same bytes, per fixture: medians of interleaved rounds. As in operation, all dialects have
// been spoken before, and every message brings a topic that is another text, whose making is not counted.
// node packages/payload-codecs/bench/dialects.ts [DIALECT…]
import { dialectFixtures } from '@verimeter/test-support';
import { decodeForeign, findDialect, sourceSettings } from '../src/index.ts';

declare const process: {
  argv: string[];
  stdout: { write(text: string): void };
  exitCode: number;
  cpuUsage(): { user: number; system: number };
};
declare const TextDecoder: new (label: string) => { decode(bytes: Uint8Array): string };
declare const TextEncoder: new () => { encode(text: string): Uint8Array };

const ROUNDS = 15;
const MOST = 3;
const wanted = process.argv.slice(2);
const utf8 = new TextDecoder('utf-8');
const utf8Bytes = new TextEncoder();

/** Processor time of this process, microseconds: on a busy machine the clock on the wall says how busy it is. */
const spent = (): number => {
  const { user, system } = process.cpuUsage();
  return user + system;
};

function timed(work: () => void, times: number): number {
  const begin = spent();
  for (let k = 0; k < times; k += 1) work();
  return (spent() - begin) / times;
}

const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;

function isJson(payload: Uint8Array): boolean {
  try {
    JSON.parse(utf8.decode(payload));
    return true;
  } catch {
    return false; // another format: no comparison
  }
}

/** Results outlive the next messages, as in operation: what nobody keeps, the engine does not even make. */
const kept: unknown[] = [];
let keptAt = 0;
function keep(result: unknown): void {
  keptAt = (keptAt + 1) % 64;
  kept[keptAt] = result;
}

interface Case {
  readonly name: string;
  readonly dialect: string;
  readonly bytes: number;
  /** Topics are made anew. */
  readonly decode: () => void;
  readonly topics: () => void;
  readonly parse: () => void;
}

function caseOf(fixture: ReturnType<typeof dialectFixtures>[number]): Case | undefined {
  const dialect = findDialect(fixture.dialect);
  if (dialect === undefined) return undefined;
  const settings = sourceSettings({
    tenant: 'demo',
    name: 'bench',
    filter: dialect.filters[0] ?? '#',
    ...fixture.source,
  });
  const decoder = dialect.create(settings, new Map());
  const messages = fixture.messages
    .filter(({ payload }) => isJson(payload))
    .map((message) => ({ ...message, topicBytes: utf8Bytes.encode(message.topic) }));
  if (messages.length === 0) return undefined;
  return {
    name: fixture.name,
    dialect: dialect.name,
    bytes: messages.reduce((sum, { payload }) => sum + payload.length, 0),
    decode: () => {
      for (const { topicBytes, payload, receivedAtUs, retain } of messages) {
        const topic = utf8.decode(topicBytes);
        keep(decodeForeign(decoder, { topic, payload, receivedAtUs, retain }, settings));
      }
    },
    topics: () => {
      for (const { topicBytes } of messages) utf8.decode(topicBytes);
    },
    parse: () => {
      for (const { payload } of messages) keep(JSON.parse(utf8.decode(payload)));
    },
  };
}

/** Microseconds of decoding and of parsing. */
function measured({ bytes, decode, topics, parse }: Case): readonly [number, number] {
  const times = Math.max(100, Math.floor(2_000_000 / (bytes + 200)));
  const rounds: [number, number][] = [];
  for (const work of [decode, topics, parse]) timed(work, times);
  for (let round = 0; round < ROUNDS; round += 1)
    rounds.push([timed(decode, times) - timed(topics, times), timed(parse, times)]);
  return [median(rounds.map(([one]) => one)), median(rounds.map(([, other]) => other))];
}

const cases = dialectFixtures().flatMap((fixture) => caseOf(fixture) ?? []);
for (const { decode, topics, parse } of cases)
  for (const work of [decode, topics, parse]) timed(work, 300);

const line = (...words: (string | number)[]): void => {
  process.stdout.write(`${words.join(' ')}\n`);
};
const dialects = new Map<string, { decode: number; parse: number; ratios: number[] }>();
line('dialect fixture bytes decode_us parse_us ratio');
for (const one of cases) {
  if (wanted.length > 0 && !wanted.includes(one.dialect)) continue;
  const [decode, parse] = measured(one);
  const ratio = decode / parse;
  if (ratio > MOST) process.exitCode = 1;
  const mark = ratio > MOST ? '<- slower' : '';
  line(
    one.dialect,
    one.name,
    one.bytes,
    decode.toFixed(2),
    parse.toFixed(2),
    ratio.toFixed(2),
    mark,
  );
  const sums = dialects.get(one.dialect) ?? { decode: 0, parse: 0, ratios: [] };
  sums.decode += decode;
  sums.parse += parse;
  sums.ratios.push(ratio);
  dialects.set(one.dialect, sums);
}
line();
line('dialect fixtures sum_of_decode/sum_of_parse median least most within');
for (const [name, { decode, parse, ratios }] of dialects) {
  const within = ratios.filter((ratio) => ratio <= MOST).length;
  const figures = [decode / parse, median(ratios), Math.min(...ratios), Math.max(...ratios)];
  line(name, ratios.length, ...figures.map((figure) => figure.toFixed(2)), within);
}
const all = [...dialects.values()].flatMap(({ ratios }) => ratios);
line('all', all.length, median(all).toFixed(2), all.filter((ratio) => ratio <= MOST).length);
