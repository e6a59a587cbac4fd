import { expect, test } from 'vitest';
import { z } from 'zod';
import { ConfigurationError, envField, parseConfig, redactUrl } from '../src/index.ts';

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
