export {
  type MigrateOptions,
  type SchemaState,
  MigrationError,
  migrate,
  schemaState,
} from './lib/migrate.ts';
export { InsufficientRightsError } from './lib/roles.ts';
export { type Migration, readMigrations } from './lib/migration-files.ts';
export {
  type Pool,
  type PoolClient,
  type PoolOptions,
  type Queryable,
  createAppPool,
  createServicePool,
  withTenant,
  withTransaction,
} from './lib/pools.ts';
export { parseTimestamptz, rowTypes, timestamptz, timestamptzOrNull } from './lib/instants.ts';
