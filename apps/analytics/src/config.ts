import path from 'node:path';
import {
  type ReadingStoreSettings,
  readReadingStoreSettings,
  readingStoreVariables,
} from '@verimeter/open-store';
import { envField, parseConfig, variableNames } from '@verimeter/service-runtime';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: envField.databaseUrl(),
  VERIMETER_DATA_DIR: z.string().default('.verimeter'),
  ...readingStoreVariables,
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: envField.port().default(8082),
  TENANT_ZONE: envField.timeZone().default('UTC'),
  WEBHOOK_ALLOW_PRIVATE: envField.flag(),
  WEBHOOK_CA_FILE: z.string().optional(),
  LOG_LEVEL: envField.logLevel(),
});

/** Names of the variables that `readAnalyticsConfig` reads. */
export const ANALYTICS_VARIABLES: readonly string[] = variableNames(schema);

export interface AnalyticsConfig {
  readonly databaseUrl: string;
  readonly readingStore: ReadingStoreSettings;
  /** What big tenants are kept in from night to night. Absolute. */
  readonly nightDirectory: string;
  readonly host: string;
  readonly port: number;
  /** The night begins in this zone. */
  readonly zone: string;
  /** Whether webhooks may lead to private addresses. */
  readonly allowPrivateWebhooks?: boolean | undefined;
  /** PEM of authorities that sign certificates of receivers besides the usual ones. */
  readonly webhookCaFile?: string | undefined;
  readonly logLevel: z.output<typeof schema>['LOG_LEVEL'];
}

/**
 * @param dataDir instead of the one in the environment
 * @throws ConfigurationError
 */
export function readAnalyticsConfig(
  dataDir?: string,
  env: Readonly<Record<string, string | undefined>> = process.env,
): AnalyticsConfig {
  const values = parseConfig(schema, env);
  return {
    databaseUrl: values.DATABASE_URL,
    readingStore: readReadingStoreSettings(values),
    nightDirectory: path.resolve(dataDir ?? values.VERIMETER_DATA_DIR, 'nights'),
    host: values.HTTP_HOST,
    port: values.HTTP_PORT,
    zone: values.TENANT_ZONE,
    allowPrivateWebhooks: values.WEBHOOK_ALLOW_PRIVATE,
    webhookCaFile: values.WEBHOOK_CA_FILE,
    logLevel: values.LOG_LEVEL,
  };
}
