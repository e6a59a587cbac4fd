import {
  type Operation,
  API_PREFIX,
  PROBLEMS,
  openApiDocument,
  operations,
  problem,
} from '@verimeter/api-schema';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Fixture, insertReadings, startFixture } from './fixture.ts';
import { RUNS, SEED } from './fuzz/config.ts';
import { spoilt } from './fuzz/hostile.ts';
import { type JsonSchema, schemaArbitrary } from './fuzz/schema-arbitrary.ts';

interface Described {
  readonly parameters: readonly {
    readonly name: string;
    readonly in: string;
    readonly required: boolean;
    readonly schema: JsonSchema;
  }[];
  readonly requestBody?: {
    readonly content: { readonly 'application/json': { readonly schema: JsonSchema } };
  };
  readonly responses: Readonly<Record<string, unknown>>;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described>>>>;
  readonly components: { readonly schemas: Readonly<Record<string, JsonSchema>> };
}
// oxlint-disable-next-line typescript/no-unsafe-type-assertion -- what packages/api-schema/test/openapi.test.ts checks
const document = openApiDocument('1') as unknown as Document;

/** What there is in the database, so that requests get beyond "not found". */
const NAMES: Readonly<Record<string, readonly unknown[]>> = {
  device_id: ['m1', 'm2', 'w1', 'supply', 'foreign'],
  device: ['m1', 'm'],
  group: ['g1', 'g2'],
  group_id: ['g1', 'g2'],
  area: ['g1'],
  areas: [['g1'], null],
  id: [1, 2, 3],
  record_id: [1],
  delivery_id: [1, 2],
  quantity: ['active_energy_import', 'voltage_l1', 'water_volume'],
  name: ['tasmota', 'source'],
  topic: ['tele/plug/SENSOR'],
  from: ['2026-03-01T00:00:00Z', '2026-03', '2026-03-01'],
  to: ['2026-03-11T00:00:00Z', '2026-04', '2026-04-01'],
  period: ['2026-04'],
  lot: ['ELECTRICITY_METER|ACME|A|1|?|2019'],
};

let fixture: Fixture;
beforeAll(async () => {
  fixture = await startFixture({
    rateLimit: { perSecond: 1e6, burst: 1e6 },
    replayMs: 50,
    nowUs: () => Date.parse('2026-03-10T12:00:00Z') * 1000,
  });
  await insertReadings(fixture.database, { deviceId: 'm1', quantity: 'active_energy_import' }, [
    { ts: '2026-03-10T00:00:00.000001Z', value: 12_345.678 },
    { ts: '2026-03-10T00:15:00Z', value: 12_345.912 },
  ]);
  await seedWritten();
});
afterAll(() => fixture.stop());

/** Something of each kind that requests refer to by its number. */
async function seedWritten(): Promise<void> {
  const url = 'https://desk.example.com/';
  const point = { test_point: 'Ib', error: 0.001, limit: 0.01, pass: true };
  const verification = {
    device_id: 'm1',
    verified_on: '2026-02-01',
    kind: 'periodic',
    result: 'pass',
  };
  for (const [method, path, body] of [
    ['POST', '/webhooks', { url, events: ['finding.changed'] }],
    ['POST', '/webhooks/1/test', undefined],
    ['PUT', '/sources/tasmota', { filter: 'tele/+/SENSOR', dialect: 'tasmota' }],
    ['POST', '/verifications', { ...verification, points: [point] }],
    ['POST', '/devices/m1/legal-events', { kind: 'seal_broken', on: '2026-03-01' }],
    ['PUT', '/capacities', { items: [{ team: 'T1', visits_per_month: 5, from: '2026-01' }] }],
    ['POST', '/plans', { period: '2026-04', save: true }],
  ] as const) {
    // oxlint-disable-next-line no-await-in-loop -- each may need the one before
    const answer = await fixture.request(path, { key: fixture.keys.a.admin, method, body });
    expect([path, answer.status, answer.status === 200 ? '' : answer.body]).toEqual([
      path,
      200,
      '',
    ]);
  }
}

interface Input {
  readonly path: Record<string, unknown>;
  readonly query: Record<string, unknown>;
  readonly body: unknown;
}

function inputsOf({ parameters, requestBody }: Described): fc.Arbitrary<Input> {
  const part = (where: string): fc.Arbitrary<Record<string, unknown>> => {
    // A cursor comes of an answer only: a made one would hide what else is in the request.
    const own = parameters.filter(({ in: place, name }) => place === where && name !== 'cursor');
    const schema: JsonSchema = {
      type: 'object',
      properties: Object.fromEntries(own.map(({ name, schema: of }) => [name, of])),
      required: own.filter(({ required }) => required).map(({ name }) => name),
    };
    // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- an object, as the schema says
    return schemaArbitrary(schema, document.components.schemas, NAMES) as fc.Arbitrary<
      Record<string, unknown>
    >;
  };
  const body =
    requestBody === undefined
      ? fc.constant(undefined)
      : schemaArbitrary(
          requestBody.content['application/json'].schema,
          document.components.schemas,
          NAMES,
        );
  const valid = fc.record({ path: part('path'), query: part('query'), body });
  // Of the parts that are spoilt one is: an error in the path would hide those in the body.
  return fc.oneof(
    { weight: 3, arbitrary: valid },
    {
      weight: 2,
      arbitrary: fc.record({ path: part('path'), query: asRecord(spoilt(part('query'))), body }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ path: asRecord(spoilt(part('path'))), query: part('query'), body }),
    },
    ...(requestBody === undefined
      ? []
      : [
          {
            weight: 4,
            arbitrary: fc.record({ path: part('path'), query: part('query'), body: spoilt(body) }),
          },
        ]),
  );
}

const asRecord = (value: fc.Arbitrary<unknown>): fc.Arbitrary<Record<string, unknown>> =>
  value.map((given) => (typeof given === 'object' && given !== null ? { ...given } : {}));

/** As a client would write it; a half of a surrogate pair has no percent-encoding. */
function encoded(value: unknown): string {
  const text = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return encodeURIComponent(text.toWellFormed());
}

function addressOf(path: string, input: Input): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encoded(input.path[name] ?? ''),
  );
  const query = Object.entries(input.query).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encoded(value)}`,
  );
  return query.length === 0 ? filled : `${filled}?${query.join('&')}`;
}

const succeeded = new Set<string>();

/** What the answer is and should not be; undefined: nothing. */
async function faultOf(
  id: string,
  operation: Operation,
  described: Described,
  input: Input,
): Promise<string | undefined> {
  const address = addressOf(operation.path, input);
  const answer = await fixture.request(address, {
    key: fixture.keys.a.admin,
    method: operation.method,
    ...(input.body === undefined ? {} : { body: JSON.stringify(input.body) }),
  });
  const told = `${id}: ${operation.method} ${address} ${JSON.stringify(input.body)} -> ${answer.status} ${JSON.stringify(answer.body).slice(0, 500)}`;
  // An empty segment is another address, and clients leave out those of dots alone.
  const isOther =
    [404, 405].includes(answer.status) && /\/(\/|\?|$)|\/\.{1,2}(\/|\?|$)|\/\.csv/.test(address);
  if (!isOther && described.responses[String(answer.status)] === undefined)
    return `undocumented status: ${told}`;
  // No ingest worker runs here that could do it.
  if (id === 'replayQuarantined' && answer.body.code === 'not_ready') return undefined;
  if (answer.status >= 500) return `fault of the server: ${told}`;
  const type = answer.headers.get('content-type') ?? '';
  if (answer.status >= 400) {
    const refusal = problem.safeParse(answer.body);
    if (!refusal.success || type !== 'application/problem+json') return `no problem: ${told}`;
    if (PROBLEMS[refusal.data.code].status !== answer.status) return `another status: ${told}`;
    return undefined;
  }
  if (answer.status !== operation.status) return `another success: ${told}`;
  if (operation.contentType !== undefined && !type.startsWith(operation.contentType))
    return `another type, ${type}: ${told}`;
  succeeded.add(id);
  if (operation.response === undefined) return undefined;
  const shape = operation.response.safeParse(answer.body);
  return shape.success ? undefined : `another shape, ${shape.error.message}: ${told}`;
}

// A stream has no end: events.integration.test.ts.
const FUZZED = Object.entries<Operation>(operations).filter(([id]) => id !== 'streamEvents');

test.each(FUZZED)(
  '%s answers as it is described, whatever it is asked',
  async (id, operation) => {
    const described =
      document.paths[`${API_PREFIX}${operation.path}`]?.[operation.method.toLowerCase()];
    if (described === undefined) throw new Error(`${id} is not described`);
    await fc.assert(
      fc.asyncProperty(inputsOf(described), async (input) => {
        expect(await faultOf(id, operation, described, input)).toBeUndefined();
      }),
      { numRuns: RUNS, seed: SEED, endOnFailure: RUNS <= 12 },
    );
  },
  10 * 60_000,
);

test('the fuzzer gets beyond refusals', () => {
  const refused = FUZZED.map(([id]) => id).filter((id) => !succeeded.has(id));
  // Those are named where there are too many of them.
  expect(refused.length < FUZZED.length / 4 ? [] : refused).toEqual([]);
});

test('the fuzzer itself finds what is wrong', async () => {
  const operation = { ...operations.listDevices, response: operations.listGroups.response };
  const described = document.paths[`${API_PREFIX}/devices`]?.['get'];
  if (described === undefined) throw new Error('not described');
  const input = { path: {}, query: {}, body: undefined };
  expect(await faultOf('listDevices', operation, described, input)).toContain('another shape');
  expect(
    await faultOf('listDevices', operations.listDevices, { ...described, responses: {} }, input),
  ).toContain('undocumented status');
});
