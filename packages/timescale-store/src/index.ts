export { createTimescaleStore } from './lib/timescale-store.ts';
export { type PostgresEngine, findPostgresEngine } from './lib/postgres-engine.ts';
export { arrivalsByHourQuery } from './lib/row-reader.ts';
export { tenantReadings } from './lib/tenant-readings.ts';
export { copyContent, float8Array, int4Array, timestamptzArray } from './lib/binary-format.ts';
export { copyReadings } from './lib/write.ts';
export { orderBatch } from './lib/batch-order.ts';
