import { expect, test } from 'vitest';
import { inInfra, text } from './deployment-files.ts';

/** Who may connect and where, and where the queue is: the difference between the two files. */
const OWN = new Set([
  'listener',
  'include_dir',
  'allow_anonymous',
  'password_file',
  'acl_file',
  'persistence_location',
]);

const limits = (file: string): string[] =>
  text(inInfra(file))
    .split('\n')
    .filter((line) => /^\w/.test(line) && !OWN.has(line.split(' ')[0] ?? ''));

test('the broker of a server has the limits that were measured', () => {
  expect(limits('mosquitto/server.conf')).toContain('autosave_interval 1000');
  expect(limits('mosquitto/server.conf')).toEqual(limits('mosquitto/mosquitto.conf'));
});

test('it lets nobody in without an account', () => {
  const lines = text(inInfra('mosquitto/server.conf')).split('\n');
  expect(lines).toEqual(
    expect.arrayContaining([
      'allow_anonymous false',
      'password_file /etc/mosquitto/accounts/passwords',
      'acl_file /etc/mosquitto/acl',
    ]),
  );
});
