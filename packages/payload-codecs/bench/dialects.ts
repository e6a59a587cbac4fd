// How much slower a decoder is than JSON.parse of the same bytes, per fixture: medians of interleaved rounds.
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

const ROUNDS = 15;
const MOST = 3;
const wanted = process.argv.slice(2);
const utf8 = new TextDecoder('utf-8');

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

process.stdout.write('dialect fixture bytes decode_us parse_us ratio\n');
for (const fixture of dialectFixtures()) {
  const dialect = findDialect(fixture.dialect);
  if (dialect === undefined || (wanted.length > 0 && !wanted.includes(dialect.name))) continue;
  const settings = sourceSettings({
    tenant: 'demo',
    name: 'bench',
    filter: dialect.filters[0] ?? '#',
    ...fixture.source,
  });
  const decoder = dialect.create(settings, new Map());
  const messages = fixture.messages.filter(({ payload }) => isJson(payload));
  const bytes = messages.reduce((sum, { payload }) => sum + payload.length, 0);
  if (messages.length === 0) continue;
  const decodeAll = (): void => {
    for (const message of messages) decodeForeign(decoder, message, settings);
  };
  const parseAll = (): void => {
    for (const { payload } of messages) JSON.parse(utf8.decode(payload));
  };
  const times = Math.max(100, Math.floor(2_000_000 / (bytes + 200)));
  timed(decodeAll, times);
  timed(parseAll, times);
  const decode: number[] = [];
  const parse: number[] = [];
  for (let round = 0; round < ROUNDS; round += 1) {
    decode.push(timed(decodeAll, times));
    parse.push(timed(parseAll, times));
  }
  const ratio = median(decode) / median(parse);
  if (ratio > MOST) process.exitCode = 1;
  process.stdout.write(
    `${dialect.name} ${fixture.name} ${bytes} ${median(decode).toFixed(2)} ${median(parse).toFixed(2)} ${ratio.toFixed(2)}${ratio > MOST ? ' <- slower' : ''}\n`,
  );
}
