import path from 'node:path';
import {
  type ReadingStoreSettings,
  readReadingStoreSettings,
  readingStoreVariables,
} from '@verimeter/open-store';
import { envField, parseConfig } from '@verimeter/service-runtime';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: envField.databaseUrl().optional(),
  ...readingStoreVariables,
  VERIMETER_DATA_DIR: z.string().optional(),
  TENANT_ZONE: envField.timeZone().default('UTC'),
  LOG_LEVEL: envField.logLevel(),
});

export interface Environment {
  readonly databaseUrl?: string;
  readonly readingStore: ReadingStoreSettings;
  /** Absolute. */
  readonly dataDir: string;
  readonly zone: string;
  readonly logLevel: z.output<typeof schema>['LOG_LEVEL'];
  /** Relative paths on the command line are relative to this. */
  readonly workingDirectory: string;
  /** Whether LOG_LEVEL was set: then the user wants to see logs as they are. */
  readonly logLevelGiven: boolean;
}

/** What the command line reads from the environment. @throws ConfigurationError */
export function readEnvironment(dataDirOption: string | undefined): Environment {
  const config = parseConfig(schema, process.env);
  const workingDirectory = process.cwd();
  return {
    ...(config.DATABASE_URL === undefined ? {} : { databaseUrl: config.DATABASE_URL }),
    readingStore: readReadingStoreSettings(config),
    dataDir: path.resolve(
      workingDirectory,
      dataDirOption ?? config.VERIMETER_DATA_DIR ?? '.verimeter',
    ),
    zone: config.TENANT_ZONE,
    logLevel: config.LOG_LEVEL,
    workingDirectory,
    logLevelGiven: (process.env['LOG_LEVEL'] ?? '') !== '',
  };
}

const apiSchema = z.object({
  DATABASE_URL: envField.databaseUrl(),
  ...readingStoreVariables,
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: envField.port().default(8080),
  LOG_LEVEL: envField.logLevel(),
});

export interface ApiConfig {
  readonly databaseUrl: string;
  readonly readingStore: ReadingStoreSettings;
  readonly host: string;
  readonly port: number;
  readonly logLevel: z.output<typeof apiSchema>['LOG_LEVEL'];
}

/** Configuration of the API service. @throws ConfigurationError */
export function readApiConfig(): ApiConfig {
  const config = parseConfig(apiSchema, process.env);
  return {
    databaseUrl: config.DATABASE_URL,
    readingStore: readReadingStoreSettings(config),
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    logLevel: config.LOG_LEVEL,
  };
}

/** The broker that MQTT_URL names, if any. @throws ConfigurationError */
export function readMqttUrl(): string | undefined {
  return parseConfig(
    z.object({ MQTT_URL: envField.url(['mqtt', 'mqtts', 'ws', 'wss']).optional() }),
    process.env,
  ).MQTT_URL;
}

/** The environment for a child process of this one. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { ...process.env, ...extra };
}
