import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { Ajv, type ErrorObject } from 'ajv';
import { expect, test } from 'vitest';
import { readCompose } from './compose-file.ts';

/** The schema of the Compose specification as the linter `dclint` ships it. */
function readSchema(): object {
  const manifest = createRequire(import.meta.url).resolve('dclint/package.json');
  const file = path.join(path.dirname(manifest), 'schemas/compose.schema.json');
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- ajv checks that it is a schema
  const schema = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  delete schema['$schema']; // draft-07 by an address that ajv does not know; it is ajv's own draft
  return schema;
}

// Formats of its own (`duration`, `ports`) are described in words only, and some of its types are unions.
const validate = new Ajv({ strict: false, validateFormats: false, allErrors: true }).compile(
  readSchema(),
);

function problems(file: unknown): string[] {
  if (validate(file)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message }: ErrorObject) => `${instancePath} ${message ?? ''}`,
  );
}

test.each(['compose.yaml', 'compose.tls.yaml'])('%s is what the specification says', (file) => {
  expect(problems(readCompose(file))).toEqual([]);
});

test('a key or a value that the specification does not know is found', () => {
  const { services } = readCompose('compose.yaml');
  const wrong = {
    services: { api: { ...services['api'], imagee: 'x', cap_drop: 'ALL', restart: 7 } },
  };
  expect(problems(wrong)).toEqual([
    '/services/api must NOT have additional properties',
    '/services/api/cap_drop must be array',
    '/services/api/restart must be string',
  ]);
});
