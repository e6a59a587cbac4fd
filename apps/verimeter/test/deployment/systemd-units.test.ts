import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { COMMANDS } from '../../src/lib/commands.ts';
import {
  SERVICES,
  exists,
  inInfra,
  inRepository,
  madeSecrets,
  text,
  unknownVariables,
  withSecretFiles,
} from './deployment-files.ts';

/** Settings of a unit in the order of the file; a name may come several times. */
function settings(file: string): { name: string; value: string }[] {
  return text(inInfra(path.join('systemd', file)))
    .split('\n')
    .filter((line) => /^\w+=/.test(line))
    .map((line) => ({
      name: line.slice(0, line.indexOf('=')),
      value: line.slice(line.indexOf('=') + 1),
    }));
}

const valuesOf = (unit: string, name: string): string[] =>
  settings(unit).flatMap((setting) => (setting.name === name ? [setting.value] : []));

/** Pairs of `Environment=A=1 B=2`, with the specifiers of slot 0. */
function environmentOf(lines: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    lines
      .flatMap((line) => line.split(' '))
      .map((pair) => pair.replaceAll('%i', '0'))
      .map((pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)]),
  );
}

/** The file that all units read, as it is shipped. */
const SHARED = environmentOf(
  text(inInfra('systemd/verimeter.env.example'))
    .split('\n')
    .filter((line) => /^\w+=/.test(line)),
);

const UNITS = readdirSync(inInfra('systemd')).filter((name) => name.endsWith('.service'));
const PREFIX = '/opt/verimeter/';
const commandOf = (unit: string): string => valuesOf(unit, 'ExecStart')[0]?.split(' ').at(-1) ?? '';

test('each service of the command line has a unit', () => {
  expect(UNITS.map(commandOf).toSorted()).toEqual(Object.keys(SERVICES).toSorted());
  const commands = COMMANDS.map(({ spec }) => spec.name);
  expect(commands).toEqual(expect.arrayContaining(UNITS.map(commandOf)));
});

test.each(UNITS)('%s: runs the Node and the program of a release', (unit) => {
  const [start = '', ...more] = valuesOf(unit, 'ExecStart');
  expect(more).toEqual([]);
  const [node, ...args] = start.split(' ');
  expect(node).toBe(`${PREFIX}bin/node`); // written by scripts/release.mjs
  const flags = args.filter((arg) => arg.startsWith('--')).map((flag) => flag.split('=')[0]);
  for (const flag of flags) expect(process.allowedNodeEnvironmentFlags.has(flag ?? '')).toBe(true);
  const [program = '', command] = args.filter((arg) => !arg.startsWith('--'));
  expect(program.startsWith(PREFIX)).toBe(true);
  expect(exists(inRepository(program.slice(PREFIX.length)))).toBe(true);
  expect(unit).toContain(command);
});

test.each(UNITS)('%s: reads every variable it is given', async (unit) => {
  const command = commandOf(unit);
  const env = {
    ...environmentOf(valuesOf('verimeter-.service.d/hardening.conf', 'Environment')),
    ...environmentOf(valuesOf(unit, 'Environment')),
  };
  expect(unknownVariables(command, env)).toEqual([]);
  // With the shared file as it is shipped. A value that the reader refuses would end the service.
  await SERVICES[command]?.read(withSecretFiles({ ...env, ...SHARED }));
});

test('every variable of the shared file is read by a service', () => {
  const unread = Object.keys(SHARED).filter((name) =>
    Object.keys(SERVICES).every((service) => unknownVariables(service, { [name]: '' }).length > 0),
  );
  expect(unread).toEqual([]);
  expect(Object.keys(SHARED)).toContain('TENANT_ZONE');
});

test.each(UNITS)(
  '%s: its credentials are made by secrets.sh and read from where they are',
  (unit) => {
    const credentials = valuesOf(unit, 'LoadCredential').map((line) => line.split(':'));
    expect(credentials).not.toEqual([]);
    for (const [, file = ''] of credentials)
      expect(madeSecrets().map((name) => `/etc/verimeter/secrets/${name}`)).toContain(file);
    const read = Object.values(environmentOf(valuesOf(unit, 'Environment')))
      .filter((value) => value.startsWith('%d/'))
      .map((value) => value.slice('%d/'.length));
    expect(read.toSorted()).toEqual(credentials.map(([name]) => name ?? '').toSorted());
  },
);

test.each(UNITS)('%s: comes back, and has the time to stop that it was promised', (unit) => {
  const oneshot = valuesOf(unit, 'Type')[0] === 'oneshot';
  expect(valuesOf(unit, 'Restart')).toEqual([oneshot ? 'on-failure' : 'always']);
  expect(valuesOf(unit, 'StartLimitIntervalSec')).toEqual(['0']);
  if (!oneshot) expect(Number(valuesOf(unit, 'TimeoutStopSec')[0])).toBeGreaterThan(10);
});

test.each(UNITS)('%s: waits for units that are there', (unit) => {
  const named = ['After', 'Wants', 'PartOf']
    .flatMap((name) => valuesOf(unit, name))
    .flatMap((value) => value.split(' '))
    .filter((name) => name.startsWith('verimeter'));
  expect(named.filter((name) => !exists(inInfra(`systemd/${name}`)))).toEqual([]);
  if (commandOf(unit) !== 'migrate') expect(named).toContain('verimeter-migrate.service');
});

test('the hardening goes for every unit, and no unit takes it back', () => {
  const hardening = settings('verimeter-.service.d/hardening.conf');
  expect(hardening).toEqual(
    expect.arrayContaining([
      { name: 'DynamicUser', value: 'yes' },
      { name: 'ProtectSystem', value: 'strict' },
      { name: 'NoNewPrivileges', value: 'yes' },
      { name: 'CapabilityBoundingSet', value: '' },
    ]),
  );
  const names = new Set(hardening.map(({ name }) => name).filter((name) => name !== 'Environment'));
  for (const unit of UNITS) {
    expect(unit.startsWith('verimeter-')).toBe(true);
    expect(settings(unit).filter(({ name }) => names.has(name))).toEqual([]);
  }
});
