import { ConfigurationError, envField } from '@verimeter/service-runtime';
import { z } from 'zod';

/** Which engine holds the readings. `auto`: what the table of readings in the database is. */
export type ReadingStoreSettings =
  | { readonly engine: 'auto' | 'postgres' | 'timescale' }
  | { readonly engine: 'questdb'; readonly httpUrl: string };

export const AUTO: ReadingStoreSettings = { engine: 'auto' };

/** The variables that say it, for the schema of every service and of the command line. */
export const readingStoreVariables = {
  READING_STORE: z
    .enum(['auto', 'postgres', 'timescale', 'questdb'], {
      error: 'must be one of auto, postgres, timescale, questdb',
    })
    .default('auto'),
  // The client of the line protocol knows no path.
  QUESTDB_HTTP_URL: envField
    .url(['http', 'https'])
    .refine(
      (text) => !URL.canParse(text) || /^\/?$/.test(new URL(text).pathname),
      'must be an address without a path, such as http://questdb:9000',
    )
    .optional(),
  // Everything goes over HTTP; the address is checked all the same, so that a wrong one is not found out later.
  QUESTDB_PG_URL: envField.databaseUrl().optional(),
};

/** @throws {ConfigurationError} for QuestDB without its address */
export function readReadingStoreSettings(
  values: z.output<z.ZodObject<typeof readingStoreVariables>>,
): ReadingStoreSettings {
  const { READING_STORE: engine, QUESTDB_HTTP_URL: httpUrl } = values;
  if (engine !== 'questdb') return { engine };
  if (httpUrl !== undefined) return { engine, httpUrl };
  throw new ConfigurationError(
    'invalid configuration:\n  QUESTDB_HTTP_URL: READING_STORE=questdb needs it',
    ['QUESTDB_HTTP_URL'],
  );
}
