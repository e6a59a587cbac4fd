export { type TestDatabase, createEmptyDatabase, createTestDatabase } from './lib/test-database.ts';
export { createTemporaryDirectory, findFreePort } from './lib/temporary.ts';
