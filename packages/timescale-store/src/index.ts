export { PartitionDroppedError, createTimescaleStore } from './lib/timescale-store.ts';
export { type PostgresEngine, findPostgresEngine } from './lib/postgres-engine.ts';
export { arrivalsByHourQuery } from './lib/row-reader.ts';
export { tenantReadings } from './lib/tenant-readings.ts';
export { createPostgresUpkeep } from './lib/upkeep/postgres-upkeep.ts';
export { copyContent, float8Array, int4Array, timestamptzArray } from './lib/binary-format.ts';
export { copySeries } from './lib/matrix.ts';
export { copyReadings } from './lib/write.ts';
export { orderBatch } from './lib/batch-order.ts';
export {
  type LayoutChoice,
  type WantedStore,
  TimescaleUnavailableError,
  chooseLayout,
} from './lib/hypertable/adopt.ts';
export {
  type MovePhase,
  type MoveResult,
  MoveRunningError,
  abandonMoveOf,
  moveToHypertable,
} from './lib/hypertable/move/move-to-hypertable.ts';
export { MoveNotEqualError } from './lib/hypertable/move/proof.ts';
export { type StoreStatus, readStoreStatus } from './lib/hypertable/status.ts';
export { type WriteForm, PLAIN_FORM } from './lib/write-form.ts';
export { createQuantaForm } from './lib/hypertable/write-form.ts';
export { type RowLoad, compressChunks, createRowLoad } from './lib/hypertable/row-load.ts';
export { readLayout } from './lib/layout.ts';
export { createChannelDecimals } from './lib/hypertable/quanta.ts';
export { copyOfRows, rowsOfCopy } from './lib/bulk/copied-rows.ts';
export { createPostgresBulk } from './lib/bulk/bulk-store.ts';
