import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { z } from 'zod';
import {
  ConfigurationError,
  envField,
  parseConfig,
  redactUrl,
  variableNames,
} from '../src/index.ts';

let files = 0;
const directory = mkdtempSync(path.join(tmpdir(), 'verimeter-config-'));
afterAll(() => rmSync(directory, { recursive: true }));

function fileWith(content: string): string {
  const file = path.join(directory, `secret-${(files += 1)}`);
  writeFileSync(file, content);
  return file;
}

const schema = z.object({
  DATABASE_URL: envField.databaseUrl(),
  HTTP_PORT: envField.port().default(8080),
  LOG_LEVEL: envField.logLevel(),
  TENANT_ZONE: envField.timeZone().default('UTC'),
});

test('defaults stand where a variable is unset or empty', () => {
  expect(parseConfig(schema, { DATABASE_URL: 'postgres://u:p@h/db', HTTP_PORT: '' })).toEqual({
    DATABASE_URL: 'postgres://u:p@h/db',
    HTTP_PORT: 8080,
    LOG_LEVEL: 'info',
    TENANT_ZONE: 'UTC',
  });
});

test('every bad variable is named in one message, and no value is repeated', () => {
  const env = { HTTP_PORT: '70000', LOG_LEVEL: 'loud', TENANT_ZONE: 'Mars/Olympus' };
  expect(() => parseConfig(schema, env)).toThrow(ConfigurationError);
  expect(() => parseConfig(schema, env)).toThrow(
    [
      'invalid configuration:',
      '  DATABASE_URL: is required but not set',
      '  HTTP_PORT: must be a whole number from 0 to 65535',
      '  LOG_LEVEL: must be one of trace, debug, info, warn, error, fatal, silent',
      '  TENANT_ZONE: must be an IANA time zone such as Asia/Ho_Chi_Minh',
    ].join('\n'),
  );
});

test('a secret pasted into the wrong variable does not reach the message', () => {
  expect(() => parseConfig(schema, { DATABASE_URL: 'mqtt://user:hunter2@broker' })).toThrow(
    /^(?!.*hunter2).*DATABASE_URL: must be a URL starting with postgres:\/\/ or postgresql:\/\//s,
  );
});

test('a URL is shown without its password', () => {
  expect(redactUrl('mqtts://meter:hunter2@broker:8883/')).toBe('mqtts://meter:***@broker:8883/');
  expect(redactUrl('hunter2')).toBe('(not a URL)');
});

test('a URL may be the content of a file, with the line end an editor leaves', () => {
  const env = { DATABASE_URL_FILE: fileWith('postgres://u:hunter2@h/db\n'), DATABASE_URL: '' };
  expect(parseConfig(schema, env).DATABASE_URL).toBe('postgres://u:hunter2@h/db');
});

test('only variables with URLs have a file, and an empty name of one counts as not set', () => {
  expect(variableNames(schema)).toEqual([
    'DATABASE_URL',
    'DATABASE_URL_FILE',
    'HTTP_PORT',
    'LOG_LEVEL',
    'TENANT_ZONE',
  ]);
  const env = {
    DATABASE_URL: 'postgres://u:p@h/db',
    DATABASE_URL_FILE: '',
    HTTP_PORT_FILE: fileWith('1'),
  };
  expect(parseConfig(schema, env)).toMatchObject({
    DATABASE_URL: 'postgres://u:p@h/db',
    HTTP_PORT: 8080,
  });
});

test.each([
  ['missing', 'hunter2/none', 'DATABASE_URL_FILE: the file cannot be read (ENOENT)'],
  ['empty', fileWith(' \n'), 'DATABASE_URL_FILE: the file is empty'],
  [
    'of another kind',
    fileWith('mqtt://user:hunter2@broker'),
    'DATABASE_URL_FILE: the content of the file must be a URL starting with postgres:// or postgresql://',
  ],
])('a file that is %s is the one problem named, without what it holds', (_, file, problem) => {
  let error: unknown;
  try {
    parseConfig(schema, { DATABASE_URL_FILE: file });
  } catch (thrown) {
    error = thrown;
  }
  expect(error).toBeInstanceOf(ConfigurationError);
  expect(error).toMatchObject({
    message: `invalid configuration:\n  ${problem}`,
    variables: ['DATABASE_URL_FILE'],
  });
});

test('a value and a file for it are one too many', () => {
  const env = {
    DATABASE_URL: 'postgres://u:p@h/db',
    DATABASE_URL_FILE: fileWith('postgres://u:p@h/other'),
  };
  expect(() => parseConfig(schema, env)).toThrow(
    'DATABASE_URL_FILE: is set as well as DATABASE_URL: keep one of the two',
  );
});

test('a rule over several variables is told without a name', () => {
  const pair = z
    .object({ A: z.string().optional(), B: z.string().optional() })
    .refine(({ A, B }) => (A === undefined) === (B === undefined), 'A needs B');
  expect(() => parseConfig(pair, { A: '1' })).toThrow('invalid configuration:\n  A needs B');
});
