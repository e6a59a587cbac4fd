import { describe, expect, test } from 'vitest';
import { API_PREFIX, PROBLEMS, openApiDocument, operations } from '../src/index.ts';

// oxlint-disable-next-line typescript/no-explicit-any -- walks a JSON document
const document: any = openApiDocument('1.2.3');

/** Every object of the document with the path to it. */
function* objects(value: unknown, path = '#'): Generator<[string, Record<string, unknown>]> {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* objects(item, `${path}/${index}`);
    return;
  }
  const entries = Object.entries(value);
  yield [path, Object.fromEntries(entries)];
  for (const [key, item] of entries) yield* objects(item, `${path}/${key}`);
}

describe('the OpenAPI document', () => {
  test('has the structure of OpenAPI 3.1', () => {
    expect(document.openapi).toMatch(/^3\.1\.\d+$/);
    expect(document.info).toMatchObject({ title: 'Verimeter', version: '1.2.3' });
    expect(Object.keys(document).toSorted()).toEqual([
      'components',
      'info',
      'openapi',
      'paths',
      'servers',
    ]);
    // JSON can hold all of it: nothing undefined, no functions, no cycles.
    expect(JSON.parse(JSON.stringify(document))).toEqual(document);
  });

  test('describes every operation once, with unique ids and only allowed fields', () => {
    const described = Object.entries<Record<string, Record<string, unknown>>>(
      document.paths,
    ).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })),
    );
    expect(
      described.map(({ path, method }) => `${method.toUpperCase()} ${path}`).toSorted(),
    ).toEqual(
      Object.values(operations)
        .map(({ method, path }) => `${method} ${API_PREFIX}${path}`)
        .toSorted(),
    );
    const ids = described.map(({ operation }) => operation['operationId']);
    expect(new Set(ids).size).toBe(ids.length);
    const allowed = new Set([
      'operationId',
      'tags',
      'summary',
      'description',
      'x-required-role',
      'security',
      'parameters',
      'requestBody',
      'responses',
    ]);
    for (const { operation } of described)
      expect(Object.keys(operation).filter((key) => !allowed.has(key))).toEqual([]);
  });

  test('parameters are described, those of the path are in it and required', () => {
    for (const [path, item] of Object.entries<Record<string, unknown>>(document.paths))
      for (const [, operation] of Object.entries(item)) {
        // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- structure under test
        const { parameters } = operation as {
          parameters: { name: string; in: string; required: boolean; schema: object }[];
        };
        const inPath = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
        expect(parameters.filter((p) => p.in === 'path').map((p) => p.name)).toEqual(inPath);
        for (const parameter of parameters) {
          expect(['path', 'query', 'header']).toContain(parameter.in);
          expect(typeof parameter.required).toBe('boolean');
          if (parameter.in === 'path') expect(parameter.required).toBe(true);
          expect(Object.keys(parameter.schema).length).toBeGreaterThan(0);
        }
        expect(new Set(parameters.map((p) => `${p.in} ${p.name}`)).size).toBe(parameters.length);
      }
  });

  test('which parameters are required is what validation says', () => {
    const parameters: { name: string; required: boolean }[] =
      document.paths[`${API_PREFIX}/readings`].get.parameters;
    expect(parameters.filter((p) => p.required).map((p) => p.name)).toEqual([
      'device_id',
      'quantity',
    ]);
  });

  test('all references lead somewhere, all named schemas are used', () => {
    const used = new Set<string>();
    for (const [, object] of objects(document)) {
      const reference = object['$ref'];
      if (reference === undefined) continue;
      const name =
        /^#\/components\/schemas\/(\w+)$/.exec(JSON.stringify(reference).slice(1, -1))?.[1] ?? '';
      expect(Object.keys(document.components.schemas)).toContain(name);
      used.add(name);
    }
    const streamed = ['LiveFinding', 'LiveQuarantine', 'LiveReading'];
    expect([...used, ...streamed].toSorted()).toEqual(
      Object.keys(document.components.schemas).toSorted(),
    );
  });

  test('every answer that is not a success is a problem document', () => {
    const statuses = new Set(Object.values(PROBLEMS).map(({ status }) => String(status)));
    for (const item of Object.values<Record<string, { responses: object }>>(document.paths))
      for (const { responses } of Object.values(item))
        for (const [status, response] of Object.entries(responses)) {
          if (status.startsWith('2')) continue;
          expect(statuses).toContain(status);
          expect(response.content).toEqual({
            'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } },
          });
        }
  });

  test('answers may grow, request bodies may not', () => {
    const { schemas } = document.components;
    expect(schemas.Device.additionalProperties).toBeUndefined();
    expect(schemas.FindingChange.additionalProperties).toBe(false);
    expect(schemas.SessionRequest.additionalProperties).toBe(false);
  });
});
