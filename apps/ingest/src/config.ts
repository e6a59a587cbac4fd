import { readFile } from 'node:fs/promises';
import {
  type ReadingStoreSettings,
  readReadingStoreSettings,
  readingStoreVariables,
} from '@verimeter/open-store';
import type { QuarantineLimits } from '@verimeter/registry';
import { type LogLevel, envField, parseConfig, variableNames } from '@verimeter/service-runtime';
import { z } from 'zod';

const file = z.string().optional();

const schema = z.object({
  DATABASE_URL: envField.databaseUrl(),
  MQTT_URL: envField.url(['mqtt', 'mqtts', 'ws', 'wss']),
  MQTT_CLIENT_ID: z
    .string()
    .regex(/^[\x21-\x7e]{1,128}$/, 'must be 1 to 128 printable characters')
    .default('verimeter-ingest'),
  MQTT_SESSION_EXPIRY_S: envField.wholeNumber(60, 4_294_967_295).default(604_800),
  MQTT_SHARED_GROUP: z
    .string()
    .regex(/^[^/+#]{0,128}$/, 'must not hold /, + or #')
    .default(''),
  MQTT_CA_FILE: file,
  MQTT_CERT_FILE: file,
  MQTT_KEY_FILE: file,
  ...readingStoreVariables,
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: envField.port().default(8081),
  INGEST_MAX_UNACKED: envField.wholeNumber(1, 1_000_000).default(10_000),
  INGEST_MAX_UNACKED_BYTES: envField.wholeNumber(1024, 4_294_967_296).default(67_108_864),
  INGEST_QUARANTINE_DAYS: envField.wholeNumber(1, 3650).default(90),
  INGEST_QUARANTINE_BYTES: envField
    .wholeNumber(1_048_576, 1_099_511_627_776)
    .default(2_147_483_648),
  RETENTION_DAYS_READINGS: envField.wholeNumber(31, 36_500).optional(),
  INGEST_FLUSH_MS: envField.wholeNumber(0, 10_000).default(20),
  LOG_LEVEL: envField.logLevel(),
});

/** Names of the variables that `readIngestConfig` reads. */
export const INGEST_VARIABLES: readonly string[] = variableNames(schema);

export interface IngestConfig {
  readonly databaseUrl: string;
  readonly mqttUrl: string;
  readonly mqttClientId: string;
  readonly mqttSessionExpiryS: number;
  readonly mqttSharedGroup: string;
  readonly mqttTls: { readonly ca?: Buffer; readonly cert?: Buffer; readonly key?: Buffer };
  readonly httpHost: string;
  readonly httpPort: number;
  readonly maxUnacked: number;
  readonly maxUnackedBytes: number;
  readonly flushMs: number;
  readonly quarantine: QuarantineLimits;
  readonly readingStore: ReadingStoreSettings;
  /** Undefined: readings are kept for ever. */
  readonly retentionDays: number | undefined;
  readonly defaultTenant: string;
  readonly logLevel: LogLevel;
}

/**
 * Configuration of the ingest service from the environment; TLS files are read here.
 * @throws ConfigurationError
 */
export async function readIngestConfig(
  env: Readonly<Record<string, string | undefined>> = process.env,
): Promise<IngestConfig> {
  const values = parseConfig(schema, env);
  return {
    databaseUrl: values.DATABASE_URL,
    mqttUrl: values.MQTT_URL,
    mqttClientId: values.MQTT_CLIENT_ID,
    mqttSessionExpiryS: values.MQTT_SESSION_EXPIRY_S,
    mqttSharedGroup: values.MQTT_SHARED_GROUP,
    mqttTls: {
      ...(await optionalFile('ca', values.MQTT_CA_FILE)),
      ...(await optionalFile('cert', values.MQTT_CERT_FILE)),
      ...(await optionalFile('key', values.MQTT_KEY_FILE)),
    },
    httpHost: values.HTTP_HOST,
    httpPort: values.HTTP_PORT,
    maxUnacked: values.INGEST_MAX_UNACKED,
    maxUnackedBytes: values.INGEST_MAX_UNACKED_BYTES,
    flushMs: values.INGEST_FLUSH_MS,
    quarantine: { days: values.INGEST_QUARANTINE_DAYS, bytes: values.INGEST_QUARANTINE_BYTES },
    readingStore: readReadingStoreSettings(values),
    retentionDays: values.RETENTION_DAYS_READINGS,
    defaultTenant: 'demo',
    logLevel: values.LOG_LEVEL,
  };
}

async function optionalFile<Name extends string>(
  name: Name,
  path: string | undefined,
): Promise<Partial<Record<Name, Buffer>>> {
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- a computed key widens to string
  return path === undefined ? {} : ({ [name]: await readFile(path) } as Record<Name, Buffer>);
}
