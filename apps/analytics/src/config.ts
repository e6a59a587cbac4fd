import path from 'node:path';
import { envField, parseConfig } from '@verimeter/service-runtime';
import { z } from 'zod';

const schema = z.object({
  DATABASE_URL: envField.databaseUrl(),
  VERIMETER_DATA_DIR: z.string().default('.verimeter'),
  /** Other stores are not part of this version. */
  READING_STORE: z
    .enum(['auto', 'postgres'], { error: 'must be auto or postgres' })
    .default('auto'),
  HTTP_HOST: z.string().default('127.0.0.1'),
  HTTP_PORT: envField.port().default(8082),
  TENANT_ZONE: envField.timeZone().default('UTC'),
  LOG_LEVEL: envField.logLevel(),
});

export interface AnalyticsConfig {
  readonly databaseUrl: string;
  /** What big tenants are kept in from night to night. Absolute. */
  readonly nightDirectory: string;
  readonly host: string;
  readonly port: number;
  /** The night begins in this zone. */
  readonly zone: string;
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
  const config = parseConfig(schema, env);
  return {
    databaseUrl: config.DATABASE_URL,
    nightDirectory: path.resolve(dataDir ?? config.VERIMETER_DATA_DIR, 'nights'),
    host: config.HTTP_HOST,
    port: config.HTTP_PORT,
    zone: config.TENANT_ZONE,
    logLevel: config.LOG_LEVEL,
  };
}
