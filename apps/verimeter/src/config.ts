import { isIP } from 'node:net';
import path from 'node:path';
import {
  type ReadingStoreSettings,
  readReadingStoreSettings,
  readingStoreVariables,
} from '@verimeter/open-store';
import { envField, fileVariable, parseConfig, variableNames } from '@verimeter/service-runtime';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: envField.databaseUrl().optional(),
  ...readingStoreVariables,
  VERIMETER_DATA_DIR: z.string().optional(),
  TENANT_ZONE: envField.timeZone().default('UTC'),
  LOG_LEVEL: envField.logLevel(),
});

/** Names of the variables that every command reads. */
export const COMMAND_VARIABLES: readonly string[] = variableNames(schema);

export interface Environment {
  readonly databaseUrl?: string;
  readonly readingStore: ReadingStoreSettings;
  /** Where QuestDB is, whether or not it holds the readings. */
  readonly questDbHttpUrl?: string;
  /** Absolute. */
  readonly dataDir: string;
  readonly zone: string;
  /** Whether TENANT_ZONE was set: else a tenant that is created for the simulated city takes the city's zone. */
  readonly zoneGiven: boolean;
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
    ...(config.QUESTDB_HTTP_URL === undefined ? {} : { questDbHttpUrl: config.QUESTDB_HTTP_URL }),
    dataDir: path.resolve(
      workingDirectory,
      dataDirOption ?? config.VERIMETER_DATA_DIR ?? '.verimeter',
    ),
    zone: config.TENANT_ZONE,
    zoneGiven: (process.env['TENANT_ZONE'] ?? '') !== '',
    logLevel: config.LOG_LEVEL,
    workingDirectory,
    logLevelGiven: (process.env['LOG_LEVEL'] ?? '') !== '',
  };
}

/** An address, a network such as `10.0.0.0/8`, or one of the names that Fastify gives to networks. */
function isTrustedPeer(text: string): boolean {
  if (['loopback', 'linklocal', 'uniquelocal'].includes(text)) return true;
  const [address = '', bits, ...rest] = text.split('/');
  const most = { 4: 32, 6: 128 }[isIP(address)];
  if (most === undefined || rest.length > 0) return false;
  return bits === undefined || (/^\d{1,3}$/.test(bits) && Number(bits) <= most);
}

const apiSchema = z.object({
  DATABASE_URL: envField.databaseUrl(),
  ...readingStoreVariables,
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: envField.port().default(8080),
  HTTP_TRUST_PROXY: z
    .string()
    .refine(
      (text) => text.split(',').every((peer) => isTrustedPeer(peer.trim())),
      'must be addresses or networks such as 10.0.0.0/8 separated by commas, or loopback, linklocal, uniquelocal',
    )
    .optional(),
  WEBHOOK_ALLOW_PRIVATE: envField.flag(),
  LOG_LEVEL: envField.logLevel(),
});

/** Names of the variables that `readApiConfig` reads. */
export const API_VARIABLES: readonly string[] = variableNames(apiSchema);

export interface ApiConfig {
  readonly databaseUrl: string;
  readonly readingStore: ReadingStoreSettings;
  readonly host: string;
  readonly port: number;
  /** Peers whose X-Forwarded-For and X-Forwarded-Proto are believed. */
  readonly trustProxy?: string;
  /** Whether webhooks may lead to private addresses. */
  readonly allowPrivateWebhooks: boolean;
  readonly logLevel: z.output<typeof apiSchema>['LOG_LEVEL'];
}

/** Configuration of the API service. @throws ConfigurationError */
export function readApiConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): ApiConfig {
  const config = parseConfig(apiSchema, env);
  return {
    databaseUrl: config.DATABASE_URL,
    readingStore: readReadingStoreSettings(config),
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    ...(config.HTTP_TRUST_PROXY === undefined ? {} : { trustProxy: config.HTTP_TRUST_PROXY }),
    allowPrivateWebhooks: config.WEBHOOK_ALLOW_PRIVATE,
    logLevel: config.LOG_LEVEL,
  };
}

/** Whether webhooks may lead to private addresses. @throws ConfigurationError */
export function readAllowPrivateWebhooks(): boolean {
  return parseConfig(z.object({ WEBHOOK_ALLOW_PRIVATE: envField.flag() }), process.env)
    .WEBHOOK_ALLOW_PRIVATE;
}

/** The broker that MQTT_URL names, if any. @throws ConfigurationError */
export function readMqttUrl(): string | undefined {
  return parseConfig(
    z.object({ MQTT_URL: envField.url(['mqtt', 'mqtts', 'ws', 'wss']).optional() }),
    process.env,
  ).MQTT_URL;
}

/** Readings of days before that many are dropped; undefined: none ever is. @throws ConfigurationError */
export function readRetentionDays(): number | undefined {
  return parseConfig(
    z.object({ RETENTION_DAYS_READINGS: envField.wholeNumber(31, 36_500).optional() }),
    process.env,
  ).RETENTION_DAYS_READINGS;
}

/** The environment for a child process of this one. What is given here is in no file as well. */
export function childEnvironment(extra: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  const env = { ...process.env, ...extra };
  for (const name of Object.keys(extra)) {
    const file = fileVariable(name);
    if (file !== undefined) delete env[file];
  }
  return env;
}
