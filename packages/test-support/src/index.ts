export { type TestDatabase, createEmptyDatabase, createTestDatabase } from './lib/test-database.ts';
export { createTemporaryDirectory, findFreePort } from './lib/temporary.ts';
export { type Mosquitto, answers, findMosquitto, startMosquitto } from './lib/mosquitto.ts';
export { healthRow } from './lib/health-row.ts';
export { runSql } from './lib/sql.ts';
export { transaction } from './lib/transaction.ts';
export { createTestDatabaseOn, findOldestPostgres } from './lib/old-postgres.ts';
export { createTestDatabaseAt, findTimescaleServer } from './lib/given-server.ts';
export { type QuestDb, findQuestDb, startQuestDb } from './lib/questdb.ts';
export {
  type DialectFixture,
  type FixtureReading,
  dialectFixtures,
  storedSource,
} from './lib/dialect-fixtures.ts';
export { readRepositoryFile, testSources } from './lib/repository-files.ts';
