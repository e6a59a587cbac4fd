export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type PostgresLog,
  startEmbeddedPostgres,
} from './lib/embedded-postgres.ts';
export { DirectoryInUseError } from './lib/directory-lock.ts';
