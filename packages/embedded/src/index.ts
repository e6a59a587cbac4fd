export {
  type EmbeddedPostgres,
  type EmbeddedPostgresOptions,
  type PostgresLog,
  dataDirectoryHolder,
  hasEmbeddedPostgres,
  removeEmbeddedPostgres,
  startEmbeddedPostgres,
} from './lib/embedded-postgres.ts';
export { ClusterVersionError } from './lib/postgres-cluster.ts';
export { DirectoryInUseError } from './lib/directory-lock.ts';
export { type Broker, type BrokerLog, type BrokerOptions, startBroker } from './lib/broker.ts';
export type { BrokerMessage, BrokerPrincipal } from './lib/broker-message.ts';
