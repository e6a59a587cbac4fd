import { expect, test } from 'vitest';
import { readApiConfig } from '../src/config.ts';

const DATABASE_URL = 'postgres://u:p@h/db';

test.each(['loopback', '10.1.2.3', '10.0.0.0/8, fd00::/8', 'loopback,uniquelocal'])(
  'the proxies %s are believed',
  (HTTP_TRUST_PROXY) => {
    expect(readApiConfig({ DATABASE_URL, HTTP_TRUST_PROXY }).trustProxy).toBe(HTTP_TRUST_PROXY);
  },
);

test.each(['true', '10.0.0.0/33', '10.0.0.0/8/8', 'proxy.example', '10.0.0.1,'])(
  'the proxies %s are refused',
  (HTTP_TRUST_PROXY) => {
    expect(() => readApiConfig({ DATABASE_URL, HTTP_TRUST_PROXY })).toThrow(
      'HTTP_TRUST_PROXY: must be addresses or networks',
    );
  },
);

test('without the variable no proxy is believed', () => {
  expect(readApiConfig({ DATABASE_URL })).not.toHaveProperty('trustProxy');
});
