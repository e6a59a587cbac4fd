import { expect, test } from 'vitest';
import { isPublicAddress } from '../src/lib/public-address.ts';
import { urlProblem } from '../src/lib/webhook-url.ts';

test.each([
  '0.0.0.0',
  '0.1.2.3',
  '10.1.2.3',
  '100.64.0.1',
  '100.100.100.200',
  '127.0.0.1',
  '127.255.0.1',
  '168.63.129.16',
  '169.254.169.254',
  '172.16.0.1',
  '172.31.255.255',
  '192.0.0.192',
  '192.0.2.1',
  '192.88.99.1',
  '192.168.1.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '224.0.0.1',
  '239.255.255.250',
  '240.0.0.1',
  '255.255.255.255',
  '::',
  '::1',
  '::ffff:127.0.0.1',
  '::ffff:8.8.8.8',
  '::127.0.0.1',
  '64:ff9b::a00:1',
  '64:ff9b:1::a00:1',
  '100::1',
  '2001::1',
  '2001:db8::1',
  '2002:7f00:1::',
  '3fff::1',
  '5f00::1',
  'fc00::1',
  'fd00:ec2::254',
  'fe80::1',
  'fec0::1',
  'ff02::1',
  '4000::1',
  'nonsense',
  '',
])('%s is not public', (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

test.each([
  '8.8.8.8',
  '1.1.1.1',
  '172.15.255.255',
  '172.32.0.1',
  '100.63.255.255',
  '100.128.0.1',
  '2606:4700:4700::1111',
  '2a00:1450:4001:80b::200e',
])('%s is public', (address) => {
  expect(isPublicAddress(address)).toBe(true);
});

test.each([
  ['desk', 'not_a_url'],
  ['ftp://desk.example.com/', 'not_https'],
  ['http://desk.example.com/', 'not_https'],
  ['http://127.0.0.1/', 'not_https'],
  ['https://me:secret@desk.example.com/', 'has_credentials'],
  ['https://127.0.0.1/', 'private_address'],
  ['https://2130706433/', 'private_address'],
  ['https://0x7f.1/', 'private_address'],
  ['https://0177.0.0.1/', 'private_address'],
  ['https://127.1/', 'private_address'],
  ['https://[::ffff:7f00:1]/', 'private_address'],
  ['https://[::]/', 'private_address'],
  ['https://169.254.169.254/latest/meta-data/', 'private_address'],
  ['https://localhost/', 'private_address'],
  ['https://a.localhost./', 'private_address'],
  ['https://metadata.google.internal/', 'private_address'],
  ['https://desk.example.com:8443/verimeter?x=1', undefined],
  ['https://8.8.8.8/', undefined],
])('%s: %s', (url, problem) => {
  expect(urlProblem(url, false)).toBe(problem);
});

test.each([
  ['http://127.0.0.1:8080/', undefined],
  ['http://[::1]:8080/', undefined],
  ['http://localhost/', undefined],
  ['https://10.0.0.5/', undefined],
  ['http://10.0.0.5/', 'not_https'],
  ['http://desk.example.com/', 'not_https'],
])('where private addresses are allowed, %s: %s', (url, problem) => {
  expect(urlProblem(url, true)).toBe(problem);
});
