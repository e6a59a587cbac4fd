import { ConfigurationError, parseConfig } from '@verimeter/service-runtime';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { readReadingStoreSettings, readingStoreVariables } from '../src/index.ts';

const settingsOf = (env: Readonly<Record<string, string>>) =>
  readReadingStoreSettings(parseConfig(z.object(readingStoreVariables), env));

const HTTP = 'http://127.0.0.1:9000';
const PG = 'postgres://admin:quest@127.0.0.1:8812/qdb';

test('without a choice the database decides', () => {
  expect(settingsOf({})).toEqual({ engine: 'auto' });
  expect(settingsOf({ READING_STORE: '' })).toEqual({ engine: 'auto' });
});

test('QuestDB comes with its address; the other one may be there', () => {
  const settings = { READING_STORE: 'questdb', QUESTDB_HTTP_URL: HTTP };
  expect(settingsOf(settings)).toEqual({ engine: 'questdb', httpUrl: HTTP });
  expect(settingsOf({ ...settings, QUESTDB_PG_URL: PG })).toEqual(settingsOf(settings));
});

test('an unknown engine is refused with those that there are', () => {
  expect(() => settingsOf({ READING_STORE: 'influx' })).toThrow(
    'READING_STORE: must be one of auto, postgres, timescale, questdb',
  );
});

test('QuestDB without an address is refused, naming what is missing', () => {
  const incomplete = { READING_STORE: 'questdb', QUESTDB_PG_URL: PG };
  expect(() => settingsOf(incomplete)).toThrow(ConfigurationError);
  expect(() => settingsOf(incomplete)).toThrow('QUESTDB_HTTP_URL: READING_STORE=questdb needs it');
});

test('a path of the address is refused: nothing would be sent there', () => {
  expect(() => settingsOf({ QUESTDB_HTTP_URL: `${HTTP}/qdb/` })).toThrow('without a path');
  expect(settingsOf({ READING_STORE: 'questdb', QUESTDB_HTTP_URL: `${HTTP}/` })).toMatchObject({
    engine: 'questdb',
  });
});

test('an address of another kind is refused, whatever the engine', () => {
  expect(() => settingsOf({ QUESTDB_HTTP_URL: PG })).toThrow('QUESTDB_HTTP_URL: must be a URL');
});
