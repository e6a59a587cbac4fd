import { readdirSync } from 'node:fs';
import { createTestDatabase } from '@verimeter/test-support';
import { expect, test } from 'vitest';
import { exists, inInfra, text } from './deployment-files.ts';

const FILES = ['postgresql', 'timescaledb']
  .filter((directory) => exists(inInfra(directory)))
  .flatMap((directory) => readdirSync(inInfra(directory)).map((file) => `${directory}/${file}`))
  .filter((file) => file.endsWith('.conf'));

/** Names and values, without quotes. Settings of extensions have a dot: the server accepts any of those. */
const settingsOf = (file: string): [string, string][] =>
  text(inInfra(file))
    .split('\n')
    .flatMap((line) => {
      const [, name, value] = /^([a-z_]+)\s*=\s*('[^']*'|[^\s#]+)/.exec(line) ?? [];
      return name === undefined || value === undefined ? [] : [[name, value.replaceAll("'", '')]];
    });

/** How values of each kind are written. */
const VALUES: Readonly<Record<string, RegExp>> = {
  bool: /^(on|off)$/,
  integer: /^\d+(kB|MB|GB|ms|s|min|h|d)?$/,
  real: /^[\d.]+(ms|s)?$/,
};

test('every setting is one that the server knows, with a value of its kind', async () => {
  expect(FILES).toContain('postgresql/postgresql.conf');
  const database = await createTestDatabase();
  const server = await database.servicePool.connect();
  try {
    await server.query('RESET ROLE'); // some settings are shown to superusers only
    const { rows } = await server.query<{
      name: string;
      vartype: string;
      enumvals: string[] | null;
    }>('SELECT name, vartype, enumvals FROM pg_settings');
    const known = new Map(rows.map((row) => [row.name.toLowerCase(), row])); // TimeZone
    for (const file of FILES) {
      const settings = settingsOf(file);
      expect(settings.length).toBeGreaterThan(10);
      expect(settings.filter(([name]) => !known.has(name))).toEqual([]);
      const wrong = settings.filter(([name, value]) => {
        const { vartype = '', enumvals = [] } = known.get(name) ?? {};
        // The server of the tests is built without lz4, those of Debian and of the images with it.
        if (vartype === 'enum') return value !== 'lz4' && enumvals?.includes(value) !== true;
        return VALUES[vartype]?.test(value) === false;
      });
      expect(wrong).toEqual([]);
    }
  } finally {
    server.release(true);
    await database.drop();
  }
});
